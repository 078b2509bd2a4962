import { canonicalJson } from '../../kernel/canonical-json.ts';
import { shortHash } from '../../kernel/hash.ts';
import type { Finding, Group, RunRecord, ScenarioSummary } from '../../schema/run-record.ts';
import type { TrialRecord } from '../../schema/trial-record.ts';
import { GEN_AI, OWN } from '../../telemetry/attribute-names.ts';
import { writeOtlpLine } from '../../telemetry/otlp-json.ts';
import { spanIdOf, traceIdOf } from '../../telemetry/span-ids.ts';
import type { SpanRecord } from '../../telemetry/span.ts';
import { comparisonsOf } from '../comparisons.ts';
import { brokenByInfrastructure } from '../compose-record.ts';
import { groupsOf, type PlannedCell } from '../groups.ts';
import type { SavedRun } from '../read-run.ts';
import { recommend } from '../recommend.ts';
import { runFindings } from '../run-findings.ts';
import { TOOL_VERSION } from '../version.ts';
import { type ImportedName, type ImportedTrial, UNJUDGED } from './imported-trial.ts';

export interface ImportedFacts {
  readonly name: ImportedName;
  readonly imported: readonly ImportedTrial[];
  /** Of the same scenario only. */
  readonly beside: SavedRun | undefined;
  readonly runId: string;
  /** Hash of what was imported. */
  readonly fixtures: string;
  readonly files: readonly string[];
  readonly priceTable: string;
}

/** What an imported run says: its own group, and those of the run that it stands beside. */
export function importedRecord(facts: ImportedFacts): RunRecord {
  const { name, imported, beside } = facts;
  const records = imported.map(({ record }) => record);
  const trials: readonly TrialRecord[] = [...(beside?.trials ?? []), ...records];
  const summary = summaryOf(facts, trials);
  const own: PlannedCell = { adapter: name.adapter, pattern: name.pattern };
  const cells = [...(beside?.run.groups ?? []).filter(({ scenario }) => scenario === name.scenario).map(cellOf), own];
  const groups = groupsOf(trials, summary, cells).map((group) =>
    isComparable(group, facts) ? group : { ...group, tokenOverhead: null },
  );
  const comparisons = comparisonsOf(trials, summary);
  const times = timesOf(imported);
  return {
    version: 1,
    runId: facts.runId,
    tool: `patternbench ${TOOL_VERSION}`,
    mode: 'replay',
    imported: { ...ownName(name), files: [...facts.files], ...times, beside: beside?.run.runId ?? null },
    clock: times.syntheticTimes > 0 || beside?.run.clock === 'virtual' ? 'virtual' : 'real',
    seed: beside?.run.seed ?? 0,
    fingerprint: fingerprintOf(facts),
    provenance: provenanceOf(trials),
    priceTable: facts.priceTable,
    scenarios: [summary],
    groups,
    comparisons,
    recommendations: recommend({ scenarios: [summary], groups, comparisons }, trials),
    ...findingsOf(facts),
    complete: !trials.some(brokenByInfrastructure),
  };
}

const cellOf = ({ adapter, pattern, notApplicable }: Group): PlannedCell => ({
  adapter,
  pattern,
  ...(notApplicable === undefined ? {} : { notApplicable }),
});

/** Tokens of an imported run are told over those of the baseline only where both are of the same samples, as often. */
function isComparable({ adapter, pattern }: Group, { name, imported, beside }: ImportedFacts): boolean {
  if (!beside || adapter !== name.adapter || pattern !== name.pattern) return true;
  const baseline = beside.run.scenarios.find((scenario) => scenario.name === name.scenario)?.baseline;
  const asked = (trials: readonly TrialRecord[]) =>
    trials
      .map(({ sample, trial }) => `${sample}#${trial}`)
      .sort()
      .join(' ');
  return asked(imported.map(({ record }) => record)) === asked(beside.trials.filter((trial) => trial.pattern === baseline));
}

const ownName = ({ adapter, pattern }: ImportedName) => ({ adapter, pattern });

function summaryOf({ name, imported, beside, files }: ImportedFacts, trials: readonly TrialRecord[]): ScenarioSummary {
  const known = beside?.run.scenarios.find((scenario) => scenario.name === name.scenario);
  const samples = new Set(trials.map(({ sample }) => sample)).size;
  if (known) return { ...known, samples };
  return {
    name: name.scenario,
    description: `${imported.length} runs of another tool, imported from ${files.length} files`,
    baseline: name.pattern,
    primary: UNJUDGED,
    passThreshold: 1,
    trials: 1,
    samples,
    labels: {},
    sensitivity: null,
  };
}

function fingerprintOf({ name, imported, beside, fixtures }: ImportedFacts): RunRecord['fingerprint'] {
  const samples = imported.map(({ record }) => record.sample);
  const test = shortHash(
    canonicalJson({ imported: samples, scenario: name.scenario, beside: beside?.run.fingerprint.test ?? null }),
    12,
  );
  return { test, treatment: shortHash(canonicalJson({ name, beside: beside?.run.fingerprint.treatment ?? null }), 12), fixtures };
}

/** Model calls by where their answers came from. */
function provenanceOf(trials: readonly TrialRecord[]): RunRecord['provenance'] {
  const calls = (...kinds: readonly string[]) =>
    trials.reduce((sum, { provenance }) => sum + kinds.reduce((own, kind) => own + (provenance[kind] ?? 0), 0), 0);
  return { recorded: calls('real'), simulated: calls('simulated', 'scripted'), imported: calls('imported', 'derived', 'edited') };
}

const isSynthetic = (span: SpanRecord): boolean => span.attributes[OWN.timing] === 'synthetic';

function timesOf(imported: readonly ImportedTrial[]) {
  const timed = imported.flatMap(({ spans }) => spans.filter((span) => span.attributes[OWN.timing] !== undefined));
  const syntheticTimes = timed.filter(isSynthetic).length;
  return { syntheticTimes, measuredTimes: timed.length - syntheticTimes };
}

/** Those of the run that it stands beside, what is synthetic, and the anti-patterns seen in the imported trials. */
function findingsOf(facts: ImportedFacts): Pick<RunRecord, 'findings' | 'findingTotals'> {
  const { name, imported, beside } = facts;
  const ofScenario = ({ scenario }: { readonly scenario: string }) => scenario === name.scenario;
  const own = runFindings(imported.flatMap(({ findings = [] }) => findings));
  return {
    findings: [...(beside?.run.findings ?? []).filter(ofScenario), ...syntheticFindings(facts), ...own.findings],
    findingTotals: [...(beside?.run.findingTotals ?? []).filter(ofScenario), ...own.findingTotals],
  };
}

/** Says in every report that a time was not measured, once a trial. */
const syntheticFindings = ({ imported }: ImportedFacts): Finding[] =>
  imported.flatMap(({ record, spans }): Finding[] => {
    const calls = spans.filter(isSynthetic);
    if (calls.length === 0) return [];
    return [
      {
        kind: 'synthetic-latency',
        severity: 'info',
        scenario: record.scenario,
        pattern: record.pattern,
        sample: record.sample,
        trial: record.trial,
        agent: '',
        spanIds: calls.map(({ path }) => spanIdOf(record.traceId, path)),
        wastedTokens: 0,
        wastedUsd: 0,
        wastedMs: 0,
        advice: `the recording does not tell how long ${calls.length} of ${record.llmCalls} calls took: their times were drawn from a declared model of latency; do not quote them`,
      },
    ];
  });

/** The lines of spans.jsonl: what is there, then a line a trial. */
export function importedLines(facts: ImportedFacts): string[] {
  const { name, imported, runId, priceTable } = facts;
  const write = (traceId: string, spans: readonly SpanRecord[], more: Readonly<Record<string, string | number>>) =>
    writeOtlpLine(
      { traceId, resource: { [GEN_AI.serviceName]: 'patternbench', [OWN.runId]: runId, ...more }, spans },
      { version: TOOL_VERSION },
    );
  const plan: SpanRecord = {
    path: '',
    parentPath: null,
    name: 'plan',
    kind: 'internal',
    startUs: 0,
    endUs: 0,
    attributes: {
      [OWN.stepType]: 'plan',
      [OWN.runId]: runId,
      [OWN.runMode]: 'import',
      [OWN.priceVersion]: priceTable,
      'patternbench.plan.cells': canonicalJson([
        ...(facts.beside?.run.groups ?? [])
          .filter((group) => group.scenario === name.scenario)
          .map((group) => ({ scenario: name.scenario, ...cellOf(group), trials: group.trials })),
        { ...name, trials: imported.length },
      ]),
      'patternbench.fingerprint': canonicalJson(fingerprintOf(facts)),
    },
    events: [],
    error: undefined,
    after: [],
    links: [],
  };
  const planId = traceIdOf({ ...name, pattern: 'plan', settings: facts.fixtures, sample: '', trial: 0, seed: 0, resume: 0 });
  return [
    write(planId, [plan], {}),
    ...imported.map(({ record, spans }) =>
      write(record.traceId, spans, {
        [OWN.scenarioId]: name.scenario,
        [OWN.patternName]: name.pattern,
        [OWN.sampleId]: record.sample,
        [OWN.runTrial]: record.trial,
      }),
    ),
  ];
}
