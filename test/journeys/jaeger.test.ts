import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { JaegerLinks } from '../../src/bench/jaeger-links.ts';
import type { TrialRecord } from '../../src/schema/trial-record.ts';
import { AFTERWARDS } from '../../src/telemetry/attribute-names.ts';
import { parseOtlpLine } from '../../src/telemetry/otlp-parse.ts';
import { checkTrace } from '../../src/telemetry/trace-check.ts';
import { fakeJaeger, type Jaeger } from '../support/fake-jaeger.ts';
import { ask, jaegerCriticalPath, type JaegerSpan, searched, traceById } from '../support/jaeger-client.ts';
import { jsonLines, journeyProject, type JourneyProject, type Told } from '../support/journey.ts';
import { jaegerAtHand, realJaeger } from '../support/real-jaeger.ts';

// The same journeys in two Jaegers: ours, which is always there, and a real one where PATTERNBENCH_JAEGER names one (a program or the address
// of its pages) or `npm run jaeger` has built one.
const atHand = jaegerAtHand(process.env);
const real = atHand === undefined ? undefined : () => realJaeger(atHand, process.env);

describe.each([
  ['a fake Jaeger', fakeJaeger],
  ['a real Jaeger', real],
] as const)('CHK3: somebody who reads a run in %s', (_, open) => {
  let project: JourneyProject;
  let jaeger: Jaeger;
  let told: Told;
  let folder: string;
  let trials: readonly TrialRecord[];
  let lines: readonly string[];
  beforeAll(async () => {
    if (!open) return;
    [project, jaeger] = await Promise.all([journeyProject('starter'), open()]);
    const to = ['--otlp', jaeger.otlp, '--jaeger-ui', jaeger.ui];
    told = await project.type(['run', '-s', 'starter', '--sample', '1', '--quiet', ...to]);
    [folder] = (await project.runs()) as [string];
    trials = jsonLines(await project.read('reports', folder, 'trials.jsonl'));
    lines = (await project.read('reports', folder, 'spans.jsonl')).trimEnd().split('\n').slice(1);
  });
  beforeEach(({ skip }) => skip(!open, 'no Jaeger at hand: set PATTERNBENCH_JAEGER, or type `npm run jaeger`'));
  afterAll(async () => {
    await project?.[Symbol.asyncDispose]();
    await jaeger?.[Symbol.asyncDispose]();
  });

  const links = async () => JSON.parse(await project.read('reports', folder, 'jaeger-links.json')) as JaegerLinks;
  const ours = () => searched(jaeger.ui, { 'patternbench.run.id': folder });

  it('finds every trial by the search that was printed, under "last hour"', async () => {
    expect(told).toMatchObject({ code: 0, stack: false });
    const address = new URL(/in Jaeger: (\S+)/.exec(told.err)![1]!);
    expect(address.searchParams.get('lookback')).toBe('1h');
    const tags = JSON.parse(address.searchParams.get('tags')!) as object;
    const all = await searched(jaeger.ui, tags);
    expect(all).toHaveLength(trials.length);
    expect(all.flat().flatMap(({ warnings }) => warnings)).toEqual([]);
    expect(
      await searched(jaeger.ui, { ...tags, 'patternbench.pattern.name': 'router', 'patternbench.run.trial': '1' }),
    ).toHaveLength(1);
    expect(await searched(jaeger.ui, { ...tags, 'patternbench.pattern.name': 'nobody' })).toEqual([]);
  });

  it('sees one service for each agent', async () => {
    const { services } = await ask<{ services: string[] }>(jaeger.ui, '/api/v3/services');
    const agents = new Set(trials.flatMap((trial) => Object.keys(trial.agents)));
    expect(services).toEqual(expect.arrayContaining([...agents, 'patternbench']));
    for (const service of [...agents, 'patternbench']) {
      const { operations } = await ask<{ operations: object[] }>(jaeger.ui, '/api/v3/operations', { service });
      expect(operations.length).toBeGreaterThan(0);
    }
  });

  it('follows a link to each trial, with its most expensive call marked', async () => {
    const all = await links();
    expect(all.links.map(({ trial }) => trial)).toEqual(
      trials.map(({ scenario, pattern, sample, trial }) => `${scenario}/${pattern}/${sample}/${trial}`),
    );
    for (const { url, exportedId } of all.links) {
      const { pathname, searchParams } = new URL(url);
      expect(pathname).toBe(`/trace/${exportedId}`);
      const trace = (await traceById(jaeger.ui, exportedId))!;
      const costs = trace.map(({ tags }) => Number(tags['patternbench.cost.usd'] ?? 0));
      const marked = trace.find(({ spanId }) => spanId === searchParams.get('uiFind'))!;
      expect(marked.tags['patternbench.cost.usd']).toBe(Math.max(...costs));
    }
    // And from each row of the report to its trials.
    const row = all.rows.find(({ pattern }) => pattern === 'supervisor')!;
    const tags = JSON.parse(new URL(row.search).searchParams.get('tags')!) as object;
    expect(await searched(jaeger.ui, tags)).toHaveLength(trials.filter(({ pattern }) => pattern === 'supervisor').length);
    expect(all.rows).toHaveLength(new Set(trials.map(({ pattern }) => pattern)).size);
    expect(await traceById(jaeger.ui, '0'.repeat(31) + '1')).toBeUndefined();
  });

  /** That a trace came back as the run wrote it, but for gaps of some microseconds, which Jaeger's critical path needs. */
  const expectWhole = async (
    line: string,
    { exportedId, run, isLive = false }: { exportedId: string; run: string; isLive?: boolean },
  ) => {
    const own = parseOtlpLine(line).spans;
    if (isLive) for (const { attributes } of own) for (const name of AFTERWARDS) delete attributes[name];
    const { result } = await ask<{ result: object }>(jaeger.ui, `/api/v3/traces/${exportedId}`);
    const back = parseOtlpLine(JSON.stringify(result)).spans;
    expect(checkTrace(back)).toEqual([]);
    expect(back).toHaveLength(own.length);
    const byPath = new Map(back.map((span) => [span.path, span]));
    for (const { startUs, endUs, events, ...span } of own) {
      const { startUs: began, endUs: ended, events: said, ...rest } = byPath.get(span.path)!;
      expect({ ...rest, after: rest.after.toSorted(), links: rest.links.toSorted() }).toEqual({
        ...span,
        attributes: span.parentPath === null ? { ...span.attributes, 'patternbench.run.id': run } : span.attributes,
        after: span.after.toSorted(),
        links: span.links.toSorted(),
      });
      expect(said.map(({ name, attributes }) => ({ name, attributes }))).toEqual(
        events.map(({ name, attributes }) => ({ name, attributes })),
      );
      expect(Math.abs(ended - began - (endUs - startUs))).toBeLessThan(2 * own.length);
    }
  };

  it('gets every span back as the run left it: name, parent, links, attributes, events, times', async () => {
    for (const { traceId, exportedId } of (await links()).links) {
      await expectWhole(
        lines.find((line) => line.includes(traceId))!,
        { exportedId, run: folder },
      );
    }
    expect(trials.length).toBeGreaterThan(0);
  });

  it('sees what a join waited for as links', async () => {
    const [trace] = await searched(jaeger.ui, { 'patternbench.run.id': folder, 'patternbench.pattern.name': 'parallel' });
    const join = trace!.find(({ operation }) => operation.startsWith('join '))!;
    expect(join.links).toHaveLength(2);
    for (const id of join.links) expect(trace!.find(({ spanId }) => spanId === id)!.endUs).toBeLessThanOrEqual(join.startUs);
    const [root] = trace!.filter(({ parentSpanId }) => parentSpanId === undefined);
    expect(root!.events).toContain('gen_ai.evaluation.result');
  });

  const callsOffPath = (trace: readonly JaegerSpan[]) => {
    const path = jaegerCriticalPath(trace);
    return trace.filter(({ spanId, operation }) => operation.startsWith('chat ') && !path.has(spanId)).length;
  };
  const sequentialOf = (traces: readonly JaegerSpan[][]) =>
    traces.filter((trace) => trace.some(({ tags }) => tags['gen_ai.workflow.name'] === 'sequential'));

  it("sees every step of a sequential trial on Jaeger's critical path", async () => {
    const sequential = sequentialOf(await ours());
    expect(sequential).toHaveLength(3);
    expect(sequential.map(callsOffPath)).toEqual([0, 0, 0]);
    for (const trace of sequential) {
      const path = jaegerCriticalPath(trace);
      const missing = trace.filter(
        ({ spanId, endUs, startUs, parentSpanId }) => parentSpanId && endUs - startUs > 1000 && !path.has(spanId),
      );
      // Agents stand on the path only where they work themselves; what they waited for stands there in their place.
      expect(missing.filter(({ operation }) => !operation.startsWith('invoke_')).map(({ operation }) => operation)).toEqual([]);
    }
  });

  it('may upload spans.jsonl instead', async () => {
    const text = await project.read('reports', folder, 'spans.jsonl');
    // The upload page makes one document of the lines.
    const resourceSpans = jsonLines<{ resourceSpans: object[] }>(text).flatMap((line) => line.resourceSpans);
    const response = await fetch(`${jaeger.ui}/api/transform`, { method: 'POST', body: JSON.stringify({ resourceSpans }) });
    const { data } = (await response.json()) as { data: { spans: unknown[] }[] };
    expect(data).toHaveLength(trials.length + 1);
  });

  it('keeps times and ids where that is asked for, and searches at their time', async () => {
    const push = ['trace', 'push', '--otlp', jaeger.otlp, '--jaeger-ui', jaeger.ui, '--run', folder, '--jaeger-exact'];
    const again = await project.type(push);
    expect(again).toMatchObject({ code: 0, stack: false });
    const address = new URL(/in Jaeger: (\S+)/.exec(again.err)![1]!);
    expect(address.searchParams.get('lookback')).toBe('custom');
    const [start, end] = [address.searchParams.get('start')!, address.searchParams.get('end')!];
    const exactly = () => searched(jaeger.ui, { 'patternbench.run.id': folder }, { start, end });
    const exact = await exactly();
    expect(exact.flat().flatMap(({ warnings }) => warnings)).toEqual([]);
    expect(exact.map(([span]) => span!.traceId).sort()).toEqual(trials.map(({ traceId }) => traceId).sort());
    // What the gaps are for: at the exact times, where steps meet to the microsecond, Jaeger's rule loses calls.
    expect(
      sequentialOf(exact)
        .map(callsOffPath)
        .filter((lost) => lost > 0),
    ).toHaveLength(3);
    await project.type(push);
    expect((await exactly()).flat()).toHaveLength(exact.flat().length);
  });

  it('watches a live run while it goes on, and finds the same there', async () => {
    const args = ['run', '-s', 'starter', '-p', 'sequential', '-n', '2', '--mode', 'live', '--provider', 'simulated', '--quiet'];
    const live = await project.type([...args, '--otlp', jaeger.otlp, '--jaeger-ui', jaeger.ui]);
    expect(live).toMatchObject({ code: 0, stack: false });
    const run = (await project.runs()).find((name) => name.endsWith('-live'))!;
    const written = (await project.read('reports', run, 'spans.jsonl')).trimEnd().split('\n').slice(1);
    const spans = written.reduce((sum, line) => sum + parseOtlpLine(line).spans.length, 0);
    expect(live.err).toContain(`${spans} spans sent to ${jaeger.otlp}\n`);
    const found = await searched(jaeger.ui, { 'patternbench.run.id': run });
    expect(found.flat()).toHaveLength(spans);
    const { links: all } = JSON.parse(await project.read('reports', run, 'jaeger-links.json')) as JaegerLinks;
    expect(all).toHaveLength(written.length);
    for (const trace of found) expect(callsOffPath(trace)).toBe(0);
    for (const { traceId, exportedId } of all) {
      await expectWhole(
        written.find((line) => line.includes(traceId))!,
        { exportedId, run, isLive: true },
      );
    }
  });
});
