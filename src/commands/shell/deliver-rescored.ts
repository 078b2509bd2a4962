import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { SavedRun } from '../../bench/read-run.ts';
import { runText, trialText } from '../../bench/record-text.ts';
import { JOURNAL, RunFolder } from '../../bench/run-folder.ts';
import type { ScoredAgain } from '../../bench/score-again.ts';
import { PatternbenchError } from '../../kernel/errors.ts';
import { EXIT } from './exit-code.ts';
import type { ScoreOptionValues } from './score-options.ts';
import type { Shell } from './shell.ts';
import { tellRescored } from './tell-rescored.ts';

export interface Delivery {
  readonly saved: SavedRun;
  readonly scored: ScoredAgain;
  readonly options: ScoreOptionValues;
  readonly shell: Shell;
}

/** Writes a run that was judged anew where it differs or was asked for, shows what changed, and returns the exit code. */
export async function deliver({ saved, scored, options, shell }: Delivery): Promise<number> {
  const { run, trials, spans } = scored;
  const same = runText(run) === runText(saved.run) && trials.map(trialText).join('\n') === saved.trials.map(trialText).join('\n');
  let place: string | undefined;
  if (options.dryRun) place = undefined;
  else if (options.out !== undefined) place = await writeTo(options.out, scored);
  else if (!same) {
    checkPlace(saved, run);
    await using folder = await RunFolder.create(join(shell.root, 'reports'), run.runId);
    for (const line of spans) await folder.appendSpans(line);
    for (const trial of trials) await folder.appendTrial(trial);
    await folder.finish(run, { ...(await environmentOf(saved)), scoredAgainFrom: saved.run.runId });
    place = relative(shell.root, folder.path);
  }
  if (options.json) shell.out(JSON.stringify(run));
  else
    for (const line of tellRescored({ saved, scored, same, place, dryRun: options.dryRun === true }, shell.width))
      shell.out(line);
  const unscored = trials.every(({ scores }) => Object.values(scores).every((score) => score === null));
  if (!unscored) return EXIT.ok;
  shell.err('nothing was scored: a run without scores is an error, never a success');
  return EXIT.errors;
}

/** A replay can be made again; what a run has recorded of its own course must not be written over. */
function checkPlace({ folder, run: { runId, mode } }: SavedRun, now: ScoredAgain['run']): void {
  if (now.runId !== runId || (mode === 'replay' && !existsSync(join(folder, JOURNAL)))) return;
  throw new PatternbenchError(
    'usage',
    `the same scores judge ${runId} otherwise than it was judged: scorers have changed since`,
    {
      remedy: 'it cannot be made again, so it is kept as it is; write the new record elsewhere with --out <folder>',
    },
  );
}

const environmentOf = async ({ folder }: SavedRun): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(join(folder, 'environment.json'), 'utf8').catch(() => '{}')) as Record<string, unknown>;

async function writeTo(folder: string, { run, trials, spans }: ScoredAgain): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'run.json'), runText(run));
  await writeFile(join(folder, 'trials.jsonl'), trials.map((trial) => `${trialText(trial)}\n`).join(''));
  await writeFile(join(folder, 'spans.jsonl'), spans.map((line) => `${line}\n`).join(''));
  return folder;
}
