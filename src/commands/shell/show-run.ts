import { join } from 'node:path';
import type { CompareOptions } from '../../bench/compare-runs.ts';
import type { ExecutedRun } from '../../bench/execute.ts';
import { safeText } from '../../kernel/terminal-text.ts';
import { gateCommands, nextCommands } from '../../reporters/comparison/next-commands.ts';
import { EXIT } from './exit-code.ts';
import { writeReports } from './report-files.ts';
import { judged, type Judged, type RunGate } from './run-gate.ts';
import type { Shell } from './shell.ts';
import { commandLines, tellComparison, thresholdLines } from './tell-comparison.ts';
import { wrapped } from './wrap.ts';

interface Shown {
  readonly gate: RunGate;
  readonly only: CompareOptions['only'];
  readonly json: boolean;
}

/** Prints a run, what it says against an earlier one, and why it fails where it does; writes the files that were asked for. Returns the exit code. */
export async function showRun(executed: ExecutedRun, { gate, only, json }: Shown, shell: Shell): Promise<number> {
  const { run, trials } = executed;
  const verdict = judged(executed, gate, only);
  const { against, thresholds, failures, code } = verdict;
  const input = { run, trials, ...(against ? { against } : {}), ...(thresholds.length > 0 ? { thresholds } : {}) };
  if (json) shell.out(JSON.stringify(against ? { run, against } : run));
  else {
    const { default: terminal } = await import('../../reporters/terminal.ts');
    shell.out(terminal.render({ run, trials }, { width: shell.width, color: shell.color }));
    for (const line of gateLines(verdict, executed, shell.width)) shell.out(line);
  }
  await writeReports(gate.files, { ...input, spansFile: join(executed.folder, 'spans.jsonl') }, shell);
  for (const failure of failures) shell.err(safeText(`failed: ${failure}`));
  return code;
}

function gateLines({ against, thresholds, code }: Judged, executed: ExecutedRun, width: number): string[] {
  const lines: string[] = [];
  if (against) lines.push(tellComparison(against, { width, next: [] }));
  else lines.push(...thresholdLines(thresholds, width));
  const green = against ? nextCommands(against) : [];
  const commands = code === EXIT.ok ? green : gateCommands({ ...executed, against, thresholds });
  if (code !== EXIT.ok) lines.push('', ...wrapped(`This run fails with exit code ${code}.`, width, 0));
  return commands.length === 0 ? lines : [...lines, '', 'Next', ...commandLines(commands, width)];
}
