import { join } from 'node:path';
import { type Baseline, baselineNames, readBaseline } from '../../bench/baseline.ts';
import { readRun, type SavedRun } from '../../bench/read-run.ts';
import { PatternbenchError } from '../../kernel/errors.ts';
import { safeText } from '../../kernel/terminal-text.ts';
import { ageInDays, ageInWords } from './age.ts';
import { runFolderOf } from './saved-run.ts';
import type { Shell } from './shell.ts';

/** The earlier side of a comparison; `baseline` is its name where it is one. */
export interface HeldAgainst extends SavedRun {
  readonly baseline?: string;
}

/** The baseline or the saved run of that name. Throws `not_found` naming both kinds. */
export async function runOrBaseline(name: string, shell: Shell): Promise<HeldAgainst & Partial<Pick<Baseline, 'setOn'>>> {
  const reports = join(shell.root, 'reports');
  const names = await baselineNames(reports);
  if (names.includes(name)) return { ...(await readBaseline(reports, name)), baseline: name };
  try {
    return await readRun(await runFolderOf(name, shell));
  } catch (error) {
    if (!(error instanceof PatternbenchError) || error.code !== 'not_found') throw error;
    const known =
      names.length > 0 ? `the baselines are ${names.join(', ')}; ` : 'there is no baseline yet (baseline set makes one); ';
    throw new PatternbenchError('not_found', `there is no baseline and no saved run "${name}"`, {
      remedy: `${known}npm run patternbench -- list runs`,
    });
  }
}

/** Says how old a baseline is, and that it is too old. */
export function tellAge(
  { baseline, setOn }: { readonly baseline: string; readonly setOn: string },
  maxAge: number,
  shell: Shell,
): void {
  const days = ageInDays(setOn, shell.now());
  const stale = days > maxAge ? `; older than ${maxAge} days, so set it again from a run of today` : '';
  shell.err(safeText(`baseline ${baseline}, set ${ageInWords(days)}${stale}`));
}
