import { defineReporter } from '../contracts/reporter.ts';
import type { GroupComparison, RunComparison, ThresholdResult } from '../contracts/run-comparison.ts';
import type { Group, RunRecord } from '../schema/run-record.ts';
import type { TrialRecord } from '../schema/trial-record.ts';
import { changeInWords, groupLabel, verdictSentence } from './comparison/in-words.ts';
import { originOf } from './text/origin.ts';
import { element, tag, xmlText } from './text/xml.ts';

/**
 * JUnit XML as CI systems read it: a suite is a pattern of a scenario, a case is a sample. Without a comparison a case fails when a trial of it did not pass;
 * with one it fails only when it got worse, since a sample that never passed is no news. A suite of its own holds what the gate says.
 */
export default defineReporter({
  name: 'junit',
  description: 'JUnit XML for CI: a suite for each pattern, a case for each sample',
  extension: 'junit.xml',
  render: ({ run, trials, against, thresholds = [] }) => {
    const suites = run.groups
      .filter(({ notApplicable }) => notApplicable === undefined)
      .map((group) => suiteOf(group, { run, trials, against }));
    const bars = { name: 'gate', properties: [], cases: thresholdCases(thresholds) };
    const all = against ? [...suites, gateSuite(against)] : thresholds.length > 0 ? [...suites, bars] : suites;
    const lines = all.flatMap(suiteLines);
    return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="${xmlText(`patternbench ${run.runId}`)}">\n${lines.join('\n')}\n</testsuites>\n`;
  },
});

interface Case {
  readonly name: string;
  readonly seconds?: string;
  readonly failure?: string;
  readonly skipped?: string;
}

interface Suite {
  readonly name: string;
  readonly seconds?: string;
  readonly properties: readonly (readonly [string, string])[];
  readonly cases: readonly Case[];
}

function suiteLines({ name, properties, cases, seconds }: Suite): string[] {
  const counts = {
    tests: cases.length,
    failures: cases.filter(({ failure }) => failure !== undefined).length,
    skipped: cases.filter(({ skipped }) => skipped !== undefined).length,
  };
  return [
    `  <${tag('testsuite', { name, ...counts, errors: 0, time: seconds })}>`,
    `    ${element(
      'properties',
      {},
      properties.map(([key, value]) => element('property', { name: key, value })),
    )}`,
    ...cases.map((one) => `    ${caseElement(name, one)}`),
    '  </testsuite>',
  ];
}

function caseElement(suite: string, { name, seconds, failure, skipped }: Case): string {
  const inside =
    failure !== undefined
      ? [element('failure', { message: failure })]
      : skipped !== undefined
        ? [element('skipped', { message: skipped })]
        : [];
  return element('testcase', { classname: suite, name, time: seconds }, inside);
}

interface Source {
  readonly run: RunRecord;
  readonly trials: readonly TrialRecord[];
  readonly against: RunComparison | undefined;
}

function suiteOf(group: Group, { run, trials, against }: Source): Suite {
  const own = trials.filter(
    ({ scenario, adapter, pattern }) => scenario === group.scenario && adapter === group.adapter && pattern === group.pattern,
  );
  const compared = against?.groups.find((one) => groupLabel(one) === groupLabel(group));
  const samples = [...new Set(own.map(({ sample }) => sample))];
  return {
    name: groupLabel(group),
    seconds: inSeconds(own),
    properties: [['origin', originOf(run)], ...metricsOf(group), ...(compared ? [['verdict', compared.verdict] as const] : [])],
    cases: samples.map((sample) =>
      caseOf(
        sample,
        own.filter((trial) => trial.sample === sample),
        against ? { compared } : undefined,
      ),
    ),
  };
}

function caseOf(
  name: string,
  trials: readonly TrialRecord[],
  gated: { readonly compared: GroupComparison | undefined } | undefined,
): Case {
  const seconds = inSeconds(trials);
  const passed = trials.filter((trial) => trial.passed === true && trial.outcome.status === 'completed').length;
  if (gated) {
    const flip = gated.compared?.flips.find(({ sample, lost }) => sample === name && lost.length > 0);
    const isWorse = gated.compared?.verdict === 'regressed' && flip;
    return isWorse
      ? { name, seconds, failure: `passed ${flip.before} before and ${flip.after} now (trial ${flip.lost.join(', ')})` }
      : { name, seconds };
  }
  if (trials.every((trial) => trial.passed === null)) return { name, seconds, skipped: 'unscored' };
  return passed === trials.length ? { name, seconds } : { name, seconds, failure: `${passed} of ${trials.length} trials passed` };
}

/** The figures of a group under their names in run.json. */
const metricsOf = (group: Group): [string, string][] => [
  ['samples', String(group.samples)],
  ['trials', String(group.trials)],
  ['quality', String(group.quality?.mean ?? 'unscored')],
  ...(group.quality
    ? ([
        ['quality.low', String(group.quality.low)],
        ['quality.high', String(group.quality.high)],
      ] as [string, string][])
    : []),
  ...group.passHatK.map((value, i): [string, string] => [`pass^${i + 1}`, String(value)]),
  ['costUsdPer1kTasks', String(group.costUsdPer1kTasks ?? 'unpriced')],
  ['costUsdPerSuccess', String(group.costUsdPerSuccess ?? 'unknown')],
  ['latencyMs.p50', String(group.latencyMs.p50)],
  ['latencyMs.p95', String(group.latencyMs.p95)],
  ['tokens', String(group.inputTokens + group.outputTokens)],
  ['tokenOverhead', String(group.tokenOverhead ?? 'unknown')],
  ['errors', String(group.errors)],
  ['limits', String(group.limits)],
  ['unscored', String(group.unscored)],
];

/** What the gate says beyond single samples: one case for each pattern, one for each threshold. */
function gateSuite(against: RunComparison): Suite {
  const groups = against.groups.map((group): Case => {
    const changes = group.comparisons.map((one) => `${one.metric} ${changeInWords(one)} (${one.verdict})`);
    const failure = [...group.reasons, ...changes].join('; ');
    return group.verdict === 'regressed' && !against.accepted
      ? { name: groupLabel(group), failure }
      : { name: groupLabel(group) };
  });
  const differing = against.differing.map(({ field, before, after }): Case => ({
    name: `comparable: ${field}`,
    failure: `${before} against ${after}`,
  }));
  return {
    name: 'gate',
    properties: [['verdict', verdictSentence(against)]],
    cases: [...differing, ...groups, ...thresholdCases(against.thresholds)],
  };
}

const thresholdCases = (thresholds: readonly ThresholdResult[]): Case[] =>
  thresholds.map(({ threshold, scenario, pattern, value, met }) => {
    const name = `${threshold} by ${scenario}/${pattern}`;
    return met ? { name } : { name, failure: `it has ${value ?? 'no such figure'}` };
  });

const inSeconds = (trials: readonly TrialRecord[]): string =>
  (trials.reduce((sum, { latencyMs }) => sum + latencyMs, 0) / 1000).toFixed(3);
