import { describe, expect, it } from 'vitest';
import { whatIfOptions } from '../../../src/commands/shell/what-if-models.ts';
import { whatIfQuestion } from '../../../src/commands/shell/what-if-options.ts';
import { PatternbenchError } from '../../../src/kernel/errors.ts';
import { sampleTrace } from '../../telemetry/random-trace.ts';

const TRACES = [{ traceId: 't', resource: {}, spans: sampleTrace() }];

/** What a person is told: the message and what to do next. */
async function told(options: Readonly<Record<string, unknown>>): Promise<string> {
  try {
    await whatIfOptions(whatIfQuestion(options), TRACES);
    return 'fine';
  } catch (error) {
    if (error instanceof PatternbenchError && error.code === 'usage') return `${error.message} | ${error.remedy}`;
    throw error;
  }
}

describe('the options of whatif', () => {
  it('are understood', () => {
    const question = whatIfQuestion({
      swap: ['gpt-4o=gpt-4.1-mini'],
      price: ['house=0.5,1.5,0.1', 'free=0,0'],
      latency: ['gpt-4o=ttft:300,tps:80', 'house=gpt-4.1', 'all=factor:0.5'],
      concurrency: ['8', '2/trial'],
      rpm: ['gpt-4o=500'],
      tpm: ['30k'],
      arrivals: 'poisson:30/min',
      parallelSiblings: true,
    });
    expect(question).toEqual({
      swaps: new Map([['gpt-4o', 'gpt-4.1-mini']]),
      prices: {
        house: { inputPerMTok: 0.5, outputPerMTok: 1.5, cachedInputPerMTok: 0.1 },
        free: { inputPerMTok: 0, outputPerMTok: 0 },
      },
      latencies: new Map<string, unknown>([
        ['gpt-4o', { kind: 'rate', ttftMs: 300, tokensPerSecond: 80 }],
        ['house', { kind: 'profile', model: 'gpt-4.1' }],
        ['all', { kind: 'factor', factor: 0.5 }],
      ]),
      limits: [
        { kind: 'concurrency', amount: 8, model: undefined, perTrial: false },
        { kind: 'concurrency', amount: 2, model: undefined, perTrial: true },
        { kind: 'rpm', amount: 500, model: 'gpt-4o', perTrial: false },
        { kind: 'tpm', amount: 30_000, model: undefined, perTrial: false },
      ],
      arrivals: { kind: 'poisson', everyUs: 2_000_000 },
      parallelSiblings: true,
    });
  });

  it.each([
    [{ swap: ['gpt-4=gpt-4.1-mini'] }, 'no call of this run went to gpt-4; did you mean gpt-4o? | its models: gpt-4o'],
    [
      { swap: ['gpt-4o=gpt-4.1-mni'] },
      'no price is known for gpt-4.1-mni; did you mean gpt-4.1-mini? | say it: --price gpt-4.1-mni=',
    ],
    [{ swap: ['gpt-4o'] }, '--swap gpt-4o is not name=value | write --swap gpt-4o=gpt-4.1-mini'],
    [{ price: ['gpt-4o=1'] }, 'does not say what tokens cost | write --price'],
    [{ price: ['gpt-4o=1,-2'] }, 'does not say what tokens cost'],
    [{ price: ['gpt4o=1,2'] }, 'no call of this run went to gpt4o; did you mean gpt-4o?'],
    [
      { latency: ['gpt-4o=gpt-4.1-min'] },
      'there is no latency profile "gpt-4.1-min"; did you mean gpt-4.1-mini? | profiles: gpt-4o,',
    ],
    [{ latency: ['gpt-4o=ttft:300'] }, 'says "ttft"'],
    [{ latency: ['gpt-4o=ttft:300,tps:0'] }, 'tps:0 is no amount'],
    [{ latency: ['gpt-4o=factor:fast'] }, 'factor:fast is no amount'],
    [{ latency: ['gpt-5=factor:1'] }, 'no call of this run went to gpt-5; did you mean gpt-4o?'],
    [{ rpm: ['0'] }, '--rpm 0 is no limit'],
    [{ rpm: ['gpt-4=10'] }, '--rpm: no call of this run went to gpt-4'],
    [{ tpm: ['100'] }, '--tpm 100 is less than the 230 tokens of one request of this run'],
    [{ rpm: ['10'], arrivals: 'slowly' }, '--arrivals slowly is no way to come'],
    [{ concurrency: ['2/trial'], arrivals: '3/min' }, '--arrivals says something only where trials share a limit'],
    [{}, 'whatif needs to know what to change | try --swap'],
  ])('%j is told what is wrong and what to write', async (options, part) => {
    expect(await told(options)).toContain(part);
  });

  it('take a model without a listed price at the price that is given', async () => {
    expect(await told({ swap: ['gpt-4o=house'], price: ['house=1,2'], latency: ['house=factor:2'], rpm: ['house=5'] })).toBe(
      'fine',
    );
  });
});
