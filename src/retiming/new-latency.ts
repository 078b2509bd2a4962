import { usOf } from '../kernel/clock.ts';
import { drawLatency } from '../fixtures/importing/latency-model.ts';
import { type ModelRequest, recordedModels, usageOf } from './model-request.ts';
import type { TrialGraph } from './trial-graph.ts';

/** How long answers of a model would take instead. */
export type NewLatency =
  /** Time to the first token, then so many output tokens a second; no chance in it. */
  | { readonly kind: 'rate'; readonly ttftMs: number; readonly tokensPerSecond: number }
  /** Drawn from the committed profile of that model (fixtures/importing/latency-profiles.ts), with its chance, equal for equal seeds. */
  | { readonly kind: 'profile'; readonly model: string }
  /** The recorded time, so many times over. */
  | { readonly kind: 'factor'; readonly factor: number };

/** By model; `all` is every model that has none of its own. */
export type NewLatencies = ReadonlyMap<string, NewLatency>;

export const ALL_MODELS = 'all';

/** What is changed for a request: under its recorded names first, then under the name that it is swapped for, then for all. */
export const latencyFor = (request: ModelRequest, latencies: NewLatencies): NewLatency | undefined =>
  [...recordedModels(request.call), ...request.models, ALL_MODELS].flatMap((name) => latencies.get(name) ?? [])[0];

/**
 * Gives each answered request its new duration. Failed attempts, and answers without a count of output tokens (unless it is a factor), keep
 * the recorded one. Returns how many answers had to keep it. `seed` names the trial for the draws of profiles.
 */
export function applyLatencies(graph: TrialGraph, latencies: NewLatencies, seed: string): number {
  let kept = 0;
  for (const request of graph.requests) {
    const change = latencyFor(request, latencies);
    if (!change || !request.isAnswered || request.cut) continue;
    const recordedUs = request.span.endUs - request.span.startUs;
    const outputTokens = usageOf(request.call)?.outputTokens;
    const durationUs = durationOf(change, { recordedUs, outputTokens, seed: `${seed}/${request.span.path}` });
    if (durationUs === undefined) kept++;
    else request.end.delayUs = durationUs;
  }
  return kept;
}

interface Answered {
  readonly recordedUs: number;
  readonly outputTokens: number | undefined;
  readonly seed: string;
}

function durationOf(change: NewLatency, { recordedUs, outputTokens, seed }: Answered): number | undefined {
  if (change.kind === 'factor') return Math.round(recordedUs * change.factor);
  if (outputTokens === undefined) return undefined;
  if (change.kind === 'rate') return usOf(change.ttftMs + (1000 * outputTokens) / change.tokensPerSecond);
  return usOf(drawLatency({ served: change.model, outputTokens, seed }).totalMs);
}

/** The least time that a request, which was stopped after so long, would have taken with the change: more nobody knows. */
export function leastUs(change: NewLatency | undefined, stoppedAfterUs: number): number {
  if (!change) return stoppedAfterUs;
  if (change.kind === 'factor') return Math.round(stoppedAfterUs * change.factor);
  return change.kind === 'rate' ? usOf(change.ttftMs) : 0;
}
