import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareRuns } from '../../src/bench/compare-runs.ts';
import { thresholdOf } from '../../src/bench/compare-runs/thresholds.ts';
import { type ExecutedRun, execute } from '../../src/bench/execute.ts';
import { loadReporters } from '../../src/bench/parts.ts';
import type { RunPlan } from '../../src/bench/plan.ts';
import { openTraffic, planRun, type RunChoice } from '../../src/bench/prepare-run.ts';
import { readSpanRows } from '../../src/bench/span-rows.ts';
import { tellComparison } from '../../src/commands/shell/tell-comparison.ts';
import { type Agent, defineAgent } from '../../src/contracts/agent.ts';
import type { ReportInput } from '../../src/contracts/reporter.ts';
import { nextCommands } from '../../src/reporters/comparison/next-commands.ts';
import terminal from '../../src/reporters/terminal.ts';
import { CHECKOUT } from './journey.ts';

/** A run small enough to be read and committed: three patterns on six tickets, twice. */
const CHOICE: RunChoice = {
  root: CHECKOUT,
  scenarios: ['support-desk'],
  patterns: ['single', 'router', 'refine'],
  samples: 6,
  trials: 2,
  mode: 'replay',
  provider: 'simulated',
  models: {},
  maxCalls: 0,
  env: {},
  today: '2026-11-21',
  onMiss: (_plan, miss) => {
    throw miss;
  },
};

/** The planted regression: answers of `refine` are cut after a third, as a careless limit on the length of an output would do. */
function cutShort(plan: RunPlan): RunPlan {
  const broken = (agent: Agent): Agent =>
    defineAgent(agent.name, agent.description, async (input, ctx) => {
      const result = await agent.run(input, ctx);
      return { ...result, output: result.output.slice(0, result.output.length / 3) };
    });
  const cells = new Map(
    plan.cells.map((cell) => [cell, cell.pattern === 'refine' && cell.agent ? { ...cell, agent: broken(cell.agent) } : cell]),
  );
  return {
    ...plan,
    cells: [...cells.values()],
    trials: plan.trials.map((trial) => ({ ...trial, cell: cells.get(trial.cell)! })),
  };
}

async function runOf(reports: string, change: (plan: RunPlan) => RunPlan): Promise<ExecutedRun> {
  const planned = await planRun(CHOICE);
  const traffic = await openTraffic(CHOICE, planned);
  const executed = await execute({
    plan: change(planned),
    mode: 'replay',
    clock: 'virtual',
    seed: 1,
    concurrency: 16,
    traffic,
    reports,
    sensitivity: {},
    liveRunId: 'example',
    signal: new AbortController().signal,
    environment: () => ({}),
  });
  for (const open of traffic.values()) await open.close();
  return executed;
}

const spansOf = ({ folder, trials }: ExecutedRun) =>
  readSpanRows(join(folder, 'spans.jsonl'), new Set(trials.map(({ traceId }) => traceId)));

/**
 * The files of reports/example/, by name: a run and what every reporter makes of it (`report.*`), then the same run after a change that made it worse, held
 * against the first (`against.*`). A reporter that has an extension gets its files without being named here.
 */
export async function exampleFiles(): Promise<Map<string, string>> {
  const reports = await mkdtemp(join(tmpdir(), 'patternbench-example-'));
  try {
    const before = await runOf(join(reports, 'before'), (plan) => plan);
    const after = await runOf(join(reports, 'after'), cutShort);
    const files = new Map<string, string>();
    for (const name of ['run.json', 'trials.jsonl', 'spans.jsonl'])
      files.set(name, await readFile(join(before.folder, name), 'utf8'));
    const thresholds = [thresholdOf('quality>=0.6')];
    const worse = { run: { ...after.run, runId: `${after.run.runId}-worse` }, trials: after.trials };
    const against = compareRuns(before, worse, { thresholds, baseline: 'main' });
    const inputs: readonly (readonly [string, ReportInput])[] = [
      ['report', { run: before.run, trials: before.trials, spans: await spansOf(before) }],
      ['against', { ...worse, against, spans: await spansOf(after) }],
    ];
    for (const [name, input] of inputs)
      for (const { extension, render } of await loadReporters())
        if (extension !== undefined) files.set(`${name}.${extension}`, render(input, { width: 80, color: false }));
    for (const width of [80, 120]) files.set(`report-${width}.txt`, terminal.render(before, { width, color: false }));
    files.set('against-80.txt', `${tellComparison(against, { width: 80, next: nextCommands(against) })}\n`);
    return files;
  } finally {
    await rm(reports, { recursive: true, force: true });
  }
}
