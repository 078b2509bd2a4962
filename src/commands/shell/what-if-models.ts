import { NEWEST } from '../../bench/what-if/repriced.ts';
import type { WhatIfOptions } from '../../bench/what-if/options.ts';
import { PatternbenchError } from '../../kernel/errors.ts';
import { recordedModels, requestSpans, usageOf } from '../../retiming/model-request.ts';
import { ALL_MODELS } from '../../retiming/new-latency.ts';
import { nearestName } from '../../schema/nearest-name.ts';
import { priceTable } from '../../telemetry/cost.ts';
import type { OtlpTrace } from '../../telemetry/otlp-json.ts';
import { pricedModels } from '../../telemetry/priced-models.ts';
import { treeOf } from '../../telemetry/span-tree.ts';
import type { WhatIfQuestion } from './what-if-options.ts';

/** What the models of a run are called, and what their largest request took. */
interface RunModels {
  readonly names: ReadonlySet<string>;
  readonly mostTokens: ReadonlyMap<string, number>;
}

/**
 * Holds a question against the models that a run has. Throws `usage` with the nearest names for a model that it has not, for one without a
 * price, and for a limit that a single request of the run exceeds: an endpoint would refuse that one for ever.
 */
export async function whatIfOptions(question: WhatIfQuestion, traces: readonly OtlpTrace[]): Promise<WhatIfOptions> {
  const models = modelsOf(traces);
  const prices = await priceTable(question.prices);
  const { swaps, latencies, limits, arrivals, parallelSiblings } = question;
  const news = new Set(swaps.values());
  for (const old of swaps.keys()) mustBeIn('--swap', old, models.names);
  const inRun = new Set([...models.names, ...news]);
  for (const name of Object.keys(question.prices)) mustBeIn('--price', name, inRun);
  for (const name of latencies.keys()) if (name !== ALL_MODELS) mustBeIn('--latency', name, inRun);
  for (const { kind, model } of limits) if (model !== undefined) mustBeIn(`--${kind}`, model, inRun);
  for (const name of news) {
    if (prices.costOf(name, { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, reasoningTokens: 0 }, NEWEST) === null)
      throw unpriced(name, await pricedModels());
  }
  for (const { kind, amount, model } of limits) {
    const most = Math.max(
      0,
      ...[...models.mostTokens].flatMap(([name, tokens]) => (isLimited(name, model, swaps) ? tokens : [])),
    );
    if (kind === 'tpm' && most > amount)
      throw new PatternbenchError('usage', `--tpm ${amount} is less than the ${most} tokens of one request of this run`, {
        remedy: `an endpoint would refuse that request for ever; allow at least ${most}`,
      });
  }
  return {
    swaps,
    latencies,
    limits,
    parallelSiblings,
    prices,
    repriced: new Set(Object.keys(question.prices).filter((name) => models.names.has(name))),
    arrivals: arrivals ?? { kind: 'together' },
  };
}

const isLimited = (name: string, model: string | undefined, swaps: ReadonlyMap<string, string>): boolean =>
  model === undefined || model === name || model === swaps.get(name);

function modelsOf(traces: readonly OtlpTrace[]): RunModels {
  const names = new Set<string>();
  const mostTokens = new Map<string, number>();
  for (const { spans } of traces) {
    for (const { call } of requestSpans(treeOf(spans))) {
      const usage = usageOf(call);
      const tokens = usage ? usage.inputTokens + usage.outputTokens : 0;
      for (const name of recordedModels(call)) {
        names.add(name);
        mostTokens.set(name, Math.max(tokens, mostTokens.get(name) ?? 0));
      }
    }
  }
  return { names, mostTokens };
}

function mustBeIn(option: string, name: string, names: ReadonlySet<string>): void {
  if (names.has(name)) return;
  const nearest = nearestName(name, names);
  throw new PatternbenchError(
    'usage',
    `${option}: no call of this run went to ${name}${nearest ? `; did you mean ${nearest}?` : ''}`,
    {
      remedy: names.size > 0 ? `its models: ${[...names].sort().join(', ')}` : 'it has no calls to models',
    },
  );
}

function unpriced(name: string, known: readonly string[]): PatternbenchError {
  const nearest = nearestName(name, known);
  return new PatternbenchError('usage', `--swap: no price is known for ${name}${nearest ? `; did you mean ${nearest}?` : ''}`, {
    remedy: `say it: --price ${name}=<USD per million input tokens>,<output>`,
  });
}
