import { Option } from 'commander';
import { join, resolve } from 'node:path';
import { safeText } from '../kernel/terminal-text.ts';
import type { Finding } from '../schema/run-record.ts';
import { defineCommand } from './shell/command.ts';
import { EXIT } from './shell/exit-code.ts';
import { wholeNumber } from './shell/run-options.ts';
import type { Shell } from './shell/shell.ts';

const SEVERITIES = ['error', 'warning', 'info'] as const;

export default defineCommand({
  name: 'lint',
  description: 'anti-patterns seen in the traces of a run: what they waste, what to do about it, where to look',
  examples: [
    ['patternbench lint', 'of the last run'],
    ['patternbench lint --severity error', 'only errors; exit code 1 if there are any'],
    ['patternbench lint --kind loop --set loop.repeats=5', 'one kind, with another threshold'],
    ['patternbench lint spans.jsonl', 'of a file of OTLP JSON, also of another framework, as far as it tells'],
  ],
  configure: (command) => {
    command
      .argument('[run]', 'id or folder of a saved run, or a file of spans (default: the last run)')
      .addOption(
        new Option('--severity <level>', 'only findings at least so severe; exit 1 if there are any').choices(SEVERITIES),
      )
      .option('--kind <kind...>', 'only these kinds (list findings names them)')
      .option('--pattern <pattern...>', 'only of these patterns')
      .option('--scenario <scenario...>', 'only of these scenarios')
      .option('--set <threshold...>', 'another threshold, as kind.name=value; kind=false leaves a kind out')
      .option('--examples <count>', 'trials to name for each kind and pattern', wholeNumber('--examples', 0), 2)
      .option('--json', 'print all findings as JSON')
      .option('--no-color', 'plain text');
  },
  run: async ({ args, options }, shell) => {
    const [{ loadDetectors, partNamed }, { chosenThresholds }, { findingsOfSpans }, { LAST_RUN, tellFindings }] =
      await Promise.all([
        import('../bench/parts.ts'),
        import('./shell/chosen-thresholds.ts'),
        import('../bench/findings-of-spans.ts'),
        import('./shell/tell-findings.ts'),
      ]);
    const detectors = await loadDetectors();
    const kinds = options['kind'] as readonly string[] | undefined;
    for (const kind of kinds ?? []) partNamed('kind of finding', detectors, kind);
    const settings = chosenThresholds(detectors, (options['set'] ?? []) as readonly string[]);
    const { file, run } = await spansOf(args[0], { shell, last: LAST_RUN });
    const report = await findingsOfSpans(file, settings);
    const severity = options['severity'] as Finding['severity'] | undefined;
    const among = (names: unknown, name: string) => names === undefined || (names as readonly string[]).includes(name);
    const findings = report.findings.filter(
      (finding) =>
        SEVERITIES.indexOf(finding.severity) <= SEVERITIES.indexOf(severity ?? 'info') &&
        among(kinds, finding.kind) &&
        among(options['pattern'], finding.pattern) &&
        among(options['scenario'], finding.scenario),
    );
    if (options['json']) shell.out(JSON.stringify(findings));
    else tellFindings(shell, { findings, trials: report.trials, run, examples: options['examples'] as number });
    for (const note of report.notes) shell.err(safeText(`note: ${note}`));
    return severity !== undefined && findings.length > 0 ? EXIT.gate : EXIT.ok;
  },
});

/** The spans to look at, and by which name `trace show` finds their run; none where they belong to no saved run. */
async function spansOf(name: string | undefined, { shell, last }: { readonly shell: Shell; readonly last: string }) {
  const [{ stat }, { runFolderOf }] = await Promise.all([import('node:fs/promises'), import('./shell/saved-run.ts')]);
  const path = name === undefined ? undefined : resolve(shell.root, name);
  const found = path === undefined ? undefined : await stat(path).catch(() => undefined);
  if (path !== undefined && found?.isFile()) return { file: path, run: undefined };
  return { file: join(await runFolderOf(name, shell), 'spans.jsonl'), run: name ?? last };
}
