import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { JaegerLinks } from '../../src/bench/jaeger-links.ts';
import { fakeJaeger, type Jaeger } from '../support/fake-jaeger.ts';
import { ask } from '../support/jaeger-client.ts';
import { journeyProject } from '../support/journey.ts';
import { jaegerAtHand, realJaeger } from '../support/real-jaeger.ts';

/** JSON with the order of what has none in Jaeger (spans, services, tags) made the same, and services by their names. */
const settled = (value: unknown, names: object = {}): unknown => {
  if (Array.isArray(value)) {
    return value.map((item) => settled(item, names)).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof value !== 'object' || value === null) return value;
  const processes = 'processes' in value ? (value.processes as object) : names;
  const entries = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => {
      if (key === 'processes') return [key, settled(Object.values(inner as object))];
      return [key, key === 'processID' ? (processes as Record<string, unknown>)[inner as string] : settled(inner, processes)];
    });
  return Object.fromEntries(entries);
};

// A day on which nobody else's traces are in a Jaeger that is shared.
const TIMES = { 'query.start_time_min': '2025-12-31T23:59:00Z', 'query.start_time_max': '2026-01-01T01:00:00Z' };

describe('the fake Jaeger of our tests', () => {
  let fake: Jaeger;
  let real: Jaeger | undefined;
  let ids: readonly string[];
  let run: string;
  beforeAll(async () => {
    const where = jaegerAtHand(process.env);
    await using project = await journeyProject('starter');
    fake = await fakeJaeger();
    real = where === undefined ? undefined : await realJaeger(where, process.env);
    await project.type(['run', '-s', 'starter', '-p', 'swarm', 'parallel', 'monitor', '--sample', '2', '--quiet']);
    for (const jaeger of [fake, ...(real ? [real] : [])]) {
      await project.type(['trace', 'push', '--otlp', jaeger.otlp, '--jaeger-exact']);
    }
    [run] = (await project.runs()) as [string];
    const { links } = JSON.parse(await project.read('reports', run, 'jaeger-links.json')) as JaegerLinks;
    ids = links.map(({ exportedId }) => exportedId);
  });
  afterAll(async () => {
    await fake[Symbol.asyncDispose]();
    await real?.[Symbol.asyncDispose]();
  });

  it('tells summaries in the form that the pages of release 2.20 and later require', async () => {
    const query = {
      'query.serviceName': 'patternbench',
      'query.startTimeMin': TIMES['query.start_time_min'],
      'query.startTimeMax': TIMES['query.start_time_max'],
      'query.attributes': JSON.stringify({ 'patternbench.run.id': run }),
      'query.searchDepth': '1500',
    };
    const { summaries } = await ask<{ summaries: object[] }>(fake.ui, '/api/v3/trace-summaries', query);
    expect(summaries).toHaveLength(ids.length);
    for (const summary of summaries) {
      expect(summary).toMatchObject({
        traceId: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
        rootServiceName: 'patternbench',
        rootOperationName: expect.stringMatching(/^invoke_workflow /) as string,
        minStartTimeUnixNano: expect.stringMatching(/^17672256\d{11}$/) as string,
        maxEndTimeUnixNano: expect.stringMatching(/^17672256\d{11}$/) as string,
        errorSpanCount: 0,
        orphanSpanCount: 0,
      });
      const { spanCount, services } = summary as { spanCount: number; services: { name: string; spanCount: number }[] };
      expect(services.reduce((sum, one) => sum + one.spanCount, 0)).toBe(spanCount);
    }
  });

  describe('answers what a real one answers', () => {
    beforeEach(({ skip }) => skip(!real, 'no Jaeger at hand: set PATTERNBENCH_JAEGER, or type `npm run jaeger`'));

    const both = async (path: string, query: Record<string, string> = {}) => {
      const [ours, theirs] = await Promise.all([fake, real!].map(({ ui }) => ask(ui, path, query)));
      expect(settled(ours)).toEqual(settled(theirs));
      return ours as Record<string, unknown>;
    };

    it('for a trace by its id, as tags and as OTLP', async () => {
      for (const id of ids) {
        expect(await both(`/api/traces/${id}`)).toHaveProperty('data');
        expect(await both(`/api/v3/traces/${id}`)).toHaveProperty('result');
      }
    });

    it('for operations of a service, and a search without a time or a number', async () => {
      expect(await both('/api/v3/operations', { service: 'orders' })).toHaveProperty('operations');
      expect(await both('/api/v3/traces', { 'query.service_name': 'orders' })).toHaveProperty('error');
      expect(await both('/api/v3/traces', { 'query.service_name': 'orders', ...TIMES })).toHaveProperty('error');
    });

    it('for what is not there', async () => {
      expect(await both(`/api/traces/${'0'.repeat(31)}1`)).toHaveProperty('errors');
      expect(await both(`/api/v3/traces/${'0'.repeat(31)}1`)).toHaveProperty('error');
      expect(await both('/api/v3/traces', { 'query.service_name': 'nobody', 'query.num_traces': '9', ...TIMES })).toHaveProperty(
        'error',
      );
    });
  });
});
