import type { RunComparison } from '../../contracts/run-comparison.ts';
import { NATIVE } from '../../schema/trial-record.ts';

/**
 * What to paste next: the first trial that was lost, what it takes to see more, and how to take the change where `baseline` names what was held against.
 * Names come from files and are pasted into a shell: a command with anything else in it is left out.
 */
export function nextCommands({ verdict, groups, after }: RunComparison, baseline?: string): string[] {
  const commands: string[] = [];
  const flips = groups
    .filter(({ adapter }) => adapter === NATIVE)
    .flatMap((group) => group.flips.map((flip) => ({ group, flip })));
  const first = flips.find(({ flip }) => flip.lost.length > 0);
  if (verdict === 'regressed' && first)
    commands.push(
      `show ${first.group.scenario}/${first.group.pattern}/${first.flip.sample}/${first.flip.lost[0]} --run ${after}`,
    );
  if (verdict === 'inconclusive') commands.push(`power ${after}`);
  if (baseline !== undefined && verdict !== 'no-material-change') commands.push(`baseline set ${after} --name ${baseline}`);
  return commands.filter((command) => /^[\w./@: -]+$/.test(command)).map((command) => `npm run patternbench -- ${command}`);
}
