import { rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { runBench } from '../../src/commands/shell/run-bench.ts';
import type { RunOptionValues } from '../../src/commands/shell/run-options.ts';
import type { Shell } from '../../src/commands/shell/shell.ts';
import type { TrialRecord } from '../../src/schema/trial-record.ts';
import { jsonLines, journeyProject, type JourneyProject } from '../support/journey.ts';

const shellAt = (root: string): Shell => ({
  out: () => {},
  err: () => {},
  width: 80,
  color: false,
  interactive: false,
  env: {},
  root,
  now: () => 1_790_000_000_000,
  signal: new AbortController().signal,
});

async function run(project: JourneyProject, mode: 'replay' | 'record', options: Partial<RunOptionValues> = {}) {
  await rm(project.path('reports'), { recursive: true, force: true });
  expect(
    await runBench(
      { scenario: ['starter'], seed: 1, model: {}, quiet: true, json: true, ...options },
      mode,
      shellAt(project.root),
    ),
  ).toBe(0);
  const [folder] = await project.runs();
  const spans = await project.read('reports', folder!, 'spans.jsonl');
  return { spans, trials: jsonLines<TrialRecord>(await project.read('reports', folder!, 'trials.jsonl')) };
}

/** Seconds to the first chunk of every call that tells them. */
const firstChunks = (spans: string): number[] =>
  [...spans.matchAll(/time_to_first_chunk","value":\{"doubleValue":([\d.]+)/g)].map(([, seconds]) => Number(seconds));

const judged = (trials: readonly TrialRecord[]) =>
  trials.map(({ scores, outcome, latencyMs }) => ({ scores, outcome, latencyMs }));

describe('somebody who lets the agents stream', () => {
  it('replays what was recorded whole, records the streams, and replays those: the same answers in the same time', async () => {
    await using project = await journeyProject('starter');
    const whole = await run(project, 'replay');
    expect(firstChunks(whole.spans)).toEqual([]);
    for (const name of ['orders', 'returns'])
      await project.edit('scenarios/starter.yaml', `  - name: ${name}\n`, `  - name: ${name}\n    stream: true\n`);
    const asStream = await run(project, 'replay');
    expect(judged(asStream.trials)).toEqual(judged(whole.trials));
    const late = firstChunks(asStream.spans);
    expect(late.length).toBeGreaterThan(50);

    const recorded = await run(project, 'record', { provider: 'simulated' });
    const file = await project.read('fixtures/starter/simulated.jsonl');
    expect(file.match(/"sse":/g)?.length).toBeGreaterThan(50);
    expect(judged(recorded.trials)).toEqual(judged(whole.trials));
    const replayed = await run(project, 'replay');
    expect(firstChunks(replayed.spans)).toEqual(firstChunks(recorded.spans));
    expect(judged(replayed.trials)).toEqual(judged(recorded.trials));
    const through = async (transport: string) =>
      (await run(project, 'replay', { transport, pattern: ['single', 'router'] })).spans;
    const byPort = await through('port');
    expect(firstChunks(byPort).length).toBeGreaterThan(10);
    for (const transport of ['sdk', 'guard']) expect(await through(transport)).toBe(byPort);
    // What was recorded whole arrives whole; of a stream the first words are there long before the last.
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    expect(sum(firstChunks(replayed.spans))).toBeLessThan(sum(late) / 2);
    // Recording once more finds nothing to change.
    await run(project, 'record', { provider: 'simulated' });
    expect(await project.read('fixtures/starter/simulated.jsonl')).toBe(file);
  });
});
