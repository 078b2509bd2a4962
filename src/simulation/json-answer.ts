import { type Json, isObject } from '../kernel/json.ts';
import { choose, neededDomains, nextParts, type Part, partOf } from './delegate.ts';
import { prose } from './prose.ts';
import type { Reading } from './read.ts';
import { recall } from './recall.ts';
import { review, type Verdict } from './review.ts';
import { fit, type Shape } from './shape.ts';
import { KEYS, PHRASES } from './words.ts';

/** What there is to put into the members of an object. */
interface Given {
  readonly parts?: readonly Part[];
  readonly categories?: readonly string[];
  readonly verdict?: Verdict;
  /** Number of the part that the object describes, from 1. */
  readonly id?: number;
  /** Whether texts for a reader hold the answer. */
  readonly answers: boolean;
}

/** The JSON value that a request asks for: a verdict, whom to ask next, a plan, a category, or the answer in the members of the form. */
export function jsonAnswer(reading: Reading): Json {
  const { shapes, task } = reading;
  const withKey = (pattern: RegExp) => shapes.find((shape) => keysOf(shape).some((key) => pattern.test(key)));
  const first = shapes[0]!;
  const judging = withKey(KEYS.verdict) ?? withKey(KEYS.score);
  if (judging) return filled(reading, judging, { verdict: review(reading), answers: false });
  const asking = withKey(KEYS.next);
  if (asking) {
    const parts = nextParts(reading);
    if (parts.length > 0) return filled(reading, asking, { parts, answers: false });
    return filled(reading, withKey(KEYS.final) ?? asking, { answers: true });
  }
  const planning = withKey(KEYS.plan);
  if (planning) {
    return filled(reading, planning, { parts: neededDomains(reading).map((domain) => partOf(reading, domain)), answers: false });
  }
  const classifying = withKey(KEYS.category);
  if (classifying) {
    const domains = [...(task.category === undefined ? [] : [task.category]), ...neededDomains(reading)];
    const categories = [...new Set([...new Set(domains)].map((domain) => choose(reading, domain).name))];
    return filled(reading, classifying, { categories, answers: false });
  }
  return filled(reading, first, { answers: true });
}

/**
 * The answer as text. A schema binds it; without one it may come fenced or cut, or name somebody who does not exist.
 */
export function jsonText(reading: Reading): string {
  const { strict, draws, profile, candidates } = reading;
  const text = JSON.stringify(jsonAnswer(reading));
  if (strict) return text;
  const named =
    candidates[0] && draws.slip('name', profile.badName) ? text.replaceAll(`"${candidates[0].name}"`, '"assistant"') : text;
  if (!draws.slip('json', profile.badJson)) return named;
  return draws.unit('cut') < 0.5 ? `\`\`\`json\n${named}\n\`\`\`` : named.slice(0, Math.floor(named.length * 0.8)).toWellFormed();
}

const keysOf = (shape: Shape): string[] => (shape.kind === 'object' ? [...shape.members.keys()] : []);

/** The object of that shape, each member filled by what its name asks for. */
function filled(reading: Reading, shape: Shape, given: Given): Json {
  if (shape.kind !== 'object') return fit(given.answers ? prose(reading) : undefined, shape);
  const wishes = [...shape.members].map(([key, member]) => [key, memberOf(reading, { key, member, given })] as const);
  const exact = fit(Object.fromEntries(wishes), shape) as Record<string, Json>;
  if (reading.strict) return exact;
  // A plan shown as one example object, {"team": "subtask"}, stands for any number of such members; entities are shown as {}.
  const records = wishes.filter(([key, value]) => (KEYS.plan.test(key) || KEYS.entities.test(key)) && isObject(value));
  return { ...exact, ...(Object.fromEntries(records) as Record<string, Json>) };
}

interface Member {
  readonly key: string;
  readonly member: Shape;
  readonly given: Given;
}

/** What the name of a member asks for; `undefined` leaves it to the shape. */
function memberOf(reading: Reading, { key, member, given }: Member): Json | undefined {
  const { task, draws } = reading;
  const { parts = [], verdict, categories = [] } = given;
  if (KEYS.verdict.test(key) && !isText(member)) return verdict?.isFine ?? true;
  if (KEYS.next.test(key) || KEYS.plan.test(key)) return assignment(reading, { key, member, given });
  if (KEYS.category.test(key)) return arrayIn(member) ? [...categories] : categories[0];
  if (KEYS.who.test(key) && parts[0]) return parts[0].to.name;
  if (KEYS.what.test(key)) return parts[0]?.text;
  if (KEYS.criteria.test(key)) return parts[0]?.criteria;
  if (key === 'id') return has(member, 'number') ? given.id : String(given.id ?? 1);
  if (KEYS.feedback.test(key)) return verdict?.feedback ?? '';
  if (KEYS.score.test(key)) return Math.round((verdict?.score ?? 1) * 100) / 100;
  if (KEYS.confidence.test(key)) return Math.round((0.6 + 0.39 * draws.unit(key)) * 100) / 100;
  if (KEYS.entities.test(key)) return { ...task.args };
  if (task.facts.some((fact) => fact.key === key)) return valueOf(reading, key);
  if (KEYS.items.test(key) && arrayIn(member)) return itemsOf(reading);
  if (KEYS.final.test(key)) return given.answers ? prose(reading) : null;
  return undefined;
}

/** Whom to ask next, or who does what: a name, a list of names, a list of objects, or an object with a member for each. */
function assignment(reading: Reading, { key, member, given }: Member): Json | undefined {
  const { parts = [] } = given;
  const list = arrayIn(member);
  if (list) {
    const items = objectIn(list.items);
    return parts.map((part, i) =>
      items ? filled(reading, items, { parts: [part], id: i + 1, answers: false }) : nameOrTask(key, part),
    );
  }
  const record = objectIn(member);
  if (record && KEYS.plan.test(key)) {
    const byName = Map.groupBy(parts, (part) => part.to.name);
    return Object.fromEntries([...byName].map(([name, given]) => [name, given.map((part) => part.text).join('\n\n')]));
  }
  if (record) return parts[0] ? filled(reading, record, { parts: parts.slice(0, 1), id: 1, answers: false }) : null;
  return parts[0]?.to.name ?? endWord(reading, member);
}

const nameOrTask = (key: string, part: Part): string => (KEYS.plan.test(key) ? part.text : part.to.name);

/** How this form says that nobody is to be asked any more. */
function endWord({ instruction }: Reading, member: Shape): Json {
  const options = member.kind === 'choice' ? member.options : [];
  const option = options.find((one) => typeof one === 'string' && PHRASES.finished.test(one));
  return option ?? /\bFINISH\b/.exec(instruction)?.[0] ?? null;
}

/** A part for each domain. Where the task itself is the material, each holds it, since it has to stand for itself. */
function itemsOf(reading: Reading): string[] {
  const { task, world } = reading;
  const material = task.facts.some((fact) => fact.given) ? `. The request was: ${task.input}` : '';
  return neededDomains(reading).map(
    (domain) => `${task.subject}: ${world.domains.find((one) => one.name === domain)!.label}${material}`,
  );
}

/** The value that an answer states under that key. */
function valueOf(reading: Reading, key: string): string | null {
  const fact = reading.task.facts.find((one) => one.key === key)!;
  const word = recall(reading).get(fact.id);
  return word === undefined ? null : word === 'right' ? fact.right.mark : fact.wrong!.mark;
}

const alternatives = (shape: Shape): readonly Shape[] => (shape.kind === 'either' ? shape.of.flatMap(alternatives) : [shape]);
const has = (shape: Shape, kind: Shape['kind']): boolean => alternatives(shape).some((one) => one.kind === kind);
const isText = (shape: Shape): boolean => has(shape, 'string') || has(shape, 'array');
const arrayIn = (shape: Shape) => alternatives(shape).find((one) => one.kind === 'array');
const objectIn = (shape: Shape) => alternatives(shape).find((one) => one.kind === 'object');
