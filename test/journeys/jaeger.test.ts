import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JaegerLinks } from '../../src/bench/jaeger-links.ts';
import type { TrialRecord } from '../../src/schema/trial-record.ts';
import { parseOtlpLine } from '../../src/telemetry/otlp-parse.ts';
import { fakeJaeger, jaegerCriticalPath, type JaegerSpan } from '../support/fake-jaeger.ts';
import { jsonLines, journeyProject, type JourneyProject, type Told } from '../support/journey.ts';

let project: JourneyProject;
let jaeger: Awaited<ReturnType<typeof fakeJaeger>>;
let told: Told;
let folder: string;
let trials: readonly TrialRecord[];
beforeAll(async () => {
  [project, jaeger] = await Promise.all([journeyProject('starter'), fakeJaeger()]);
  told = await project.type([
    'run',
    '-s',
    'starter',
    '--sample',
    '1',
    '--quiet',
    '--otlp',
    jaeger.url,
    '--jaeger-ui',
    jaeger.url,
  ]);
  [folder] = (await project.runs()) as [string];
  trials = jsonLines(await project.read('reports', folder, 'trials.jsonl'));
});
afterAll(async () => {
  await project[Symbol.asyncDispose]();
  await jaeger[Symbol.asyncDispose]();
});

const get = async <T>(path: string, query: Record<string, string> = {}): Promise<T> =>
  (await (await fetch(`${jaeger.url}${path}?${new URLSearchParams(query).toString()}`)).json()) as T;
const found = async (tags: object, query: Record<string, string> = {}) =>
  (
    await get<{ result: JaegerSpan[][] }>('/api/v3/traces', {
      'query.serviceName': 'patternbench',
      'query.attributes': JSON.stringify(tags),
      'query.searchDepth': '1500',
      ...query,
    })
  ).result;
const links = async () => JSON.parse(await project.read('reports', folder, 'jaeger-links.json')) as JaegerLinks;

describe('CHK3: somebody who reads a run in Jaeger', () => {
  it('finds every trial by the search that was printed, under "last hour"', async () => {
    expect(told).toMatchObject({ code: 0, stack: false });
    const address = new URL(/in Jaeger: (\S+)/.exec(told.err)![1]!);
    expect(address.searchParams.get('lookback')).toBe('1h');
    const tags = JSON.parse(address.searchParams.get('tags')!) as object;
    const hourAgo = new Date(Date.now() - 3_600_000).toISOString();
    expect(await found(tags, { 'query.startTimeMin': hourAgo })).toHaveLength(trials.length);
    expect(await found({ ...tags, 'patternbench.pattern.name': 'router', 'patternbench.run.trial': '1' })).toHaveLength(1);
    expect(await found({ ...tags, 'patternbench.pattern.name': 'nobody' })).toEqual([]);
  });

  it('sees one service for each agent', async () => {
    const { services } = await get<{ services: string[] }>('/api/v3/services');
    const agents = new Set(trials.flatMap((trial) => Object.keys(trial.agents)));
    expect(services).toEqual([...agents, 'patternbench'].sort());
    for (const service of services) {
      const { operations } = await get<{ operations: { name: string }[] }>('/api/v3/operations', { service });
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
      const trace = jaeger.spans().filter(({ traceId }) => traceId === exportedId);
      const costs = trace.map(({ tags }) => Number(tags['patternbench.cost.usd'] ?? 0));
      const marked = trace.find(({ spanId }) => spanId === searchParams.get('uiFind'))!;
      expect(marked.tags['patternbench.cost.usd']).toBe(Math.max(...costs));
    }
  });

  it('reads a trace back by its id, whole, as the run left it', async () => {
    const { links: all } = await links();
    const { data } = await get<{ data: { spans: { startTime: number; duration: number }[]; processes: object }[] }>(
      `/api/traces/${all[0]!.exportedId}`,
    );
    const own = (await project.read('reports', folder, 'spans.jsonl'))
      .split('\n')
      .find((line) => line.includes(all[0]!.traceId))!;
    const durations = (spans: readonly { endUs: number; startUs: number }[]) =>
      spans.map(({ endUs, startUs }) => Math.round((endUs - startUs) / 1000)).sort((a, b) => a - b);
    // But for gaps of some microseconds, which Jaeger's critical path needs.
    expect(data[0]!.spans.map(({ duration }) => Math.round(duration / 1000)).sort((a, b) => a - b)).toEqual(
      durations(parseOtlpLine(own).spans),
    );
    expect((await fetch(`${jaeger.url}/api/traces/${'0'.repeat(32)}`)).status).toBe(404);
  });

  const callsOffPath = (trace: readonly JaegerSpan[]) => {
    const path = jaegerCriticalPath(trace);
    return trace.filter(({ spanId, operation }) => operation.startsWith('chat ') && !path.has(spanId)).length;
  };
  const tracesOf = (pattern: string) =>
    [...Map.groupBy(jaeger.spans(), ({ traceId }) => traceId).values()].filter((trace) =>
      trace.some(({ tags, parentSpanId }) => !parentSpanId && tags['patternbench.pattern.name'] === pattern),
    );

  it("sees every step of a sequential trial on Jaeger's critical path", () => {
    const sequential = tracesOf('sequential');
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
    const body = await project.read('reports', folder, 'spans.jsonl');
    const response = await fetch(`${jaeger.url}/api/transform`, { method: 'POST', body });
    const { data } = (await response.json()) as { data: { spans: unknown[] }[] };
    expect(data).toHaveLength(trials.length + 1);
  });

  it('keeps times and ids where that is asked for, and searches at their time', async () => {
    const again = await project.type(['trace', 'push', '--otlp', jaeger.url, '--jaeger-ui', jaeger.url, '--jaeger-exact']);
    expect(again).toMatchObject({ code: 0, stack: false });
    const address = new URL(/in Jaeger: (\S+)/.exec(again.err)![1]!);
    expect(address.searchParams.get('lookback')).toBe('custom');
    const iso = (name: string) => new Date(Number(address.searchParams.get(name)) / 1000).toISOString();
    const query = { 'query.startTimeMin': iso('start'), 'query.startTimeMax': iso('end') };
    const exact = await found({ 'patternbench.run.id': folder }, query);
    expect(exact.map(([span]) => span!.traceId).sort()).toEqual(trials.map(({ traceId }) => traceId).sort());
    // What the gaps are for: at the exact times, where steps meet to the microsecond, Jaeger's rule loses calls.
    const ids = new Set(trials.map(({ traceId }) => traceId));
    const sequential = tracesOf('sequential').filter(([span]) => ids.has(span!.traceId));
    expect(sequential.map(callsOffPath).filter((lost) => lost > 0)).toHaveLength(3);
    const before = jaeger.spans().length;
    await project.type(['trace', 'push', '--otlp', jaeger.url, '--jaeger-exact']);
    expect(jaeger.spans()).toHaveLength(before);
  });

  it('watches a live run while it goes on, and finds the same there', async () => {
    await using own = await fakeJaeger();
    const args = ['run', '-s', 'starter', '-p', 'sequential', '-n', '2', '--mode', 'live', '--provider', 'simulated', '--quiet'];
    const live = await project.type([...args, '--otlp', own.url, '--jaeger-ui', own.url]);
    expect(live).toMatchObject({ code: 0, stack: false });
    const run = (await project.runs()).find((name) => name.endsWith('-live'))!;
    const written = (await project.read('reports', run, 'spans.jsonl'))
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => parseOtlpLine(line));
    const spans = written.reduce((sum, trace) => sum + trace.spans.length, 0);
    expect(live.err).toContain(`${spans} spans sent to ${own.url}\n`);
    expect(own.spans()).toHaveLength(spans);
    const { links: all } = JSON.parse(await project.read('reports', run, 'jaeger-links.json')) as JaegerLinks;
    expect(all).toHaveLength(written.length);
    for (const trace of Map.groupBy(own.spans(), ({ traceId }) => traceId).values()) expect(callsOffPath(trace)).toBe(0);
  });
});
