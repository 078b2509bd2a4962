import { byName, h, section } from './dom.js';

/** How every figure was made. */
export function methodsOf({ run }) {
  const used = (of) => [...new Set(run.groups.flatMap(of).filter(Boolean))].join('; ');
  const general = (method) =>
    method.replace(/ of \d+ samples| over \d+|, effective n = [\d.]+|\(\d+ sample means\)| on \d+ sample means/g, '').trim();
  const tests = [...new Set(run.comparisons.map(({ metric, method }) => `${metric}: ${general(method)}`))].sort(byName);
  const rows = [
    ['Unit', 'A sample is the unit of replication; trials of one sample are not independent, and a replay is not a trial.'],
    [
      'Quality',
      `Mean of the scenario\u2019s primary score over samples. Failed trials and those at a limit count as 0 and stay in the denominator; unscored ones are kept apart. Interval: ${used(({ quality }) => general(quality?.method ?? ''))}.`,
    ],
    [
      'Against the baseline',
      `Paired by sample. The verdict is Holm-corrected over the patterns of a scenario at 5%; the interval beside it is the plain 95% paired one, so at the edge they can disagree. ${tests.join('; ')}.`,
    ],
    [
      'Best set',
      'The leader by quality and every pattern that a one-sided paired t (Holm, 5%) cannot tell from it; the recommendation is the cheapest of them.',
    ],
    ['All trials pass', 'pass^k, unbiased: C(c, k) / C(n, k) a sample, averaged over samples (k trials each).'],
    [
      'Latency',
      run.clock === 'virtual'
        ? 'Recorded latencies on a virtual clock: exact sums in whole microseconds. p50 and p95 are type-7 quantiles over trials.'
        : 'Real time.',
    ],
    [
      'Critical path',
      'Backwards from the end over recorded happens-before edges, to the last-finishing cause; its parts sum exactly to the time of the trial.',
    ],
    [
      'Cost',
      `${run.priceTable}, at the day of recording; a model without a price makes a cost unknown, never 0. Failures are paid for.`,
    ],
    ['Findings', 'Seen in spans by deterministic detectors, agent by agent, with thresholds that a scenario can set.'],
  ];
  return section(
    'methods',
    'Methods',
    'Every number on this page is computed from the spans of the run.',
    h(
      'dl',
      { class: 'methods' },
      rows.map(([term, text]) => [h('dt', {}, term), h('dd', {}, text)]),
    ),
  );
}
