import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type OtlpTrace, writeOtlpLine } from '../../src/telemetry/otlp-json.ts';
import { parseOtlpLine } from '../../src/telemetry/otlp-parse.ts';
import type { SpanRecord } from '../../src/telemetry/span.ts';
import { spanIdOf, traceIdOf } from '../../src/telemetry/span-ids.ts';
import { inCanonicalOrder } from '../../src/telemetry/span-tree.ts';
import { randomTrace, sampleTrace, spanOf } from './random-trace.ts';

const traceId = 'a1'.repeat(16);
const traceOf = (spans: readonly SpanRecord[]): OtlpTrace => ({ traceId, resource: { 'service.name': 'patternbench' }, spans });
const write = (spans: readonly SpanRecord[]) => writeOtlpLine(traceOf(spans), { version: '0.1.0' });
const root = spanOf({ path: '', startUs: 0, endUs: 10 });

describe('ids', () => {
  const trial = { scenario: 's', adapter: 'native', pattern: 'p', settings: 'h', sample: 'x', trial: 0, seed: 1, resume: 0 };

  it('have the lengths of the W3C and depend on every fact of the trial', () => {
    const ids = new Set([traceIdOf(trial), traceIdOf({ ...trial })]);
    for (const [key, value] of Object.entries(trial))
      ids.add(traceIdOf({ ...trial, [key]: typeof value === 'number' ? 7 : 'other' }));
    expect(ids.size).toBe(9);
    for (const id of ids) expect(id).toMatch(/^(?!0+$)[0-9a-f]{32}$/);
    expect(spanIdOf(traceId, '')).toMatch(/^(?!0+$)[0-9a-f]{16}$/);
    expect(spanIdOf(traceId, 'a')).not.toBe(spanIdOf(traceId, 'b'));
    expect(spanIdOf(traceId, 'a')).not.toBe(spanIdOf('b1'.repeat(16), 'a'));
  });
});

describe('writeOtlpLine', () => {
  it('gives equal bytes to equal traces, in whatever order spans and attributes stand', () => {
    const shuffled = sampleTrace()
      .reverse()
      .map((span) => ({ ...span, attributes: Object.fromEntries(Object.entries(span.attributes).reverse()) }));
    expect(write(shuffled)).toBe(write(sampleTrace()));
    expect(write(sampleTrace())).not.toContain('\n');
  });

  it('has the shape of OTLP JSON', () => {
    const line = write([
      root,
      spanOf({
        path: 'model:chat#0',
        kind: 'client',
        startUs: 1,
        endUs: 4,
        attributes: { text: 'a"\u2028\ud800', yes: true, whole: 3, part: 0.5, list: ['x'], 'gen_ai.request.temperature': 1 },
        events: [{ name: 'patternbench.retry', atUs: 2, attributes: { n: 1 } }],
        error: { type: 'model_error', message: 'HTTP 500' },
      }),
      spanOf({ path: 'step:join#0', startUs: 4, endUs: 4, after: ['model:chat#0'], links: ['model:chat#0'] }),
    ]);
    const id = (path: string) => spanIdOf(traceId, path);
    const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
    expect(JSON.parse(line)).toEqual({
      resourceSpans: [
        {
          resource: { attributes: [text('service.name', 'patternbench')] },
          scopeSpans: [
            {
              scope: { name: 'patternbench', version: '0.1.0' },
              spans: [
                {
                  traceId,
                  spanId: id(''),
                  name: 'invoke_workflow test',
                  kind: 1,
                  startTimeUnixNano: '1767225600000000000',
                  endTimeUnixNano: '1767225600000010000',
                  attributes: [text('patternbench.path', '')],
                },
                {
                  traceId,
                  spanId: id('model:chat#0'),
                  parentSpanId: id(''),
                  name: 'model:chat#0',
                  kind: 3,
                  startTimeUnixNano: '1767225600000001000',
                  endTimeUnixNano: '1767225600000004000',
                  attributes: [
                    { key: 'gen_ai.request.temperature', value: { doubleValue: 1 } },
                    { key: 'list', value: { arrayValue: { values: [{ stringValue: 'x' }] } } },
                    { key: 'part', value: { doubleValue: 0.5 } },
                    text('text', 'a"\u2028\ud800'),
                    { key: 'whole', value: { intValue: '3' } },
                    { key: 'yes', value: { boolValue: true } },
                    text('error.type', 'model_error'),
                    text('patternbench.path', 'model:chat#0'),
                  ],
                  events: [
                    {
                      timeUnixNano: '1767225600000002000',
                      name: 'patternbench.retry',
                      attributes: [{ key: 'n', value: { intValue: '1' } }],
                    },
                  ],
                  status: { code: 2, message: 'HTTP 500' },
                },
                {
                  traceId,
                  spanId: id('step:join#0'),
                  parentSpanId: id(''),
                  name: 'step:join#0',
                  kind: 1,
                  startTimeUnixNano: '1767225600000004000',
                  endTimeUnixNano: '1767225600000004000',
                  attributes: [
                    { key: 'patternbench.after', value: { arrayValue: { values: [{ stringValue: id('model:chat#0') }] } } },
                    text('patternbench.path', 'step:join#0'),
                  ],
                  links: [{ traceId, spanId: id('model:chat#0'), attributes: [text('patternbench.link.type', 'fan_in')] }],
                },
              ],
            },
          ],
        },
      ],
    });
  });

  it.each<[string, SpanRecord[]]>([
    ['never ended', [root, spanOf({ path: 'a', startUs: 1, endUs: -1 })]],
    ['no parent', [root, spanOf({ path: 'a', parentPath: 'gone', startUs: 1, endUs: 2 })]],
    ['outside its parent', [root, spanOf({ path: 'a', startUs: 1, endUs: 11 })]],
    ['second root', [root, spanOf({ path: 'a', parentPath: null, startUs: 1, endUs: 2 })]],
    ['path of another', [root, spanOf({ path: 'a', startUs: 1, endUs: 2 }), spanOf({ path: 'a', startUs: 1, endUs: 2 })]],
    ['does not exist', [root, spanOf({ path: 'a', startUs: 1, endUs: 2, after: ['gone'] })]],
    [
      'own ancestors',
      [
        root,
        spanOf({ path: 'a', parentPath: 'b', startUs: 1, endUs: 2 }),
        spanOf({ path: 'b', parentPath: 'a', startUs: 1, endUs: 2 }),
      ],
    ],
    ['must have a root', [spanOf({ path: 'a', startUs: 1, endUs: 2 })]],
  ])('refuses a trace in which a span is wrong: %s', (problem, spans) => {
    expect(() => write(spans)).toThrow(
      expect.objectContaining({ code: 'broken_invariant', message: expect.stringContaining(problem) }),
    );
  });
});

describe('parseOtlpLine', () => {
  it('gives back what was written', () => {
    const value = fc.oneof(fc.string({ unit: 'binary' }), fc.double(), fc.integer(), fc.boolean(), fc.array(fc.string()));
    const attributes = fc.dictionary(
      fc.string().filter((key) => !key.startsWith('patternbench.')),
      value,
    );
    fc.assert(
      fc.property(randomTrace, attributes, (spans, extra) => {
        const own = Object.fromEntries(Object.entries(extra).map(([key, item]) => [key, item === 0 ? 0 : item]));
        const trace = traceOf(spans.map((span) => ({ ...span, attributes: { ...span.attributes, ...own }, links: span.after })));
        expect(parseOtlpLine(writeOtlpLine(trace, { version: '1' }))).toEqual({ ...trace, spans: inCanonicalOrder(trace.spans) });
      }),
      { numRuns: 60 },
    );
  });

  it('reads a foreign trace: integers as numbers or strings, sub-microsecond times, other values, unknown fields', () => {
    const line = JSON.stringify({
      resourceSpans: [
        {
          scopeSpans: [
            {
              scope: { name: 'other', extra: 1 },
              spans: [
                {
                  traceId: 't1',
                  spanId: 's2',
                  parentSpanId: 's1',
                  name: 'chat',
                  kind: 3,
                  startTimeUnixNano: '1700000000000001999',
                  endTimeUnixNano: 1700000000500000000,
                  flags: 257,
                  attributes: [
                    { key: 'tokens', value: { intValue: 12 } },
                    { key: 'more', value: { intValue: '13' } },
                    { key: 'list', value: { arrayValue: { values: [{ intValue: '1' }, { stringValue: 'x' }] } } },
                    { key: 'map', value: { kvlistValue: { values: [] } } },
                    { key: '__proto__', value: { arrayValue: { values: [] } } },
                  ],
                  status: { code: 2 },
                },
                {
                  traceId: 't1',
                  spanId: 's1',
                  name: 'run',
                  startTimeUnixNano: '1700000000000000000',
                  endTimeUnixNano: '1700000001000000000',
                },
              ],
            },
          ],
        },
      ],
    });
    const { spans, traceId: id } = parseOtlpLine(line);
    expect(id).toBe('t1');
    expect(spans.map((span) => [span.path, span.parentPath, span.startUs, span.endUs])).toEqual([
      ['s2', '', 1, 500_000],
      ['', null, 0, 1_000_000],
    ]);
    const read = spans[0]!;
    expect(read).toMatchObject({ kind: 'client', error: { type: '_OTHER', message: '' } });
    expect(read.attributes).toMatchObject({ tokens: 12, more: 13, list: ['1', 'x'], map: '{"values":[]}' });
    expect(Object.getPrototypeOf(read.attributes)).toBe(Object.prototype);
  });

  it.each([
    ['', 'not a line of JSON'],
    ['{', 'not a line of JSON'],
    ['{}', 'not a line of OTLP JSON'],
    ['{"resourceSpans":[{"scopeSpans":[]}]}', 'holds no span'],
    [JSON.stringify(twoSpans('t1', 't2')), 'several traces'],
    [JSON.stringify(twoSpans('t1', 't1', 'up')), 'no root'],
  ])('refuses %s', (line, problem) => {
    expect(() => parseOtlpLine(line, { place: { file: 'spans.jsonl', line: 3 } })).toThrow(
      expect.objectContaining({
        code: 'invalid_record',
        message: expect.stringContaining(problem),
        place: { file: 'spans.jsonl', line: 3 },
      }),
    );
  });
});

function twoSpans(first: string, second: string, parentSpanId?: string) {
  const span = { spanId: 's', parentSpanId, name: 'n', startTimeUnixNano: '1', endTimeUnixNano: '2' };
  return {
    resourceSpans: [
      {
        scopeSpans: [
          {
            spans: [
              { ...span, traceId: first },
              { ...span, traceId: second },
            ],
          },
        ],
      },
    ],
  };
}
