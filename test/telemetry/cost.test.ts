import { readFileSync } from 'node:fs';
import { calcPrice, waitForUpdate } from '@pydantic/genai-prices';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Usage } from '../../src/contracts/model.ts';
import { PRICES_PACKAGE, priceTable } from '../../src/telemetry/cost.ts';

const usageOf = (inputTokens: number, cachedInputTokens: number, outputTokens: number): Usage => ({
  inputTokens,
  cachedInputTokens,
  outputTokens,
  reasoningTokens: 0,
});
const table = await priceTable({});

describe('priceTable', () => {
  it('equals calcPrice for every model that has a price in tokens, with tiers or without', async () => {
    const models = [...new Set(((await waitForUpdate()) ?? []).flatMap((provider) => provider.models.map((model) => model.id)))];
    expect(models.length).toBeGreaterThan(500);
    const day = fc.constantFrom('2024-03-01', '2025-06-15', '2026-01-01');
    let priced = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...models),
        day,
        fc.nat(600_000),
        fc.nat(1000),
        fc.nat(50_000),
        (model, onDate, input, share, output) => {
          const cached = Math.floor((input * share) / 1000);
          const expected = calcPrice({ input_tokens: input, cache_read_tokens: cached, output_tokens: output }, model, {
            timestamp: new Date(`${onDate}T12:00:00Z`),
          });
          const got = table.costOf(model, usageOf(input, cached, output), onDate);
          if (!got) {
            // Unpriced: unknown, or without any price in tokens.
            expect(expected?.total_price ?? 0).toBe(0);
            return;
          }
          priced++;
          expect(Math.abs(got.usd - expected!.total_price)).toBeLessThanOrEqual(1e-12);
          expect(Math.abs(got.inputUsd - expected!.input_price)).toBeLessThanOrEqual(1e-12);
          expect(Math.abs(got.outputUsd - expected!.output_price)).toBeLessThanOrEqual(1e-12);
        },
      ),
      { numRuns: 3000 },
    );
    expect(priced).toBeGreaterThan(500);
  });

  it('matches a price computed by hand, cached tokens included in the input', () => {
    // gpt-4o-mini: 0.15 in, 0.075 cached, 0.60 out, USD per million tokens.
    expect(table.costOf('gpt-4o-mini', usageOf(1_000_000, 400_000, 100_000), '2026-01-01')?.usd).toBeCloseTo(
      0.09 + 0.03 + 0.06,
      12,
    );
  });

  it('takes the whole request to the higher tier where a model has tiers', () => {
    const per = (input: number) => table.costOf('gpt-5.5', usageOf(input, 0, 0), '2026-08-01')!.usd / input;
    expect(per(300_000)).toBeGreaterThan(per(1000) * 1.5);
  });

  it('has no price for an unknown model or one without a price in tokens', () => {
    for (const model of ['no-such-model-at-all', '', '__proto__', 'constructor', 'cerebras/nothing']) {
      expect(table.costOf(model, usageOf(10, 0, 10), '2026-01-01')).toBeNull();
    }
  });

  it('takes more cached tokens than input tokens as all cached, on either path', () => {
    for (const model of ['gpt-4o-mini', 'gpt-5.5']) {
      const clamped = table.costOf(model, usageOf(100, 100, 0), '2026-08-01');
      expect(clamped).not.toBeNull();
      expect(table.costOf(model, usageOf(100, 5000, 0), '2026-08-01')).toEqual(clamped);
    }
  });

  it("puts the user's prices over the package's, dated snapshots of a name included", async () => {
    const own = await priceTable({
      'gpt-4o': { inputPerMTok: 1, outputPerMTok: 10 },
      house: { inputPerMTok: 2, cachedInputPerMTok: 1, outputPerMTok: 4 },
    });
    expect(own.costOf('gpt-4o-2024-08-06', usageOf(1_000_000, 500_000, 100_000), '2026-01-01')).toEqual({
      usd: 2,
      inputUsd: 1,
      outputUsd: 1,
    });
    expect(own.costOf('house', usageOf(1_000_000, 500_000, 0), '2026-01-01')).toEqual({ usd: 1.5, inputUsd: 1.5, outputUsd: 0 });
    expect(own.costOf('gpt-4o-mini', usageOf(9, 0, 9), '2026-01-01')).toEqual(
      table.costOf('gpt-4o-mini', usageOf(9, 0, 9), '2026-01-01'),
    );
  });

  it('names its prices: package, installed version, and what the user set', async () => {
    const manifest = JSON.parse(readFileSync('node_modules/@pydantic/genai-prices/package.json', 'utf8')) as { version: string };
    expect(PRICES_PACKAGE).toBe(`genai-prices ${manifest.version}`);
    expect(table.version).toBe(PRICES_PACKAGE);
    const versionOf = async (inputPerMTok: number) => (await priceTable({ m: { inputPerMTok, outputPerMTok: 1 } })).version;
    expect(await versionOf(1)).toBe(await versionOf(1));
    expect(await versionOf(1)).not.toBe(await versionOf(2));
    expect(await versionOf(1)).toMatch(/^genai-prices [\d.]+ \+ user [\w-]{8}$/);
  });
});
