import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTraces, type RunTraces } from '../../src/bench/run-traces.ts';
import { AS_RECORDED } from '../../src/bench/what-if/options.ts';
import { inspectorFor } from '../../src/bench/inspector.ts';
import { runText, trialText } from '../../src/bench/record-text.ts';
import { whatIf } from '../../src/bench/what-if/what-if.ts';
import { retimedSpans } from '../../src/retiming/retimed-spans.ts';
import { simulate } from '../../src/retiming/simulate.ts';
import { timeRaces } from '../../src/retiming/time-races.ts';
import { trialGraph } from '../../src/retiming/trial-graph.ts';
import { priceTable } from '../../src/telemetry/cost.ts';
import { inCanonicalOrder } from '../../src/telemetry/span-tree.ts';
import { journeyProject, type JourneyProject, sha256 } from '../support/journey.ts';

let project: JourneyProject;
let run: string;
let traces: RunTraces;
beforeAll(async () => {
  project = await journeyProject();
  await project.type(['run', '--quiet']);
  run = (await project.runs()).find((name) => name.startsWith('all-'))!;
  traces = await readTraces(project.path('reports', run));
});
afterAll(() => project[Symbol.asyncDispose]());

const FILES = ['run.json', 'trials.jsonl', 'spans.jsonl', 'environment.json'];
const filesOf = () => Promise.all(FILES.map(async (file) => sha256(await project.read('reports', run, file))));

describe('a run of every shipped scenario', () => {
  it('happens again in the simulation to the microsecond, every trial of it, on a timeline of its own or a shared one', () => {
    expect(traces.traces.length).toBeGreaterThan(1000);
    const graphs = traces.traces.map(({ spans }) => trialGraph(spans));
    simulate(
      graphs.map((graph, i) => ({ graph, atUs: i * 1_234_567 })),
      [],
    );
    for (const [i, { spans }] of traces.traces.entries()) {
      const again = retimedSpans(graphs[i]!);
      // The quick comparison first: a whole run has tens of thousands of spans.
      if (!isDeepStrictEqual(again, inCanonicalOrder(spans))) expect(again).toEqual(inCanonicalOrder(spans));
      expect(timeRaces(graphs[i]!, new Map())).toEqual([]);
    }
  });

  it('is told as the run itself told it: the same bytes, before and, with nothing changed, after', async () => {
    const prices = await priceTable({});
    const { before, after } = whatIf(traces.plan, traces.traces, {
      ...AS_RECORDED,
      prices,
      inspect: await inspectorFor(traces.plan),
    });
    expect(runText(before.run)).toBe(await project.read('reports', run, 'run.json'));
    expect(before.trials.map((trial) => `${trialText(trial)}\n`).join('')).toBe(
      await project.read('reports', run, 'trials.jsonl'),
    );
    expect(isDeepStrictEqual(after, before)).toBe(true);
  });

  it('answers at 80 columns what it would cost and take, and writes nothing into the run', async () => {
    const files = await filesOf();
    const out = project.path('answer');
    const formats = ['.md', '.csv', '.json'].flatMap((ending) => ['-o', `${out}${ending}`]);
    const told = await project.type([
      'whatif',
      '--swap',
      'gpt-4o=gpt-4.1-mini',
      '--rpm',
      '60',
      '--arrivals',
      '20/min',
      ...formats,
    ]);
    expect([told.code, told.stack]).toEqual([0, false]);
    expect(told.out.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(told.out).toMatch(/^ SIMULATED[^]*WHAT IF +Calls to gpt-4o cost what gpt-4\.1-mini costs\.[^]*Nothing was run again/);
    expect(told.out).toMatch(/Order may differ in \d+ trials/);
    expect(told.out).toMatch(/May differ +monitor: \d+ of \d+ trials \(deadline\)/);
    expect(await filesOf()).toEqual(files);
    const [markdown, csv, json] = await Promise.all(
      ['.md', '.csv', '.json'].map((ending) => readFile(`${out}${ending}`, 'utf8')),
    );
    const answer = JSON.parse(json!) as { scenarios: { cells: unknown[] }[] };
    const cells = answer.scenarios.flatMap((scenario) => scenario.cells).length;
    expect(csv!.trimEnd().split('\r\n').length).toBe(cells + 1);
    expect(csv).toContain('SIMULATED');
    expect(markdown!.split('\n').filter((line) => /^\| (?!pattern)[\w-]+ \|.*%/.test(line)).length).toBe(cells);
  });

  it('tells a mistake with the nearest name and exit code 2', async () => {
    const told = await project.type(['whatif', run, '--latency', 'gpt-4o-mini=gpt-4.1-nan']);
    expect([told.code, told.stack]).toEqual([2, false]);
    expect(told.err).toContain('did you mean gpt-4.1-nano?');
  });
});
