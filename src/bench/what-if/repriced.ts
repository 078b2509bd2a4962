import { recordedModels, usageOf } from '../../retiming/model-request.ts';
import { OWN } from '../../telemetry/attribute-names.ts';
import type { Attributes, SpanRecord } from '../../telemetry/span.ts';
import type { WhatIfOptions } from './options.ts';

/** The newest prices that the table knows: what a model cost on the day of a recording is of no matter to what it would cost. */
export const NEWEST = '9999-12-31';

type Pricing = Pick<WhatIfOptions, 'swaps' | 'repriced' | 'prices'>;

/** The model under which a call is priced anew; undefined where its price stays. */
export function newModelOf(call: SpanRecord, { swaps, repriced }: Pick<Pricing, 'swaps' | 'repriced'>): string | undefined {
  const names = recordedModels(call);
  const swapped = names.flatMap((name) => swaps.get(name) ?? [])[0];
  return swapped ?? names.find((name) => repriced.has(name));
}

/**
 * The span with its cost under the new prices, tokens as recorded. A model without a price leaves no cost at all: unpriced is not 0. Spans
 * without usage, and models whose price stays, come back as they are.
 */
export function repriced(span: SpanRecord, pricing: Pricing): SpanRecord {
  if (pricing.swaps.size + pricing.repriced.size === 0) return span;
  const usage = usageOf(span);
  const model = newModelOf(span, pricing);
  if (!usage || model === undefined) return span;
  const cost = pricing.prices.costOf(model, usage, NEWEST);
  const { [OWN.costUsd]: _usd, [OWN.costInputUsd]: _in, [OWN.costOutputUsd]: _out, ...rest } = span.attributes;
  const attributes: Attributes = cost
    ? { ...rest, [OWN.costUsd]: cost.usd, [OWN.priceVersion]: pricing.prices.version }
    : { ...rest };
  return { ...span, attributes };
}
