import type { GateErrors, GateStudy } from './gate-errors.ts';
import {
  type Coverage,
  coverageOf,
  costPerPass,
  graded,
  paired,
  passing,
  rate,
  type Simulated,
  type Study,
  timeQuantile,
} from './coverage-of.ts';
import { gateErrors } from './gate-errors.ts';
import { CHOSEN_BY, GATES, SCANNED, SCANNED_FEW } from './studies.ts';

/** One figure of one study; `claimed` = what it must cover at least, where that is promised. */
export interface CoverageRow extends Coverage {
  readonly name: string;
}

export interface Section {
  readonly title: string;
  readonly about: string;
  readonly repeats: number;
  readonly rows: readonly CoverageRow[];
}

export interface SplitRow {
  readonly scenario: string;
  readonly groups: number;
  readonly trials: number;
  readonly splits: number;
  readonly regressed: number;
}

export interface SimulatedTable {
  readonly sections: readonly Section[];
  readonly power: { readonly repeats: number; readonly rows: readonly { readonly name: string; readonly rejected: number }[] };
  readonly gates: { readonly repeats: number; readonly rows: readonly (GateErrors & { readonly study: GateStudy })[] };
  readonly splits: readonly SplitRow[];
}

interface Planned {
  readonly title: string;
  readonly about: string;
  readonly repeats: number;
  readonly figures: readonly Simulated[];
}

const REPEATS = 20_000;
const FACTS = 5;

const study = (samples: number, trials: number, mean: number, correlation: number): Study => ({
  samples,
  trials,
  mean,
  correlation,
});

/** What is simulated, in the order of the table. Samples are as hard as a beta distribution has it; `correlation` is that of two trials of a sample. */
export const PLANNED: readonly Planned[] = [
  {
    title: 'Rate, the settings that the default interval was chosen by',
    about: 'Wilson on the effective sample size. It covers at least 92 % in each.',
    repeats: 50_000,
    figures: CHOSEN_BY.map(rate),
  },
  {
    title: 'Rate, elsewhere',
    about: 'The same interval, where else it may be weak.',
    repeats: REPEATS,
    figures: SCANNED.map(rate),
  },
  {
    title: `Score that is a share of ${FACTS} facts`,
    about: 'Wilson on the effective sample size m(1 - m) / SE^2, as reports have it.',
    repeats: REPEATS,
    figures: SCANNED_FEW.map((one) => graded(one, FACTS)),
  },
  {
    title: `The same by Student's t on the sample means, which is not used`,
    about: 'Clipped to [0, 1]. With few samples and a mean near 1 it covers too little.',
    repeats: REPEATS,
    figures: SCANNED_FEW.map((one) => graded(one, FACTS, 't')),
  },
  {
    title: 'pass^k and pass@k',
    about: 'Wilson on the samples where k is the number of trials, on the effective sample size below.',
    repeats: REPEATS,
    figures: SCANNED_FEW.flatMap((one) => [
      ...[1, 2, 3].map((k) => passing(one, k, 'all')),
      ...[2, 3].map((k) => passing(one, k, 'any')),
    ]),
  },
  {
    title: 'Quantiles of times',
    about:
      'Order statistics that count samples; log-normal times. With trials that differ the interval is wider than it had to be.',
    repeats: REPEATS,
    figures: [
      ...[study(8, 1, 0, 0.5), study(20, 1, 0, 0.5), study(20, 3, 0, 0.2), study(20, 3, 0, 0.8), study(50, 3, 0, 0.5)].map(
        (one) => timeQuantile(one, 0.5),
      ),
      ...[study(72, 1, 0, 0.5), study(100, 1, 0, 0.5), study(100, 3, 0, 0.8)].map((one) => timeQuantile(one, 0.95)),
    ],
  },
  {
    title: 'Cost per success',
    about: 'Percentile bootstrap over samples (400 resamples here). With few samples it covers too little.',
    repeats: REPEATS,
    figures: [study(8, 3, 0.6, 0.5), study(20, 3, 0.6, 0.5), study(20, 3, 0.9, 0.5), study(50, 3, 0.6, 0.5)].map(costPerPass),
  },
  {
    title: 'Paired difference of equal patterns',
    about: "Student's paired t on sample means.",
    repeats: REPEATS,
    figures: [
      study(8, 1, 0.6, 0.5),
      study(8, 5, 0.6, 0.5),
      study(20, 1, 0.6, 0.5),
      study(20, 5, 0.6, 0.5),
      study(50, 3, 0.6, 0.5),
    ].map((one) => paired(one, 0)),
  },
];

/** Power of the paired comparison: how often a true difference of that size is seen at 5 %. */
const POWER: readonly (readonly [Study, number])[] = [0, 0.15].flatMap((gain) =>
  [study(8, 1, 0.6, 0.5), study(8, 5, 0.6, 0.5), study(20, 1, 0.6, 0.5), study(20, 5, 0.6, 0.5), study(50, 3, 0.6, 0.5)].map(
    (one) => [one, gain] as const,
  ),
);

/** Simulates all of it; `see` hears what is done. */
export function simulate(splits: readonly SplitRow[], see: (title: string) => void): SimulatedTable {
  const short = (value: number) => Number(value.toFixed(5));
  const sections = PLANNED.map(({ figures, ...head }) => {
    see(head.title);
    const rows = figures.map((figure) => {
      const { covered, width, check } = coverageOf(figure, head.repeats);
      return { name: figure.name, covered: short(covered), width: short(width), check };
    });
    return { ...head, rows };
  });
  see('power');
  const power = POWER.map(([one, gain]) => {
    const figure = paired(one, gain);
    return { name: figure.name, rejected: short(figure.rejects(REPEATS)) };
  });
  const gates = GATES.map((one) => {
    see(`gate ${JSON.stringify(one)}`);
    const { regressed, check } = gateErrors(one, REPEATS);
    return { study: one, regressed: short(regressed), check };
  });
  return { sections, power: { repeats: REPEATS, rows: power }, gates: { repeats: REPEATS, rows: gates }, splits };
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** Below this, an interval that claims 95 % is called weak. */
export const WEAK = 0.92;

/** The table for people. */
export function tableInMarkdown({ sections, power, gates, splits }: SimulatedTable): string {
  const weak = sections.flatMap(({ rows }) => rows.filter(({ covered }) => covered < WEAK));
  return [
    '# How far the intervals and the gate can be trusted',
    '',
    'Written by `npm run simulations`, seeded: the same code writes the same table. Intervals claim 95 %; a figure covers what it claims when the truth lies',
    'in its interval in 95 of 100 studies. A study reads *samples x trials*. `n` of every report counts samples.',
    '',
    `**Weak spots** (below ${percent(WEAK)}): ${weak.length} of ${sections.flatMap(({ rows }) => rows).length} settings, those of an interval that is not used among them. They are marked with !`,
    '',
    ...sections.flatMap(({ title, about, repeats, rows }) => [
      `## ${title}`,
      '',
      `${about} ${repeats} studies a row.`,
      '',
      '| figure and study | covers | mean width |',
      '|---|--:|--:|',
      ...rows.map(
        ({ name, covered, width }) => `| ${name} | ${percent(covered)}${covered < WEAK ? ' !' : ''} | ${width.toFixed(3)} |`,
      ),
      '',
    ]),
    '## What a paired comparison sees',
    '',
    `Share of ${power.repeats} studies with p below 5 %. Where the true difference is 0 that is a false alarm. A difference of .15 is less where a sample is already sure.`,
    '',
    '| study | p below 5 % |',
    '|---|--:|',
    ...power.rows.map(({ name, rejected }) => `| ${name} | ${percent(rejected)} |`),
    '',
    '## False alarms of the statistical gate',
    '',
    `A program compared with itself, ${gates.repeats} times: how often the gate says regressed, over quality, tokens, cost and latency of all patterns together.`,
    '',
    '| patterns | samples x trials | a score is | mean | turns red |',
    '|--:|---|---|--:|--:|',
    ...gates.rows.map(
      ({ study: one, regressed }) =>
        `| ${one.patterns} | ${one.samples} x ${one.trials} | ${one.facts === 1 ? 'passed or not' : `a share of ${one.facts} facts`} | ${one.mean} | ${percent(regressed)} |`,
    ),
    '',
    'The same with recorded trials: those of every sample are dealt out at random to two sides, which are compared by the statistical gate.',
    '',
    '| recordings | groups | trials | splits | turns red |',
    '|---|--:|--:|--:|--:|',
    ...splits.map(
      ({ scenario, groups, trials, splits: count, regressed }) =>
        `| ${scenario} | ${groups} | ${trials} | ${count} | ${percent(regressed)} |`,
    ),
    '',
  ].join('\n');
}
