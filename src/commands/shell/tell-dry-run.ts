import { dryRun, type PlannedWork } from '../../bench/dry-run.ts';
import type { RunPlan } from '../../bench/plan.ts';
import { fixtureFile, type RunChoice } from '../../bench/prepare-run.ts';
import { recordCommands } from '../../bench/record-commands.ts';
import { safeText } from '../../kernel/terminal-text.ts';
import { columns } from './columns.ts';
import { EXIT } from './exit-code.ts';
import type { Shell } from './shell.ts';
import { wrapped } from './wrap.ts';

/** Tells what a run would do, and does nothing. Exit code 4 where a replay would miss recordings. */
export async function tellDryRun(
  plan: RunPlan,
  choice: RunChoice,
  { shell, json }: { shell: Shell; json: boolean },
): Promise<number> {
  const isReplay = choice.mode === 'replay';
  const profile = choice.profile ?? 'simulated';
  const work = await dryRun(plan, (scenario) => fixtureFile(choice.root, scenario, profile), shell.signal);
  const missing = sum(work, ({ missing: count }) => count);
  const code = isReplay && missing > 0 ? EXIT.miss : EXIT.ok;
  if (json) {
    shell.out(JSON.stringify({ mode: choice.mode, plan: work }));
    return code;
  }
  const rows = work.filter(({ notApplicable }) => notApplicable === undefined);
  const heading = ['group', 'trials', 'calls', 'tokens', 'USD', 'missing'];
  const total = ['in all', ...figures({ ...summed(work), missing })];
  for (const line of columns(
    [heading, ...rows.map((one) => [`${one.scenario}/${one.pattern}`, ...figures(one)]), total],
    shell.width,
  ))
    shell.out(line);
  shell.out('');
  for (const line of notes(work, choice, { missing, profile })) for (const part of wrapped(line, shell.width, 0)) shell.out(part);
  const lacking = plan.scenarios.filter(({ name }) => work.some((one) => one.scenario === name && one.missing > 0));
  if (missing > 0) {
    shell.out('\nNext: record what is missing, and only that,');
    for (const scenario of lacking) shell.out(safeText(recordCommands(scenario, choice)));
  }
  return code;
}

function notes(
  work: readonly PlannedWork[],
  { mode, provider }: RunChoice,
  { missing, profile }: { missing: number; profile: string },
): string[] {
  const told = `Calls, tokens and cost are told by the recordings "${profile}" at listed prices`;
  const lines = [
    mode === 'replay'
      ? `${told}; a replay costs nothing.`
      : `${told}; --mode ${mode} --provider ${provider} would make them anew or in part.`,
  ];
  if (missing > 0)
    lines.push(
      `${missing} trials would miss a recording; what they would take beyond that is not known, so the figures are too low.`,
    );
  const left = work.filter(({ notApplicable }) => notApplicable !== undefined);
  if (left.length > 0)
    lines.push(
      `Not run: ${left.map(({ scenario, pattern, notApplicable }) => `${scenario}/${pattern} (${notApplicable})`).join('; ')}.`,
    );
  return [...lines, 'Nothing was run, nothing was written.'];
}

type Amounts = Pick<PlannedWork, 'trials' | 'calls' | 'tokens' | 'costUsd' | 'missing'>;

const sum = (work: readonly PlannedWork[], of: (one: PlannedWork) => number) => work.reduce((total, one) => total + of(one), 0);

const summed = (work: readonly PlannedWork[]): Omit<Amounts, 'missing'> => ({
  trials: sum(work, ({ trials }) => trials),
  calls: sum(work, ({ calls }) => calls),
  tokens: sum(work, ({ tokens }) => tokens),
  costUsd: work.some(({ costUsd }) => costUsd === null) ? null : sum(work, ({ costUsd }) => costUsd ?? 0),
});

const figures = ({ trials, calls, tokens, costUsd, missing }: Amounts): string[] => [
  String(trials),
  String(calls),
  String(tokens),
  costUsd === null ? 'unpriced' : costUsd.toFixed(4),
  missing === 0 ? '-' : String(missing),
];
