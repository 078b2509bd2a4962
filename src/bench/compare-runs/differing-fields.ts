import type { DifferingField } from '../../contracts/run-comparison.ts';
import type { RunRecord, ScenarioSummary } from '../../schema/run-record.ts';
import type { TrialRecord } from '../../schema/trial-record.ts';

/** A run as far as two of them are compared. */
export interface ComparedRun {
  readonly run: RunRecord;
  readonly trials: readonly TrialRecord[];
}

/**
 * What makes two runs incomparable: another test identity (what was asked, how often, how it was judged), answers of another kind, or a run that is not
 * whole. Where the fingerprints of the tests differ, the parts that the records show are named; when none of these differs, the fingerprint is.
 * Scenarios that only one side has are no difference of the others; runs without a scenario in common are.
 */
export function differingFields(
  before: ComparedRun,
  after: ComparedRun,
  { tolerateErrors = false }: { readonly tolerateErrors?: boolean } = {},
): DifferingField[] {
  const fields: DifferingField[] = [];
  const add = (field: string, a: unknown, b: unknown) => {
    if (a !== b) fields.push({ field, before: String(a), after: String(b) });
  };
  for (const [side, { run }] of [['before', before] as const, ['after', after] as const]) {
    if (!run.complete && !(side === 'after' && tolerateErrors))
      fields.push({ field: `complete (${side})`, before: String(before.run.complete), after: String(after.run.complete) });
  }
  const shared = before.run.scenarios.flatMap((own) => {
    const other = after.run.scenarios.find(({ name }) => name === own.name);
    return other ? [[own, other] as const] : [];
  });
  if (shared.length === 0) add('scenarios', names(before.run), names(after.run));
  const kinds = [kindsOf(before.run), kindsOf(after.run)] as const;
  if (kinds[0].length > 0 && kinds[1].length > 0 && !kinds[0].some((kind) => kinds[1].includes(kind)))
    add('provenance', kinds[0].join(' + '), kinds[1].join(' + '));
  if (before.run.fingerprint.test === after.run.fingerprint.test) return fields;
  if (before.run.fingerprint.scenarios && after.run.fingerprint.scenarios) {
    fields.push(...shared.flatMap(([a, b]) => namedDifferences(a, b, { before, after })));
    return fields;
  }
  const visible = shared.flatMap(([a, b]) => visibleDifferences(a, b, { before, after }));
  fields.push(...visible);
  if (visible.length === 0 && shared.length > 0 && hasSameScenarios(before.run, after.run))
    add(
      "fingerprint.test (the samples' text, tools, limits, seed or scorer settings of a scenario)",
      before.run.fingerprint.test,
      after.run.fingerprint.test,
    );
  return fields;
}

/** By the fields of the fingerprint: what the records show of a field that differs, or else that it does. */
function namedDifferences(
  a: ScenarioSummary,
  b: ScenarioSummary,
  runs: { readonly before: ComparedRun; readonly after: ComparedRun },
): DifferingField[] {
  const [left, right] = [runs.before, runs.after].map(({ run }) => run.fingerprint.scenarios?.[a.name]?.test ?? {}) as [
    Readonly<Record<string, string>>,
    Readonly<Record<string, string>>,
  ];
  const visible = visibleDifferences(a, b, runs);
  const shown = (field: string) =>
    visible.filter((one) => (SHOWN[field] ?? []).some((part) => one.field === `${a.name}: ${part}`));
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])]
    .filter((field) => left[field] !== right[field])
    .sort();
  return names.flatMap((field) => {
    const parts = shown(field);
    if (parts.length > 0) return parts;
    return [{ field: `${a.name}: ${EXPLAINED[field] ?? field}`, before: left[field] ?? 'none', after: right[field] ?? 'none' }];
  });
}

/** Fields of which only a digest is kept. */
const EXPLAINED: Readonly<Record<string, string>> = {
  samples: 'samples (input, expected answer or metadata)',
  scorers: 'scorers (their options)',
  tools: 'tools (their declarations)',
};

/** What the records show of a field of the fingerprint. */
const SHOWN: Readonly<Record<string, readonly string[]>> = {
  trials: ['trials', 'samples', 'sample ids'],
  scorers: ['primary', 'passThreshold', 'scorers'],
  baseline: ['baseline'],
};

export const hasSameScenarios = (before: RunRecord, after: RunRecord): boolean => names(before) === names(after);

const names = (run: RunRecord) =>
  run.scenarios
    .map(({ name }) => name)
    .sort()
    .join(', ');

const kindsOf = ({ provenance }: RunRecord) =>
  (['recorded', 'simulated', 'imported'] as const).filter((kind) => provenance[kind] > 0);

function visibleDifferences(
  a: ScenarioSummary,
  b: ScenarioSummary,
  { before, after }: { readonly before: ComparedRun; readonly after: ComparedRun },
): DifferingField[] {
  const fields: DifferingField[] = [];
  const add = (field: string, left: string, right: string) => {
    if (left !== right) fields.push({ field: `${a.name}: ${field}`, before: left, after: right });
  };
  for (const part of ['primary', 'passThreshold', 'baseline', 'trials', 'samples'] as const)
    add(part, String(a[part]), String(b[part]));
  const [ids, others] = [before, after].map(({ trials }) => samplesOf(trials, a.name)) as [Set<string>, Set<string>];
  const only = (left: Set<string>, right: Set<string>) => [...left].filter((id) => !right.has(id));
  const [left, right] = [only(ids, others), only(others, ids)];
  if (left.length + right.length > 0) add('sample ids', few(left), few(right));
  add('scorers', scorersOf(before.trials, a.name), scorersOf(after.trials, a.name));
  return fields;
}

const few = (ids: readonly string[]) =>
  ids.length === 0
    ? 'none of its own'
    : `only here ${ids.slice(0, 5).join(', ')}${ids.length > 5 ? `, ${ids.length - 5} more` : ''}`;

const samplesOf = (trials: readonly TrialRecord[], scenario: string) =>
  new Set(trials.filter((trial) => trial.scenario === scenario).map(({ sample }) => sample));

const scorersOf = (trials: readonly TrialRecord[], scenario: string) =>
  [...new Set(trials.filter((trial) => trial.scenario === scenario).flatMap(({ scores }) => Object.keys(scores)))]
    .sort()
    .join(', ');
