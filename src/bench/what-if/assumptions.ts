import type { LimitRule } from '../../retiming/limit.ts';
import { ALL_MODELS, type NewLatency } from '../../retiming/new-latency.ts';
import { LATENCY_PROFILES } from '../../fixtures/importing/latency-profiles.ts';
import type { WhatIfOptions } from './options.ts';
import type { WhatIf } from './what-if.ts';

/** What was changed and what was not, in sentences that stand at the head of every format. */
export interface Assumptions {
  readonly changed: readonly string[];
  readonly assumptions: readonly string[];
}

export function assumptionsOf({ cells }: WhatIf, options: WhatIfOptions): Assumptions {
  const { swaps, repriced, latencies, limits, parallelSiblings } = options;
  const freed = total(cells.map((cell) => cell.freedWaits));
  const kept = total(cells.map((cell) => cell.keptTimes));
  const differ = total(cells.map((cell) => cell.orderMayDiffer.length));
  const isRepriced = swaps.size + repriced.size > 0;
  const isRetimed = latencies.size + limits.length > 0 || parallelSiblings;
  return {
    changed: [
      ...[...swaps].map(([old, fresh]) => `Calls to ${old} cost what ${fresh} costs.`),
      ...(repriced.size > 0 ? [`Calls to ${[...repriced].sort().join(', ')} cost what you said.`] : []),
      ...[...latencies].map(([model, change]) => latencySentence(model, change, latencies.size === 1)),
      ...limits.map(limitSentence),
      ...(limits.some((limit) => !limit.perTrial) ? [arrivalSentence(options)] : []),
      ...(parallelSiblings ? [siblingSentence(freed)] : []),
    ],
    assumptions: [
      'Nothing was run again: answers, scores and token counts are as recorded. Another model would answer otherwise, and another tokeniser count otherwise.',
      ...(isRepriced ? [`New prices are the newest of ${options.prices.version}; all others are those of the recording.`] : []),
      ...(isRetimed ? [] : ['Times are as recorded; --latency changes them.']),
      ...(limits.some((limit) => !limit.perTrial)
        ? ['Trials that share a limit wait for one another, so changes of their latency have no interval.']
        : []),
      ...(kept > 0 ? [`${counted(kept, 'answer')} without a count of output tokens kept the recorded time.`] : []),
      ...(differ > 0
        ? [
            `Order may differ in ${counted(differ, 'trial')}: what was stopped by a race or a deadline might now have ended otherwise. Their figures keep the recorded way.`,
          ]
        : []),
    ],
  };
}

function latencySentence(model: string, change: NewLatency, isOnly: boolean): string {
  const every = isOnly ? 'Answers of every model' : 'Answers of every other model';
  const whose = model === ALL_MODELS ? every : `Answers of ${model}`;
  if (change.kind === 'factor') return `${whose} take ${change.factor} times their recorded time.`;
  if (change.kind === 'rate')
    return `${whose} take ${change.ttftMs} ms to the first token, then ${change.tokensPerSecond} tokens a second, without chance.`;
  const n = LATENCY_PROFILES.find((profile) => profile.model === change.model)?.n ?? 0;
  return `${whose} take as long as those of ${change.model}: drawn from a profile fitted to ${n} public recordings${n < 30 ? ' (few: weak evidence)' : ''}.`;
}

function limitSentence({ kind, amount, model, perTrial }: LimitRule): string {
  const what = { concurrency: 'requests in flight', rpm: 'requests started', tpm: 'tokens of requests started' }[kind];
  const whose = model === undefined ? '' : ` to ${model}`;
  const when = kind === 'concurrency' ? 'at once' : 'in any 60 s';
  return `At most ${amount.toLocaleString('en-US')} ${what}${whose} ${when}, ${perTrial ? 'for each trial by itself' : 'for all trials of a pattern together'}; first come, first served.`;
}

function arrivalSentence({ arrivals }: WhatIfOptions): string {
  const rate = (everyUs: number) => `${Number((60e6 / everyUs).toFixed(2))} a minute`;
  if (arrivals.kind === 'together')
    return 'All trials of a pattern come at the same instant, so latency includes waiting for each other.';
  return `The trials of a pattern come ${arrivals.kind === 'even' ? 'evenly' : 'at random (Poisson, seeded)'}, ${rate(arrivals.everyUs)}.`;
}

const siblingSentence = (freed: number): string =>
  freed === 0
    ? 'Independent siblings start together: there were none that had run one after another.'
    : `Independent siblings start together: ${counted(freed, 'step')} had waited for a sibling that ${freed === 1 ? 'it' : 'they'} did not need.`;

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
