import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadPatterns, loadScorers } from '../bench/parts.ts';
import { safeText } from '../kernel/terminal-text.ts';
import { defineCommand } from './shell/command.ts';
import { EXIT, exitCodeOf } from './shell/exit-code.ts';
import { fromHere } from './shell/from-here.ts';
import { printError } from './shell/print-error.ts';
import type { Shell } from './shell/shell.ts';

export default defineCommand({
  name: 'validate',
  description: 'check scenarios and fixtures without running anything; names file, line and column of what is wrong',
  examples: [
    ['patternbench validate', 'everything in scenarios/ and fixtures/'],
    ['patternbench validate scenarios/starter.yaml', 'one scenario with its fixtures'],
  ],
  configure: (command) => {
    command.argument('[scenario...]', 'names or files (default: all, drafts included)').option('--no-color', 'plain text');
  },
  run: async ({ args }, shell) => {
    const [{ planOf }, { selectScenarios }, { findScenarios }] = await Promise.all([
      import('../bench/plan.ts'),
      import('../bench/select-scenarios.ts'),
      import('../bench/load-scenarios.ts'),
    ]);
    const folder = join(shell.root, 'scenarios');
    const names = args.length > 0 ? args : await findScenarios(folder);
    const [patterns, scorers] = await Promise.all([loadPatterns(), loadScorers()]);
    let code: number = EXIT.ok;
    for (const name of names) {
      // Each on its own: a mistake in one file must not hide those of the next.
      try {
        const scenarios = await selectScenarios({ folder, names: [name], parts: { patterns, scorers } });
        const plan = planOf({ scenarios, patterns, scorers });
        const scenario = plan.scenarios[0]!;
        const outOf = plan.cells.filter(({ agent }) => agent === undefined).length;
        const inapplicable = outOf > 0 ? `, ${outOf} not applicable` : '';
        shell.out(
          safeText(
            `ok  ${scenario.name}: ${scenario.samples.length} samples, ${plan.cells.length} patterns${inapplicable}, ${plan.trials.length} trials`,
          ),
        );
        await checkFixtures(join(shell.root, 'fixtures', scenario.name), shell);
      } catch (error) {
        printError(error, shell);
        code = exitCodeOf(error);
      }
    }
    return code;
  },
});

async function checkFixtures(folder: string, shell: Shell): Promise<void> {
  if (!existsSync(folder)) return;
  const { loadFixtureSet } = await import('../fixtures/fixture-set.ts');
  for (const name of (await readdir(folder)).filter((file) => file.endsWith('.jsonl')).sort()) {
    const file = join(folder, name);
    const set = loadFixtureSet(await readFile(file, 'utf8'), file);
    const { provenance, trials, recordedOn } = set.header;
    shell.out(
      safeText(
        fromHere(
          `ok  ${file}: ${set.interactions.length} interactions, ${trials} trials, ${provenance}, recorded on ${recordedOn}`,
          shell,
        ),
      ),
    );
    for (const warning of set.warnings) shell.err(safeText(fromHere(`warning: ${warning}`, shell)));
  }
}
