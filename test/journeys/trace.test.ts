import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waterfall } from '../../src/commands/shell/waterfall.ts';
import { slackOf } from '../../src/telemetry/agent-times.ts';
import { criticalPath } from '../../src/telemetry/critical-path.ts';
import { parseOtlpLine } from '../../src/telemetry/otlp-parse.ts';
import { treeOf } from '../../src/telemetry/span-tree.ts';
import { journeyProject } from '../support/journey.ts';

describe('a person with a trace', () => {
  let project: Awaited<ReturnType<typeof journeyProject>>;
  beforeAll(async () => {
    project = await journeyProject('starter');
    await project.type(['run', '-s', 'starter', '--quiet']);
  });
  afterAll(() => project[Symbol.asyncDispose]());

  const type = (...argv: string[]) => project.type(['trace', ...argv], { env: { COLUMNS: '80' } });

  it('sees what ran when, what it waited for, and where the time went, in 80 columns', async () => {
    const told = await type('show', 'starter/parallel/s1/0');
    expect(told.code).toBe(0);
    expect(told.out).toContain('workflow parallel');
    expect(told.out).toMatch(/● {5}chat gpt-4o .*█/);
    expect(told.out).toMatch(/Critical path \d+\.\d\d s/);
    expect(Math.max(...told.out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('sees who was busy and who had time to spare, and none on the critical path', async () => {
    const told = await type('show', 'starter/parallel/s1/0');
    expect(told.out).toMatch(/agent +calls +tokens +USD +busy +idle +slack\n/);
    const [, ...lines] = (await project.read('reports', (await project.runs())[0]!, 'spans.jsonl')).trimEnd().split('\n');
    for (const line of lines) {
      const { spans } = parseOtlpLine(line);
      const spare = new Map([...slackOf(treeOf(spans))].map(([span, us]) => [span.path, us]));
      expect(criticalPath(spans).filter(({ spanPath }) => (spare.get(spanPath) ?? 0) > 0)).toEqual([]);
    }
  });

  it('finds the slowest trials, and those that failed', async () => {
    const slowest = await type('ls', '--by', 'latency', '--limit', '3');
    const seconds = [...slowest.out.matchAll(/ (\d+\.\d\d) s/g)].map((match) => Number(match[1]));
    expect(seconds).toHaveLength(3);
    expect(seconds).toEqual(seconds.toSorted((a, b) => b - a));
    const failed = (await type('ls', '--failed')).out.trim().split('\n').slice(1);
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.filter((line) => !line.includes('not passed'))).toEqual([]);
    expect((await type('ls', '--by', 'beauty')).code).toBe(2);
  });

  it('is told that every trace is well formed, and where one is not', async () => {
    expect(await type('verify')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^126 traces, \d+ spans, 0 problems/) as string,
    });
    const [run] = await project.runs();
    // A call to a model that tells neither its usage nor that it is missing.
    const spans = await project.read(`reports/${run}/spans.jsonl`);
    const [plan, first, ...others] = spans.split('\n');
    await writeFile(
      project.path(`reports/${run}/spans.jsonl`),
      [plan, first!.replaceAll('gen_ai.usage.', 'gen_ai.lost.'), ...others].join('\n'),
    );
    const told = await type('verify');
    expect(told.code).toBe(1);
    expect(told.err).toContain('spans.jsonl:2');
  });

  it('learns in a line that no collector is there', async () => {
    const told = await type('push', '--otlp', 'http://127.0.0.1:9');
    expect(told.code).toBe(3);
    expect(told.err.trim().split('\n')).toHaveLength(1);
  });
});

describe('waterfall', () => {
  const span = (name: string, startUs: number, endUs: number, parent?: string) => ({
    traceId: 'a'.repeat(32),
    spanId: name.padEnd(16, '0'),
    ...(parent ? { parentSpanId: parent.padEnd(16, '0') } : {}),
    name,
    startTimeUnixNano: `${startUs}000`,
    endTimeUnixNano: `${endUs}000`,
    attributes: [],
  });
  const drawn = (...spans: object[]) =>
    waterfall(parseOtlpLine(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] })).spans, 80);

  it('fits a trial without duration, a long name and control characters', () => {
    const lines = drawn(span('root', 5, 5), span('x'.repeat(99), 5, 5, 'root'), span('e\u001b[2J', 5, 5, 'root'));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines.join('\n')).not.toContain('\u001b');
  });

  it('draws a span where it was and as long as it was', () => {
    const line = drawn(span('root', 0, 1_000_000), span('late', 500_000, 1_000_000, 'root')).find((one) => one.includes('late'))!;
    const whole = drawn(span('root', 0, 1_000_000)).find((one) => one.includes('root'))!;
    const barOf = (text: string) => /─+/.exec(text)!;
    expect(barOf(line)[0].length).toBeCloseTo(barOf(whole)[0].length / 2, -1);
    expect(barOf(line).index).toBeGreaterThan(barOf(whole).index);
  });
});
