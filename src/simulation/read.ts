import { hash53 } from '../kernel/random.ts';
import { type ChatRequest, type Message, saidIn } from './chat-request.ts';
import { type Draws, drawsOf } from './draws.ts';
import { objectsIn } from './json-in.ts';
import { stands } from './marks.ts';
import type { Profile } from './profiles.ts';
import { type Shape, shapeOfExample, shapeOfSchema } from './shape.ts';
import { type Candidate, candidatesIn } from './whom.ts';
import { PHRASES, ROSTER_LINE } from './words.ts';
import { domainsIn, type Fact, type Task, type World } from './world.ts';

/** One request, understood. Everything known about a call comes from its body: no header, no order of calls, no memory. */
export interface Reading {
  readonly world: World;
  readonly profile: Profile;
  readonly request: ChatRequest;
  readonly task: Task;
  readonly draws: Draws;
  /** Names the request's content, the model and the seed: what this call's draws hang on. */
  readonly key: string;
  /** Thousands of tokens in the messages. */
  readonly kiloTokens: number;
  readonly talk: string;
  /** The last message of a user, without the sample's own text, preceded by the system prompt. */
  readonly instruction: string;
  /** Domains that the system prompt makes it an expert in; none for a generalist. */
  readonly claims: readonly string[];
  /** Domains that the instruction confines it to; none when it is asked for everything. */
  readonly asked: readonly string[];
  readonly candidates: readonly Candidate[];
  /** Forms of JSON that the request asks for; none for plain text. `strict`: a schema enforces it. */
  readonly shapes: readonly Shape[];
  readonly strict: boolean;
  /** Whether it is told to stop delegating and to answer. */
  readonly mustFinish: boolean;
  /** Whether it adds to a discussion instead of answering for all. */
  readonly contributes: boolean;
  /** Ids of facts whose right value, or whose wrong value, stands in the messages; as part of the task itself it does not count. */
  readonly right: ReadonlySet<string>;
  readonly wrong: ReadonlySet<string>;
  /** Ids of facts that stand in the parts of the task that are quoted, for whoever reads them. */
  readonly source: ReadonlySet<string>;
  /** Ids of facts that a tool of this very conversation has yielded. */
  readonly looked: ReadonlySet<string>;
  /** Ids of facts that feedback in the request names as missing or doubtful. */
  readonly flagged: ReadonlySet<string>;
}

export interface Asked {
  readonly world: World;
  readonly profile: Profile;
  readonly request: ChatRequest;
  readonly tokens: number;
}

/** Understands a request, or returns nothing when its messages quote no sample of the world. */
export function read({ world, profile, request, tokens }: Asked): Reading | undefined {
  const isSystem = (message: Message) => message.role === 'system' || message.role === 'developer';
  const system = request.messages.filter(isSystem).map(saidIn).join('\n');
  const talk = request.messages
    .filter((message) => !isSystem(message))
    .map(saidIn)
    .join('\n');
  const all = `${system}\n${talk}`;
  const task = taskIn(world, all);
  if (!task) return undefined;
  const users = request.messages.filter((message) => message.role === 'user').map((message) => message.text);
  const user = users.at(-1) ?? '';
  const plainUser = without(user, [task.input, ...task.items, task.subject]);
  const mustFinish = PHRASES.finishNow.test(plainUser.slice(-400));
  const shapes = mustFinish && request.form.type === 'text' ? [] : shapesIn(request, system, plainUser);
  const instruction = `${system}\n${plainUser}`;
  const candidates = candidatesIn(world, { request, instruction, shapes });
  const results = request.messages
    .filter((message) => message.role === 'tool')
    .map(saidIn)
    .join('\n');
  const { quoted, rest } = sourcesIn(task, all);
  const holding = (text: string, which: 'right' | 'wrong') =>
    idsOf(task, (fact) => fact[which] && stands(fact.given ? rest : text, fact[which].mark));
  const key = keyOf(world, request);
  return {
    world,
    profile,
    request,
    task,
    draws: drawsOf({ call: key, sample: `${world.seed}|${task.id}`, fixed: profile.fixed }),
    key,
    kiloTokens: tokens / 1000,
    talk,
    instruction,
    claims: claimsIn(world, system),
    // Whoever divides work was told its scope at the beginning; what it hears later are results.
    asked: askedIn(world, task, { text: candidates.length > 0 ? (users[0] ?? '') : user, users }),
    candidates,
    shapes,
    strict: request.form.type === 'json_schema',
    mustFinish,
    contributes: PHRASES.contribute.test(`${system}\n${plainUser.slice(0, 300)}\n${plainUser.slice(-300)}`),
    right: holding(all, 'right'),
    wrong: holding(all, 'wrong'),
    source: idsOf(task, (fact) => fact.given && quoted.some((part) => stands(part, fact.right.mark))),
    looked: holding(results, 'right'),
    flagged: idsOf(task, (fact) => complaintsIn(user).includes(fact.aspect)),
  };
}

const idsOf = (task: Task, holds: (fact: Fact) => boolean | undefined): ReadonlySet<string> =>
  new Set(task.facts.filter((fact) => holds(fact)).map((fact) => fact.id));

/** The sample whose input, or else whose subject, was quoted last. */
function taskIn(world: World, text: string): Task | undefined {
  const latest = (needle: (task: Task) => string) => {
    let best: Task | undefined;
    let bestAt = -1;
    for (const task of world.tasks) {
      const at = text.lastIndexOf(needle(task));
      if (at > bestAt) [best, bestAt] = [task, at];
    }
    return best;
  };
  return latest((task) => task.input) ?? latest((task) => task.subject);
}

const without = (text: string, parts: readonly string[]): string =>
  parts.reduce((rest, part) => rest.split(part).join(' '), text);

/** The parts of the task that a text quotes, plainly or inside of JSON, and what is left of the text without them. */
function sourcesIn(task: Task, text: string): { readonly quoted: readonly string[]; readonly rest: string } {
  const quoted: string[] = [];
  let rest = text;
  for (const part of task.facts.some((fact) => fact.given) ? [task.input, ...task.items] : []) {
    const inJson = JSON.stringify(part).slice(1, -1);
    if (!rest.includes(part) && !rest.includes(inJson)) continue;
    quoted.push(part);
    rest = rest.replaceAll(part, ' ').replaceAll(inJson, ' ');
  }
  return { quoted, rest };
}

/**
 * What the caller claims to be: agents whose instructions stand word for word in the system prompt lend their skills; without any, the
 * words of the domains count. Rosters are left out, or a coordinator would look skilled in everything that its workers can do.
 */
function claimsIn(world: World, system: string): readonly string[] {
  const lenders = world.personas.filter((persona) => system.includes(persona.instructions));
  return lenders.length > 0
    ? [...new Set(lenders.flatMap((persona) => persona.skills))]
    : domainsIn(world.domains, system.replace(ROSTER_LINE, ''));
}

const FEEDBACK = /\b(?:Missing|Doubtful): ([^\n."]*)/g;
const complaintsIn = (text: string): string[] =>
  [...text.matchAll(FEEDBACK)].flatMap(([, list]) => list!.split(',').map((aspect) => aspect.trim()));

/** What an instruction is not: labels of speakers, reports of failure, briefings, feedback, criteria, names in JSON. */
const NOT_INSTRUCTION: readonly RegExp[] = [
  /\[[^\]\n]*\]:?/g,
  /^(?:Known so far|Failed|No answer from|Routing):.*$/gm,
  /^\S+ failed:.*$/gm,
  /\b(?:Result from|Categor\w+:) ?\S+/g,
  FEEDBACK,
  /\bmust state[^\n]*/g,
  /"[^"\n]*"\s*:/g,
];

interface Said {
  /** The message that holds the instruction. */
  readonly text: string;
  /** All messages of users. */
  readonly users: readonly string[];
}

/**
 * Domains that the instruction names, once the task and the facts in it are taken out; a part of a batch is an instruction itself. In a conversation of several turns the task is only
 * what was asked first: where the instruction names nothing, everything that was asked so far is meant.
 */
function askedIn(world: World, task: Task, { text, users }: Said): readonly string[] {
  const asked = named(world, task, without(text, [task.input, task.subject]));
  return asked.length > 0 || task.turns.length === 0 ? asked : named(world, task, users.join('\n'));
}

/** Domains of the task that a text names, other than by stating facts, in labels of speakers or in feedback. */
function named(world: World, task: Task, text: string): readonly string[] {
  let rest = text;
  for (const fact of task.facts) {
    for (const statement of [fact.right, ...(fact.wrong ? [fact.wrong] : [])]) rest = rest.split(statement.text).join(' ');
  }
  for (const pattern of NOT_INSTRUCTION) rest = rest.replace(pattern, ' ');
  return domainsIn(world.domains, rest).filter((domain) =>
    task.facts.some((fact) => fact.kind === 'content' && fact.domain === domain),
  );
}

function shapesIn({ form, forcedTool, tools }: ChatRequest, system: string, user: string): readonly Shape[] {
  const forced = tools.find((tool) => tool.name === forcedTool);
  const schema = forced ? forced.parameters : form.type === 'json_schema' ? form.json_schema.schema : undefined;
  if (schema) {
    const shape = shapeOfSchema(schema);
    return shape.kind === 'either' ? shape.of : [shape];
  }
  if (form.type === 'text' && !PHRASES.json.test(system + user.slice(0, 400))) return [];
  const shown = objectsIn(system).map(({ value }) => value);
  // JSON among the data of a user's message is no form; an announced one is.
  const announced = objectsIn(user).filter(({ at }) => PHRASES.json.test(user.slice(Math.max(0, at - 120), at)));
  return [...shown, ...announced.map(({ value }) => value)].map(shapeOfExample);
}

/** Tool-call ids are not in the key: they may be random. */
export function keyOf(world: World, { model, seed, messages, tools, form }: ChatRequest): string {
  const content = messages.map(({ role, name, text, calls }) => [
    role,
    name,
    text,
    ...calls.flatMap((call) => [call.name, call.arguments]),
  ]);
  return String(hash53(JSON.stringify([world.seed, seed, model, content, tools.map((tool) => tool.name), form.type])));
}
