import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { ImportedRun } from '../bench/import-run.ts';
import { TOOL_VERSION } from '../bench/version.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import { safeText } from '../kernel/terminal-text.ts';
import { columns } from './shell/columns.ts';
import { defineCommand } from './shell/command.ts';
import { EXIT } from './shell/exit-code.ts';
import type { Shell } from './shell/shell.ts';
import { wrapped } from './shell/wrap.ts';

interface ImportRunOptions {
  readonly scenario: string;
  readonly pattern: string;
  readonly adapter?: string;
  readonly sample?: readonly string[];
  readonly beside?: string;
  readonly json?: boolean;
}

export default defineCommand({
  name: 'import-run',
  description:
    'take a run of another tool, from its recordings or its spans, as a run of its own: agents, calls, tokens, cost, time; unscored',
  examples: [
    [
      'patternbench import-run cassette.yaml --scenario research --pattern crew',
      'a recording of model traffic; agents are told apart by their prompts',
    ],
    [
      'patternbench import-run traces.jsonl --scenario research',
      'OTLP JSON lines, as the file exporter of a collector writes them',
    ],
    [
      'patternbench import-run cassette.yaml --scenario support-desk --beside support-desk-1a2b3c4d',
      'in one table with a saved run',
    ],
  ],
  configure: (command) => {
    command
      .argument('<file...>', 'recordings or files of spans, or folders of them: one sample each')
      .option('--scenario <name>', 'what the row is called under', 'imported')
      .option('--pattern <name>', 'what the row is called', 'recorded')
      .option('--adapter <name>', 'the framework, instead of the one that shows in prompts')
      .option('--sample <id...>', 'names of the samples, in the order of the runs')
      .option('--beside <run>', 'a saved run whose rows stand in the same table')
      .option('--json', 'print run.json')
      .option('--no-color', 'plain text');
  },
  run: async ({ args, options }, shell) => {
    const { scenario, pattern, adapter, sample, beside, json } = options as unknown as ImportRunOptions;
    for (const [option, name] of [
      ['--scenario', scenario],
      ['--pattern', pattern],
      ['--adapter', adapter],
    ] as const)
      checkName(option, name);
    for (const name of sample ?? []) checkName('--sample', name);
    const [{ importRun }, { recordingFiles }, { runFolderOf }] = await Promise.all([
      import('../bench/import-run.ts'),
      import('./shell/recording-files.ts'),
      import('./shell/saved-run.ts'),
    ]);
    const nowMs = shell.now();
    const imported = await importRun({
      sources: await recordingFiles(args, shell),
      scenario,
      pattern,
      adapter,
      samples: sample,
      beside: beside === undefined ? undefined : await runFolderOf(beside, shell),
      reports: join(shell.root, 'reports'),
      today: new Date(nowMs).toISOString().slice(0, 10),
      environment: {
        tool: TOOL_VERSION,
        node: process.versions.node,
        platform: `${process.platform} ${process.arch}`,
        cpus: availableParallelism(),
        writtenAt: new Date(nowMs).toISOString(),
      },
    });
    if (json) {
      shell.out(JSON.stringify(imported.run));
      return EXIT.ok;
    }
    const { default: terminal } = await import('../reporters/terminal.ts');
    shell.out(terminal.render(imported, { width: shell.width, color: shell.color }));
    tellAgents(imported, shell);
    tellDoubts(imported, shell);
    return EXIT.ok;
  },
});

function checkName(option: string, name: string | undefined): void {
  if (name === undefined || /^[A-Za-z0-9][\w.-]{0,79}$/.test(name)) return;
  throw new PatternbenchError('usage', `${option} is no name: ${JSON.stringify(name)}`, {
    remedy: 'letters, digits, ".", "-" or "_"',
  });
}

/** A row an agent, over all imported trials. */
function tellAgents({ imported }: ImportedRun, shell: Shell): void {
  const agents = new Map<string, { calls: number; input: number; output: number; usd: number | null; ms: number }>();
  for (const { record } of imported) {
    for (const [name, { calls, inputTokens, outputTokens, costUsd, criticalMs }] of Object.entries(record.agents)) {
      const known = agents.get(name) ?? { calls: 0, input: 0, output: 0, usd: 0, ms: 0 };
      agents.set(name, {
        calls: known.calls + calls,
        input: known.input + inputTokens,
        output: known.output + outputTokens,
        usd: known.usd === null || costUsd === null ? null : known.usd + costUsd,
        ms: known.ms + criticalMs,
      });
    }
  }
  const rows = [...agents].map(([name, { calls, input, output, usd, ms }]) => [
    name,
    String(calls),
    String(input),
    String(output),
    usd === null ? '-' : usd.toFixed(6),
    (ms / 1000).toFixed(2),
  ]);
  for (const line of columns([['agent', 'calls', 'in', 'out', 'USD', 'critical s'], ...rows], shell.width)) shell.out(line);
}

function tellDoubts({ run, refused }: ImportedRun, shell: Shell): void {
  const { syntheticTimes = 0, measuredTimes = 0 } = run.imported ?? {};
  const doubts = [
    ...(syntheticTimes > 0
      ? [
          `${syntheticTimes} of ${syntheticTimes + measuredTimes} calls have no recorded time: theirs is drawn from a declared model of latency, and so are the seconds above`,
        ]
      : []),
    'Nothing was judged: quality is unscored.',
    ...[...refused].map(([reason, count]) => `left out: ${count} ${reason}`),
  ];
  for (const doubt of doubts) for (const line of wrapped(safeText(doubt), shell.width, 0)) shell.err(line);
}
