import type { ChatRequest } from './chat-request.ts';
import { stands } from './marks.ts';
import type { Shape } from './shape.ts';
import { HAND_OFF, KEYS, plainName, ROSTER_LINE } from './words.ts';
import { domainsIn, type World } from './world.ts';

/** Somebody to whom work can be given. */
export interface Candidate {
  readonly name: string;
  readonly skills: readonly string[];
  /** The tool by which it is reached; `passes`: the tool hands the conversation over instead of returning an answer. */
  readonly tool?: { readonly name: string; readonly passes: boolean };
}

interface Prompts {
  readonly request: ChatRequest;
  /** System prompt and instructions of the user, without the sample's own text. */
  readonly instruction: string;
  readonly shapes: readonly Shape[];
}

/**
 * Whom a request lets the model choose: tools that hand off, tools that are agents, else listed names, else names that the JSON form
 * enumerates, else names of agents and domains that the prompt mentions where it asks for one.
 */
export function candidatesIn(world: World, { request, instruction, shapes }: Prompts): readonly Candidate[] {
  const reachable = reachableIn(world, request);
  if (request.tools.length > 0 && request.forcedTool === null) return reachable;
  const listed = [...instruction.matchAll(ROSTER_LINE)].map(([, name, text]) => candidate(world, name!, text!));
  if (listed.length > 0) return unique(listed);
  const enumerated = shapes.flatMap((shape) => optionsIn(shape)).map((name) => candidate(world, name, ''));
  if (enumerated.length > 0) return unique(enumerated);
  return shapes.some(asksForName) ? mentioned(world, instruction) : [];
}

function reachableIn(world: World, { tools }: ChatRequest): readonly Candidate[] {
  const found = tools.flatMap(({ name, description, parameters }): Candidate[] => {
    if (world.tools.has(name)) return [];
    const target = HAND_OFF.exec(name)?.[1];
    const persona = personaNamed(world, target ?? name);
    if (!target && !persona) return [];
    const takesTask = Object.keys((parameters['properties'] as object | undefined) ?? {}).some((key) => KEYS.what.test(key));
    const one = candidate(world, target ?? name, description);
    return [{ ...one, name: persona?.name ?? one.name, tool: { name, passes: target !== undefined && !takesTask } }];
  });
  return unique(found);
}

const personaNamed = (world: World, name: string) =>
  world.personas.find((persona) => plainName(persona.name) === plainName(name));

const candidate = (world: World, name: string, text: string): Candidate => ({
  name,
  skills: personaNamed(world, name)?.skills ?? domainsIn(world.domains, `${name.replace(/[_-]/g, ' ')} ${text}`),
});

const mentioned = (world: World, text: string): readonly Candidate[] => {
  const names = [...world.personas.map((persona) => persona.name), ...world.domains.map((domain) => domain.name)];
  return unique(
    names
      .filter((name) => stands(text.toLowerCase(), name.toLowerCase()))
      .map((name) => {
        const isDomain = world.domains.some((domain) => domain.name === name) && !personaNamed(world, name);
        return isDomain ? { name, skills: [name] } : candidate(world, name, '');
      }),
  );
};

const unique = (candidates: readonly Candidate[]): readonly Candidate[] =>
  [...new Map(candidates.toReversed().map((one) => [one.name, one])).values()].toReversed();

const isNameKey = (key: string): boolean => KEYS.category.test(key) || KEYS.next.test(key) || KEYS.who.test(key);

/** The names that a form enumerates where it asks for one. */
function optionsIn(shape: Shape, key = ''): string[] {
  switch (shape.kind) {
    case 'object':
      return [...shape.members].flatMap(([name, part]) => optionsIn(part, name));
    case 'array':
      return optionsIn(shape.items, key);
    case 'either':
      return shape.of.flatMap((one) => optionsIn(one, key));
    case 'choice':
      return isNameKey(key) ? shape.options.filter((option) => typeof option === 'string') : [];
    default:
      return [];
  }
}

const asksForName = (shape: Shape): boolean =>
  shape.kind === 'object' ? [...shape.members.keys()].some(isNameKey) : shape.kind === 'either' && shape.of.some(asksForName);
