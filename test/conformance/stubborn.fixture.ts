import { isObject, type Json } from '../../src/kernel/json.ts';
import { objectsIn } from '../../src/simulation/json-in.ts';
import type { ModelRequest } from '../../src/contracts/model.ts';
import { KEYS, PHRASES, ROSTER_LINE } from '../../src/simulation/words.ts';
import type { Script } from '../support/trial.ts';

/**
 * A model that never comes to an end by itself, whatever it is asked, as long as the form of its answer allows: it hands over, calls tools, gives
 * out work, rejects and fails everything, each time in other words. It knows no pattern: forms and names are read from the prompt.
 */
export function stubborn(): Script {
  let said = 0;
  return (request) => {
    const word = `more ${++said}`;
    const tools = request.tools ?? [];
    const tool = tools.find(({ function: { name } }) => name.startsWith('transfer_to_')) ?? tools[0];
    if (tool)
      return {
        toolCalls: [{ name: tool.function.name, arguments: JSON.stringify(argumentsFor(tool.function.parameters, word)) }],
      };
    const text = textIn(request);
    if (request.response_format) {
      const form = objectsIn(text)[0]?.value ?? {};
      return JSON.stringify(filled(form, { word, names: [...text.matchAll(ROSTER_LINE)].map(([, name]) => name!) }));
    }
    return PHRASES.passOrFail.test(text) ? 'fail' : word;
  };
}

const textIn = ({ messages }: ModelRequest): string => messages.map(({ content }) => content ?? '').join('\n');

const argumentsFor = ({ properties }: Record<string, unknown>, word: string): Json =>
  Object.fromEntries(Object.keys(isObject(properties) ? properties : {}).map((key) => [key, word]));

interface Words {
  readonly word: string;
  readonly names: readonly string[];
}

/** The form with no in place of yes, names where names are asked for, and new words elsewhere. */
function filled(form: unknown, { word, names }: Words, key = ''): Json {
  if (typeof form === 'boolean') return false;
  if (typeof form === 'number') return 0;
  if (Array.isArray(form)) return form.map((item) => filled(item, { word, names }, key));
  if (isObject(form)) {
    return Object.fromEntries(
      Object.entries(form).map(([name, value]) => [
        // {"team": "what to do"} stands for a member of that name.
        KEYS.plan.test(key) && KEYS.who.test(name) && Object.keys(form).length === 1 ? (names[0] ?? name) : name,
        filled(value, { word, names }, name),
      ]),
    );
  }
  return (KEYS.who.test(key) || KEYS.next.test(key) || KEYS.category.test(key)) && names[0] !== undefined ? names[0] : word;
}
