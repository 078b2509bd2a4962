import { type LedgerCounts, ledgerText } from '../../fixtures/ledger.ts';
import type { RunChoice } from '../../bench/prepare-run.ts';
import type { Traffic } from '../../bench/traffic.ts';

/** What became of the calls of each scenario in words, where it is more than hits: recordings that are incomplete, used up or not needed. */
export function ledgerLines(traffic: ReadonlyMap<string, Traffic>, choice: RunChoice): string[] {
  return [...traffic].flatMap(([scenario, open]) => {
    const counts = toBeTold(open.ledger(), choice);
    const isPlain = counts.miss + counts.exhausted + counts.unused + counts.recorded + counts.reused === 0;
    return isPlain ? [] : [`${scenario}: ${ledgerText(counts)}`];
  });
}

/** A run of a part leaves interactions unused, and that says nothing. */
export const toBeTold = (counts: LedgerCounts, { patterns, samples, trials }: RunChoice): LedgerCounts =>
  patterns.length > 0 || samples !== undefined || trials !== undefined ? { ...counts, unused: 0 } : counts;

/** The ledger in full, for environment.json. */
export const ledgerFacts = (traffic: ReadonlyMap<string, Traffic>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    [...traffic].map(([scenario, { ledger, models, fixtureSet }]) => [scenario, { set: fixtureSet, ...ledger(), models }]),
  );
