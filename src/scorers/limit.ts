import { defineScorer } from '../contracts/scorer.ts';
import type { ScoredAmounts } from '../contracts/scored-trial.ts';

const METRICS = {
  tokens: ({ inputTokens, outputTokens }) => inputTokens + outputTokens,
  'input-tokens': ({ inputTokens }) => inputTokens,
  'output-tokens': ({ outputTokens }) => outputTokens,
  'cost-usd': ({ costUsd }) => costUsd,
  'latency-ms': ({ latencyMs }) => latencyMs,
  'model-calls': ({ llmCalls }) => llmCalls,
  'tool-calls': ({ toolCalls }) => toolCalls,
} as const satisfies Record<string, (amounts: ScoredAmounts) => number | null>;

/**
 * 1 when the trial, or one of its agents, took at most `max` of something; beyond that 0, or `max` over what it took. What has no price, and an
 * agent that did not run, is unscored.
 */
export default defineScorer({
  name: 'limit',
  description: 'Whether the trial, or one agent, stayed within a limit of tokens, cost, time or calls',
  options: (z) =>
    z.strictObject({
      metric: z
        .enum(Object.keys(METRICS) as (keyof typeof METRICS)[])
        .describe('what is counted; latency of an agent = the sum of its runs'),
      max: z.number().min(0).describe('most that may be taken, in the unit of the metric'),
      agent: z.string().optional().describe('count only what this agent took; default: the whole trial'),
      beyond: z.enum(['fail', 'graded']).default('fail').describe('graded = max / taken instead of 0'),
    }),
  score: ({ amounts, amountsByAgent }, { metric, max, agent, beyond }) => {
    const counted = agent === undefined ? amounts : Object.hasOwn(amountsByAgent, agent) ? amountsByAgent[agent] : undefined;
    if (!counted) return { value: null, why: `Unscored: no agent "${agent}" ran.` };
    const taken = METRICS[metric](counted);
    const unit = metric.replace('-', ' ');
    if (taken === null) return { value: null, why: 'Unscored: a model call has no price.' };
    const said = Number(taken.toFixed(6));
    if (taken <= max) return { value: 1, why: `${said} ${unit}, at most ${max}.` };
    return { value: beyond === 'graded' ? max / taken : 0, why: `${said} ${unit}, more than ${max}.` };
  },
});
