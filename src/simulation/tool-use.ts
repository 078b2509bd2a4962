import { isObject, type Json } from '../kernel/json.ts';
import type { ToolOffer } from './chat-request.ts';
import { neededDomains, nextParts, type Part } from './delegate.ts';
import { prose } from './prose.ts';
import type { Reading } from './read.ts';
import { fit, shapeOfSchema } from './shape.ts';
import { KEYS } from './words.ts';
import type { Fact } from './world.ts';

/** A call of a tool that an answer makes. */
export interface CallMade {
  readonly name: string;
  readonly args: Json;
}

/** What a turn with tools says; `calls` are none when it only speaks. */
export interface ToolTurn {
  readonly text: string | null;
  readonly calls: readonly CallMade[];
}

/** Attempts at the same tool, after which a model stops asking it. */
const MOST_TRIES = 3;
/** Calls in one conversation, after which it no longer repeats a step. */
const MOST_REPEATS = 8;

/** Looks up what is missing, then gives away what others have to do; nothing when there is nothing left to call. */
export function toolTurn(reading: Reading): ToolTurn | undefined {
  return lookUp(reading) ?? repeat(reading) ?? giveAway(reading);
}

const ownTools = ({ request, world }: Reading): readonly ToolOffer[] =>
  request.tools.filter((tool) => world.tools.has(tool.name));

/** Tools that would still yield something that the caller is there for, or that is needed for it; those that have what they need. */
function dueTools(reading: Reading): readonly string[] {
  const { task, right, asked, claims } = reading;
  // Asked for a part of what it is there for, it leaves the rest to others; asked for something else, it does what it is there for too.
  const isPart = asked.some((domain) => claims.includes(domain));
  const wants = ({ domain }: Fact) => asked.length === 0 || asked.includes(domain) || (!isPart && claims.includes(domain));
  const due: Fact[] = [];
  const seek = (fact: Fact): void => {
    if (right.has(fact.id) || due.includes(fact)) return;
    const premises = task.facts.filter(({ id }) => fact.needs.includes(id) && !right.has(id));
    if (fact.tool !== undefined && premises.length === 0) due.push(fact);
    if (fact.tool !== undefined) premises.forEach(seek);
  };
  task.facts.filter((fact) => fact.kind === 'content' && wants(fact)).forEach(seek);
  return [...new Set(task.facts.filter((fact) => due.includes(fact)).flatMap((fact) => nextTool(reading, fact) ?? []))];
}

/** The tool to ask for a fact next: one that was not asked yet, else one that was not asked too often. */
function nextTool(reading: Reading, { tool, instead }: Fact): string | undefined {
  const calls = reading.request.messages.flatMap((message) => message.calls);
  const tries = (name: string) => calls.filter((call) => call.name === name).length;
  const own = new Set(ownTools(reading).map(({ name }) => name));
  const able = [tool, instead].filter((name) => name !== undefined && own.has(name)) as string[];
  return able.find((name) => tries(name) === 0) ?? able.find((name) => tries(name) < MOST_TRIES);
}

function lookUp(reading: Reading): ToolTurn | undefined {
  const { draws, profile } = reading;
  const due = dueTools(reading);
  if (due.length === 0 || draws.slip('premature', profile.premature)) return undefined;
  const now = draws.slip('parallel', profile.parallel) ? due : due.slice(0, 1);
  return { text: null, calls: now.map((name) => callOf(reading, name)) };
}

/** A call of the tool, or by mistake of another one, with the arguments that its parameters name. */
function callOf(reading: Reading, wanted: string): CallMade {
  const { draws, profile, request, task } = reading;
  const others = ownTools(reading).filter((tool) => tool.name !== wanted);
  const isSlip = others.length > 0 && draws.slip(`tool:${wanted}`, profile.toolSlip * (request.tools.length - 1));
  const tool = isSlip
    ? others[draws.index(`tool:${wanted}`, others.length)]!
    : request.tools.find(({ name }) => name === wanted)!;
  const isWrong = draws.slip(`arg:${tool.name}`, profile.argSlip);
  const wish = Object.fromEntries(
    parametersOf(tool).map((name) => [name, isWrong ? 'unknown' : (task.args[name] ?? task.subject)]),
  );
  return { name: tool.name, args: fit(wish, shapeOfSchema(tool.parameters)) };
}

const parametersOf = ({ parameters }: ToolOffer): string[] =>
  Object.keys(isObject(parameters['properties']) ? parameters['properties'] : {});

function repeat(reading: Reading): ToolTurn | undefined {
  const { request, draws, profile } = reading;
  const calls = request.messages.flatMap((message) => message.calls);
  if (calls.length >= MOST_REPEATS || dueTools(reading).length > 0) return undefined;
  const own = new Set(ownTools(reading).map((tool) => tool.name));
  const last = calls.findLast((call) => own.has(call.name));
  if (!last || !draws.slip('repeat', profile.repeat)) return undefined;
  return { text: null, calls: [{ name: last.name, args: argumentsIn(last.arguments) }] };
}

function argumentsIn(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return {};
  }
}

/** Hands the conversation over, or calls other agents as tools, for the parts that are not its own. */
function giveAway(reading: Reading): ToolTurn | undefined {
  const { claims } = reading;
  const parts = nextParts(reading, claims).filter((part) => part.to.tool !== undefined);
  const first = parts[0];
  if (!first) return undefined;
  if (!first.to.tool!.passes) return { text: null, calls: parts.map((part) => briefing(reading, part)) };
  // Whoever hands over without a word takes what it knows with it.
  const hasWork = neededDomains(reading).some((domain) => claims.includes(domain));
  return { text: hasWork ? prose(reading, claims) : null, calls: [briefing(reading, first)] };
}

/** A call of the agent's tool: its task in the parameter that is for it, else in the first. */
function briefing({ request }: Reading, part: Part): CallMade {
  const tool = request.tools.find((offer) => offer.name === part.to.tool!.name)!;
  const names = parametersOf(tool);
  const parameter = names.find((name) => KEYS.what.test(name)) ?? (part.to.tool!.passes ? undefined : names[0]);
  const wish = parameter === undefined ? {} : { [parameter]: part.text };
  return { name: tool.name, args: fit(wish, shapeOfSchema(tool.parameters)) };
}
