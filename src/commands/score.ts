import { defineCommand } from './shell/command.ts';
import { modelMap, wholeNumber } from './shell/run-options.ts';
import type { ScoreOptionValues } from './shell/score-options.ts';

export default defineCommand({
  name: 'score',
  description:
    'judge the trials of a saved run again, without running them: by its scenarios as they are now, or by other scores',
  examples: [
    ['patternbench score --dry-run', 'what the scenario as it is now would change in the last run'],
    ['patternbench score starter-1a2b3c4d --scorers strict.yaml', 'by the `score:` of another file'],
    ['patternbench score starter-1a2b3c4d --mode auto', 'ask judges for verdicts that are not recorded, and record them'],
  ],
  configure: (command) => {
    command
      .argument('[run]', 'id or folder of a saved run (default: the last one)')
      .option('-s, --scenario <name...>', 'its scenarios, by name or file, where they stand elsewhere than in scenarios/')
      .option('--scorers <file>', 'YAML file with `score`, and with `primary` and `passThreshold` where they differ')
      .option('--dry-run', 'show the difference, write nothing')
      .option('-o, --out <folder>', 'write run.json, trials.jsonl and spans.jsonl there instead of reports/<id>')
      .option(
        '--mode <mode>',
        'of judges: replay (recorded verdicts) or auto (ask for those that are missing, and record them)',
        'replay',
      )
      .option('--profile <name>', 'recording set of the judges: fixtures/<scenario>/<name>.jsonl')
      .option('--provider <name>', 'who answers judges with --mode auto: simulated, openai', 'simulated')
      .option('--model <from=to>', 'ask the endpoint for another model (repeatable)', modelMap, {})
      .option('--max-calls <count>', 'requests to the endpoint, in all', wholeNumber('--max-calls', 1))
      .option('--allow-live', 'ask a real endpoint although this runs under CI')
      .option('--yes', 'do not ask before a real endpoint is called')
      .option('--json', 'print the run record as JSON instead of the difference')
      .option('--no-color', 'plain text');
  },
  run: async ({ args, options }, shell) => {
    const [{ rescore }, { runFolderOf }] = await Promise.all([import('./shell/rescore.ts'), import('./shell/saved-run.ts')]);
    return rescore(await runFolderOf(args[0], shell), options as unknown as ScoreOptionValues, shell);
  },
});
