import { isObject, type Json } from '../kernel/json.ts';
import type { ToolOffer } from './chat-request.ts';
import { neededDomains, nextParts, type Part } from './delegate.ts';
import { prose } from './prose.ts';
import type { Reading } from './read.ts';
import { fit, shapeOfSchema } from './shape.ts';
import { KEYS } from './words.ts';

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

/** Tools that would still yield something that the caller is there for. */
function dueTools(reading: Reading): readonly string[] {
  const { task, right, asked, claims, request } = reading;
  const own = new Set(ownTools(reading).map((tool) => tool.name));
  const tries = (name: string) =>
    request.messages.flatMap((message) => message.calls).filter((call) => call.name === name).length;
  const due = task.facts.filter(
    ({ kind, tool, id, domain }) =>
      kind === 'content' &&
      tool !== undefined &&
      own.has(tool) &&
      !right.has(id) &&
      tries(tool) < MOST_TRIES &&
      (asked.length === 0 || asked.includes(domain) || claims.includes(domain)),
  );
  return [...new Set(due.map((fact) => fact.tool!))];
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
