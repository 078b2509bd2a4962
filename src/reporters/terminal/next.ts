import { safeLine } from '../../kernel/terminal-text.ts';
import type { RunRecord } from '../../schema/run-record.ts';
import { columnsOf, wrap } from './columns.ts';
import { picksOf } from './picks.ts';
import type { ScenarioView } from './scenario-view.ts';

const MOST = 4;

/** Commands to paste next: trials worth reading, what goes wrong, the page, and how to keep the run as a baseline. Lines no wider than `width`. */
export function nextLines(run: RunRecord, views: readonly ScenarioView[], width: number): string[] {
  const picks = views.flatMap(picksOf).slice(0, MOST);
  const first = views
    .flatMap((view) => view.trials)
    .slice(0, 1)
    .map((trial) => ({ trial, why: 'the first trial' }));
  const reading = (picks.length > 0 ? picks : first).flatMap(({ trial, why }) => {
    const { scenario, pattern, sample, trial: count } = trial;
    return explained(why, { verb: 'show', name: `${scenario}/${pattern}/${sample}/${count}` }, width);
  });
  const lint = run.findings.some(({ severity }) => severity !== 'info')
    ? explained('what goes wrong, what it wastes, and what to do about it', { verb: 'lint', name: run.runId }, width)
    : [];
  const page = explained('all of it on a page, each number with its trace', { verb: 'view', name: run.runId }, width);
  if (!run.complete) return [...reading, ...lint, ...page];
  return [
    ...reading,
    ...lint,
    ...page,
    ...explained('keep this run, to hold later ones against it', { verb: 'baseline set', name: run.runId }, width),
  ];
}

interface Pasted {
  readonly verb: string;
  readonly name: string;
}

function explained(why: string, pasted: Pasted, width: number): string[] {
  const lines = command(pasted, width);
  return lines.length === 0 ? [] : [...wrap(`# ${safeLine(why)}`, width - 3).map((line) => `   ${line}`), ...lines];
}

/** The command on one line, or continued as a shell continues lines; none for a name that cannot be pasted safely. */
function command({ verb, name }: Pasted, width: number): string[] {
  // Names come from files, and what stands here is pasted into a shell.
  if (!/^\w[\w./@:-]*$/.test(name)) return [];
  const start = `npm run patternbench -- ${verb}`;
  if (columnsOf(`   ${start} ${name}`) <= width) return [`   ${start} ${name}`];
  const pieces = wrap(name, width - 1);
  return [`${start} \\`, ...pieces.map((piece, i) => (i === pieces.length - 1 ? piece : `${piece}\\`))];
}
