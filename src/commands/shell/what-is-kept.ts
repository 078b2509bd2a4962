import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { fixtureFile, type RunChoice } from '../../bench/prepare-run.ts';
import type { RunPlan } from '../../bench/plan.ts';
import { type ErrorCode, PatternbenchError } from '../../kernel/errors.ts';

/** Where the half of a recording is that did not take the place of the whole one. */
export function whereHalfIs(choice: RunChoice, plan: RunPlan): string {
  return plan.scenarios
    .map(({ name }) => {
      const file = fixtureFile(choice.root, name, choice.profile ?? choice.provider);
      const shown = relative(choice.root, file);
      if (existsSync(`${file}.recording`)) {
        return `${shown} is as it was; what was recorded instead so far is kept beside it. To go on with that: mv ${shown}.recording ${shown}, then --mode auto`;
      }
      return existsSync(file)
        ? `what was recorded so far is kept in ${shown}; go on with --mode auto`
        : `nothing was recorded for ${name}`;
    })
    .join('\n');
}

/** What a run without a journal leaves behind when it does not get to its end. */
export const whatIsKept = (error: unknown): string | undefined =>
  error instanceof PatternbenchError && error.code === 'cancelled'
    ? 'nothing of this run was written; what was saved before is as it was'
    : undefined;

/** Recording what is missing makes other recordings, and a run goes on only from those that it began with. */
const SAME_AGAIN: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['divergence', 'usage', 'not_found', 'fixture_miss']);

/** What a run with a journal can be gone on with; nothing where going on would meet the same mistake. */
export function goOn(runId: string, error: unknown): string | undefined {
  if (!(error instanceof PatternbenchError)) return undefined;
  if (SAME_AGAIN.has(error.code)) return undefined;
  return `what was done so far is kept in reports/${runId}; to go on: npm run patternbench -- resume ${runId}`;
}
