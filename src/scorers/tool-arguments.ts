import type { ScoredToolCall } from '../contracts/scored-trial.ts';
import { defineScorer } from '../contracts/scorer.ts';
import { isObject, type Json } from '../kernel/json.ts';
import { sameJson, shown } from './text/json-value.ts';

interface Wanted {
  readonly tool: string;
  readonly agent: string | null;
  readonly args: Readonly<Record<string, Json>>;
}

/** The share of `expected.toolArguments` (a list of { tool, args, agent? }) that some call meets; each call meets at most one of them. */
export default defineScorer({
  name: 'tool-arguments',
  description: 'Share of the expected tool calls that were made with the expected arguments',
  needsToolArguments: true,
  options: (z) =>
    z.strictObject({
      key: z.string().default('toolArguments').describe('the key of `expected` that holds the list'),
      mode: z
        .enum(['named', 'exact'])
        .default('named')
        .describe('named = the arguments that are named must be equal, others are free; exact = there are no others'),
    }),
  score: ({ sample, toolCalls }, { key, mode }) => {
    const wanted = wantedOf(sample.expected[key]);
    if (wanted.length === 0) return { value: null, why: `Unscored: the sample has no calls in expected.${key}.` };
    const known = toolCalls.filter((call) => wanted.some(({ tool }) => tool === call.name));
    if (known.length > 0 && known.every((call) => call.arguments === null || call.arguments === undefined))
      return {
        value: null,
        why: 'Unscored: the trace does not hold the arguments of its tool calls; run it again with this scorer.',
      };
    const isMet = (one: Wanted, call: ScoredToolCall) => meets(one, call, mode);
    const met = matching(wanted, toolCalls, isMet);
    const missed = wanted.filter((_, at) => !met.has(at));
    const [first] = missed;
    const detail = first
      ? ` Not called: ${first.tool}(${shown(first.args)})${missed.length > 1 ? ` and ${missed.length - 1} more` : ''}.`
      : '';
    return { value: met.size / wanted.length, why: `${met.size} of ${wanted.length} expected calls were made.${detail}` };
  },
});

const wantedOf = (list: Json | undefined): Wanted[] =>
  (Array.isArray(list) ? (list as readonly Json[]) : []).flatMap((entry) => {
    if (!isObject(entry) || typeof entry['tool'] !== 'string') return [];
    const { tool, agent, args } = entry;
    return [{ tool, agent: typeof agent === 'string' ? agent : null, args: isObject(args) ? args : {} }];
  });

function meets({ tool, agent, args }: Wanted, call: ScoredToolCall, mode: 'named' | 'exact'): boolean {
  if (call.name !== tool || (agent !== null && call.agent !== agent) || !call.arguments) return false;
  if (mode === 'exact') return sameJson(args, call.arguments);
  const given = call.arguments;
  return Object.entries(args).every(([name, value]) => Object.hasOwn(given, name) && sameJson(given[name], value));
}

/** The largest matching of wanted calls to calls (augmenting paths; Kuhn, 1955): the first fit could use up what only another needs. */
function matching(
  wanted: readonly Wanted[],
  calls: readonly ScoredToolCall[],
  isMet: (wanted: Wanted, call: ScoredToolCall) => boolean,
): Set<number> {
  const takenBy = new Map<number, number>();
  const place = (at: number, tried: Set<number>): boolean =>
    calls.some((call, index) => {
      if (tried.has(index) || !isMet(wanted[at]!, call)) return false;
      tried.add(index);
      const holder = takenBy.get(index);
      if (holder !== undefined && !place(holder, tried)) return false;
      takenBy.set(index, at);
      return true;
    });
  wanted.forEach((_, at) => place(at, new Set()));
  return new Set(takenBy.values());
}
