import { describe, expect, it } from 'vitest';
import type { AppliedScorer } from '../../src/bench/plan.ts';
import { messageLog } from '../../src/bench/message-log.ts';
import { judgeSpans, scoreTrial, unjudge } from '../../src/bench/score-trial.ts';
import type { FinishedTrial } from '../../src/bench/trial.ts';
import { defineScorer } from '../../src/contracts/scorer.ts';
import type { Sample } from '../../src/schema/scenario.ts';
import { parseOtlpLine } from '../../src/telemetry/otlp-parse.ts';
import { writeOtlpLine } from '../../src/telemetry/otlp-json.ts';
import type { SpanRecord } from '../../src/telemetry/span.ts';

const SECRET = `sk-proj-${'a1B2c3D4'.repeat(5)}`;
const sample: Sample = { id: 's', input: 'i', expected: { key: SECRET }, metadata: {} };

// Says what it sees and what it expected, as a careless scorer does.
const careless = defineScorer({
  name: 'careless',
  description: 'quotes',
  options: (z) => z.strictObject({}),
  score: ({ output, sample: { expected } }) => ({
    value: output.includes(SECRET) ? 1 : 0.5,
    why: `${output} and ${JSON.stringify(expected['key'])}`,
  }),
});
const scorers: AppliedScorer[] = [{ name: 'careless', scorer: careless, options: {} }];
const scenario = { primary: 'careless', passThreshold: 0.5 };

const span = (path: string, facts: Partial<SpanRecord>): SpanRecord => ({
  path,
  parentPath: path === '' ? null : '',
  name: 'n',
  kind: 'internal',
  startUs: 0,
  endUs: 5,
  attributes: {},
  events: [],
  error: undefined,
  after: [],
  links: [],
  ...facts,
});

const finished = (facts: Partial<FinishedTrial> = {}): FinishedTrial => ({
  plan: { cell: { scenario, scorers }, sample, trial: 0 } as unknown as FinishedTrial['plan'],
  traceId: () => '0123456789abcdef0123456789abcdef',
  spans: [span('', {}), span('a#0', { attributes: { 'gen_ai.tool.call.arguments': `{"key":"${SECRET}"}` } })],
  outcome: { status: 'completed' },
  output: `the key is ${SECRET}`,
  stop: 'final',
  said: messageLog(),
  ...facts,
});

describe('a trial that is scored', () => {
  it('holds no secret afterwards, not in its spans, not in a reason, and no scorer has seen one of the output', async () => {
    const trial = finished();
    const record = await scoreTrial(trial);
    expect(JSON.stringify([record, trial.spans])).not.toContain(SECRET);
    expect(record.scores).toEqual({ careless: 0.5 });
  });

  it('is scored the same again from what was written of it', async () => {
    const trial = finished();
    const record = await scoreTrial(trial);
    const line = writeOtlpLine({ traceId: record.traceId, resource: {}, spans: trial.spans }, { version: '1' });
    const read = parseOtlpLine(line);
    unjudge(read.spans.find(({ parentPath }) => parentPath === null)!);
    expect(await judgeSpans(read, { scenario, sample, scorers })).toEqual(record);
    expect(writeOtlpLine({ ...read, resource: {} }, { version: '1' })).toBe(line);
  });

  it('has no scores and has not passed where it did not complete', async () => {
    const record = await scoreTrial(finished({ output: null, outcome: { status: 'failed', code: 'timeout', message: 'm' } }));
    expect(record).toMatchObject({ scores: {}, passed: false });
  });

  it('is a mistake of the scorer where a score lies outside of 0 to 1', async () => {
    const wild: AppliedScorer = {
      name: 'wild',
      options: {},
      scorer: { ...careless, name: 'wild', score: () => ({ value: 2, why: 'w' }) },
    };
    const trial = finished({
      plan: { cell: { scenario, scorers: [wild] }, sample, trial: 0 } as unknown as FinishedTrial['plan'],
    });
    await expect(scoreTrial(trial)).rejects.toMatchObject({
      code: 'broken_invariant',
      message: expect.stringContaining('"wild" gave 2'),
    });
  });
});
