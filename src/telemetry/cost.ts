import type { ModelPrice } from '@pydantic/genai-prices';
import type { Usage } from '../contracts/model.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { shortHash } from '../kernel/hash.ts';
import type { UserPrice } from '../schema/scenario.ts';

/** US dollars for one call. */
export interface Cost {
  readonly usd: number;
  readonly inputUsd: number;
  readonly outputUsd: number;
}

export interface PriceTable {
  /** Which prices these are: package, version, and a hash of the user's table when there is one. */
  readonly version: string;
  /** What a call cost at the prices of a day (YYYY-MM-DD, UTC); null for a model without a price, which is never taken for 0. */
  readonly costOf: (model: string, usage: Usage, onDate: string) => Cost | null;
}

/** The package does not export its version; a test compares this with what is installed. */
export const PRICES_PACKAGE = 'genai-prices 0.1.8';

type Rate = (usage: Usage) => Cost;

/** Models come from endpoints; without a limit a hostile one could fill the memory with names. */
const MAX_RATES = 2_000;

/** Per call (`requests_kcount`) and per token in and out: what calls without audio, images and cache writes can be billed for. */
const PLAIN_KEYS = { input: 'input_mtok', cached: 'cache_read_mtok', output: 'output_mtok', request: 'requests_kcount' } as const;

/**
 * The prices of models: the user's table (USD per million tokens; a name also stands for its dated snapshots, `gpt-4o` for
 * `gpt-4o-2024-08-06`) over those of genai-prices. Per million tokens, input tokens include cached ones, cached ones are billed at their own
 * price where there is one, output tokens include reasoning; more cached tokens than input tokens count as all cached.
 */
export async function priceTable(user: Readonly<Record<string, UserPrice>>): Promise<PriceTable> {
  const { calcPrice } = await import('@pydantic/genai-prices');

  const packageRate = (model: string, onDate: string): Rate | null => {
    // Noon, so that prices which change by the hour are taken at their day-time level.
    const timestamp = new Date(`${onDate}T12:00:00Z`);
    const calculate = (input: number, cached: number, output: number) =>
      calcPrice({ input_tokens: input, cache_read_tokens: cached, output_tokens: output }, model, { timestamp });
    const known = calculate(0, 0, 0);
    // Many models are listed without a price, some only by the hour or by the page: calls in tokens have no price then.
    if (!known || !Object.values(PLAIN_KEYS).some((key) => known.model_price[key] !== undefined)) return null;
    return (
      linearRate(known.model_price) ??
      ((usage) => {
        const price = calculate(usage.inputTokens, cachedOf(usage), usage.outputTokens);
        return { usd: price!.total_price, inputUsd: price!.input_price, outputUsd: price!.output_price };
      })
    );
  };

  const rates = new Map<string, Map<string, Rate | null>>();
  const rateOf = (model: string, onDate: string): Rate | null => {
    const byDate = rates.get(model) ?? new Map<string, Rate | null>();
    let rate = byDate.get(onDate);
    if (rate === undefined) {
      const own = userPriceOf(user, model);
      rate = own ? userRate(own) : packageRate(model, onDate);
      if (rates.size >= MAX_RATES || byDate.size >= MAX_RATES) rates.clear();
      rates.set(model, byDate.set(onDate, rate));
    }
    return rate;
  };

  return {
    version: Object.keys(user).length === 0 ? PRICES_PACKAGE : `${PRICES_PACKAGE} + user ${shortHash(canonicalJson(user), 8)}`,
    costOf: (model, usage, onDate) => rateOf(model, onDate)?.(usage) ?? null,
  };
}

const cachedOf = (usage: Usage): number => Math.min(usage.cachedInputTokens, usage.inputTokens);

function userPriceOf(user: Readonly<Record<string, UserPrice>>, model: string): UserPrice | undefined {
  const plain = model.replace(/-\d{4}-?\d{2}-?\d{2}$/, '');
  const name = [model, plain].find((candidate) => Object.hasOwn(user, candidate));
  return name === undefined ? undefined : user[name];
}

const userRate = (price: UserPrice): Rate =>
  perToken({
    input: price.inputPerMTok,
    cached: price.cachedInputPerMTok ?? price.inputPerMTok,
    output: price.outputPerMTok,
    request: 0,
  });

/** The model's price as plain multiplication, or nothing when it has tiers. */
function linearRate(price: ModelPrice): Rate | undefined {
  const numberOf = (key: string) => (price[key] === undefined ? 0 : price[key]);
  const input = numberOf(PLAIN_KEYS.input);
  const cached = price[PLAIN_KEYS.cached] === undefined ? input : numberOf(PLAIN_KEYS.cached);
  const output = numberOf(PLAIN_KEYS.output);
  const request = numberOf(PLAIN_KEYS.request);
  if (typeof input !== 'number' || typeof cached !== 'number' || typeof output !== 'number' || typeof request !== 'number')
    return undefined;
  return perToken({ input, cached, output, request: request / 1000 });
}

/** `input`, `cached`, `output` in USD per million tokens; `request` in USD per call. */
function perToken(price: {
  readonly input: number;
  readonly cached: number;
  readonly output: number;
  readonly request: number;
}): Rate {
  return (usage) => {
    const cached = cachedOf(usage);
    const inputUsd = ((usage.inputTokens - cached) * price.input + cached * price.cached) / 1e6;
    const outputUsd = (usage.outputTokens * price.output) / 1e6;
    return { usd: inputUsd + outputUsd + price.request, inputUsd, outputUsd };
  };
}
