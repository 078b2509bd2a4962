import { describe, expect, it } from 'vitest';
import { GEN_AI, OWN } from '../../src/telemetry/attribute-names.ts';
import { replayedAnswers } from '../../src/telemetry/replayed-answers.ts';
import type { SpanRecord } from '../../src/telemetry/span.ts';

const call = (path: string, attributes: SpanRecord['attributes'] = {}, facts: Partial<SpanRecord> = {}): SpanRecord => ({
  path,
  parentPath: '',
  name: 'chat m',
  kind: 'client',
  startUs: 0,
  endUs: 1000,
  attributes: { [GEN_AI.operationName]: 'chat', [OWN.replayFixtureId]: `${path}#0#0`, [OWN.answerDigest]: 'said', ...attributes },
  events: [],
  error: undefined,
  after: [],
  links: [],
  ...facts,
});

describe('AP2 what a trial heard', () => {
  const usual = replayedAnswers([call('a'), call('b')]);

  it('is the same whatever the order of its calls, and wherever they stand', () => {
    expect(replayedAnswers([call('b', {}, { startUs: 500, endUs: 1500 }), call('a')])).toBe(usual);
  });

  it.each([
    ['another answer at the same address', [call('a'), call('b', { [OWN.answerDigest]: 'else' })]],
    ['another address', [call('a'), call('c')]],
    ['a call less', [call('a')]],
    ['other tokens', [call('a'), call('b', { [GEN_AI.outputTokens]: 9 })]],
    ['another time', [call('a'), call('b', {}, { endUs: 1001 })]],
    ['an answer that was edited by hand', [call('a'), call('b', { [OWN.provenance]: 'edited' })]],
    ['a failure', [call('a'), call('b', {}, { error: { type: '429', message: '' } })]],
  ])('is another with %s', (_, spans) => expect(replayedAnswers(spans)).not.toBe(usual));

  it('is unknown where no recording answered', () => {
    const { [OWN.replayFixtureId]: _, ...live } = call('b').attributes;
    expect(replayedAnswers([call('a'), { ...call('b'), attributes: live }])).toBeNull();
    expect(replayedAnswers([])).toBeNull();
  });
});
