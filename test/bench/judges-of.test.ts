import { describe, expect, it } from 'vitest';
import { judgesOf, judgesOfTrials } from '../../src/bench/judges-of.ts';
import type { Attributes, SpanRecord } from '../../src/telemetry/span.ts';
import { trialRecordOf } from '../support/trial-record-of.ts';

const event = (name: string, attributes: Attributes) => ({ name: `patternbench.judge.${name}`, atUs: 0, attributes });
const answered = (usd?: number) =>
  event('call', {
    'gen_ai.usage.input_tokens': 1,
    'patternbench.provenance': 'real',
    ...(usd === undefined ? {} : { 'patternbench.cost.usd': usd }),
  });
const failed = event('call', { 'error.type': 'model_error' });
const rootWith = (...events: SpanRecord['events']): SpanRecord[] => [
  {
    path: '',
    parentPath: null,
    name: 'r',
    kind: 'internal',
    startUs: 0,
    endUs: 0,
    attributes: {},
    events,
    error: undefined,
    after: [],
    links: [],
  },
];

describe('what judges did and cost', () => {
  it('is nothing where nobody was asked, so that records of before stay as they are', () => {
    expect(judgesOf(rootWith())).toEqual({});
    expect(judgesOfTrials([])).toEqual({});
  });

  it('is the sum of their calls; a failed one costs nothing, an unpriced one makes the sum unknown', () => {
    expect(judgesOf(rootWith(answered(0.25), failed, answered(0.5)))).toEqual({
      judgeCalls: 3,
      judgeCostUsd: 0.75,
      judgeProvenance: { real: 2 },
    });
    expect(judgesOf(rootWith(answered(0.25), answered()))).toMatchObject({ judgeCostUsd: null });
  });

  it('adds up over trials, with how often both orders agreed', () => {
    const swap = (agrees: boolean) => event('swap', { 'patternbench.judge.agrees': agrees });
    const trial = (...events: SpanRecord['events']) => ({ ...trialRecordOf({}), ...judgesOf(rootWith(...events)) });
    const trials = [trial(answered(1), swap(true)), trial(answered(2), swap(false), swap(true)), trial()];
    expect(judgesOfTrials(trials)).toEqual({ judgeCalls: 2, judgeCostUsd: 3, judgeSwaps: { asked: 3, agreed: 2 } });
    expect(judgesOfTrials([...trials, trial(answered())])).toMatchObject({ judgeCostUsd: null });
  });
});
