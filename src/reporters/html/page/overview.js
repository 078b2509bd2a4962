import { h, section, svg, traceLink } from './dom.js';
import { change, count, interval, listOf, percent, points, seconds, usd } from './format.js';
import { cellOf } from './run-data.js';

/** The table of patterns, sortable by every column. */
export function overviewOf(data, scenario, state) {
  const groups = data.groupsOf(scenario);
  const body = h('tbody', {});
  const heads = COLUMNS.map((column) => {
    const button = h(
      'button',
      { type: 'button', onclick: () => sortBy(column) },
      column.title,
      h('span', { class: 'arrow', 'aria-hidden': 'true' }),
    );
    return {
      column,
      cell: h('th', { scope: 'col', class: column.class ?? '' }, button, column.unit ? h('small', {}, column.unit) : null),
    };
  });
  const draw = () => {
    const { key, descending } = state.sort;
    const column = COLUMNS.find((one) => one.key === key) ?? COLUMNS[1];
    const value = (group) => column.value(group, data, scenario);
    const known = (group) => value(group) !== null && value(group) !== undefined;
    const order = (a, b) => (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : 0) * (descending ? -1 : 1);
    const sorted = [...groups.filter(known).sort(order), ...groups.filter((group) => !known(group))];
    body.replaceChildren(...sorted.map((group) => rowOf(data, scenario, group)));
    for (const { column: one, cell } of heads) {
      if (one.key === key) cell.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
      else cell.removeAttribute('aria-sort');
    }
  };
  const sortBy = (column) => {
    state.sort =
      state.sort.key === column.key
        ? { key: column.key, descending: !state.sort.descending }
        : { key: column.key, descending: column.key !== 'pattern' };
    draw();
  };
  draw();
  const menu = sortMenu(state, sortBy);
  return section(
    'overview',
    'Overview',
    told(data, scenario),
    menu,
    h(
      'div',
      { class: 'card scroll' },
      h(
        'table',
        { class: 'overview' },
        h('caption', { class: 'hidden' }, `Patterns of ${scenario}`),
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            heads.map(({ cell }) => cell),
          ),
        ),
        body,
      ),
    ),
    skipped(data, scenario),
  );
}

/** On a narrow screen rows are cards, which have no heads to press. */
function sortMenu(state, sortBy) {
  return h(
    'label',
    { class: 'sort-menu' },
    'Sort by ',
    h(
      'select',
      { onchange: (event) => sortBy(COLUMNS.find((one) => one.key === event.target.value)) },
      COLUMNS.map((one) => h('option', { value: one.key, selected: one.key === state.sort.key }, one.title)),
    ),
  );
}

const tokensATrial = (group) => (group.inputTokens + group.outputTokens) / Math.max(1, group.trials);
const qualityOf = (group, data, scenario) => data.comparisonOf(scenario, cellOf(group), 'quality');

const COLUMNS = [
  { key: 'pattern', title: 'Pattern', value: cellOf },
  { key: 'quality', title: 'Quality', unit: '%, 95% interval', value: (group) => group.quality?.mean ?? null },
  {
    key: 'difference',
    title: 'Against baseline',
    unit: 'points, 95%',
    class: 'figure',
    value: (group, data, scenario) => qualityOf(group, data, scenario)?.delta ?? null,
  },
  { key: 'verdict', title: 'Verdict', value: (group, data, scenario) => qualityOf(group, data, scenario)?.verdict ?? null },
  { key: 'pass', title: 'All trials pass', unit: 'of samples', class: 'figure', value: (group) => group.passHatK.at(-1) ?? null },
  { key: 'p50', title: 'p50', unit: 'latency', class: 'figure', value: (group) => group.latencyMs.p50 },
  { key: 'p95', title: 'p95', unit: 'latency', class: 'figure wide', value: (group) => group.latencyMs.p95 },
  { key: 'cost', title: 'Cost', unit: 'USD / 1K', class: 'figure', value: (group) => group.costUsdPer1kTasks },
  { key: 'tokens', title: 'Tokens', unit: 'a trial', class: 'figure', value: tokensATrial },
  { key: 'parallelism', title: 'Parallelism', unit: 'mean', class: 'figure wide', value: (group) => group.parallelism },
  { key: 'failed', title: 'Failed', unit: 'trials', class: 'figure', value: (group) => group.errors + group.limits },
  { key: 'findings', title: 'Findings', unit: 'kinds', class: 'figure', value: (group, data) => kindsOf(data, group).size },
];

export function kindsOf({ run }, { scenario, pattern, adapter }) {
  const own = run.findings.filter(
    (one) => one.scenario === scenario && (one.pattern === pattern || one.pattern === `${adapter}/${pattern}`),
  );
  return new Set(own.map(({ kind }) => kind));
}

const WORDS = {
  improved: '\u25b2 better',
  regressed: '\u25bc worse',
  inconclusive: '\u2013 inconclusive',
  'no-material-change': '= no change',
  incomparable: 'incomparable',
};

function nameCell(cell, { isChosen, isBaseline }) {
  return h(
    'th',
    { scope: 'row' },
    h('span', { class: 'pattern-name' }, cell),
    isChosen ? h('span', { class: 'chip accent' }, 'recommended') : null,
    isBaseline ? h('span', { class: 'chip' }, 'baseline') : null,
  );
}

function rowOf(data, scenario, group) {
  const cell = cellOf(group);
  const isChosen = data.recommendationOf(scenario)?.pattern === cell;
  const isBaseline = data.summaryOf(scenario).baseline === cell;
  const quality = qualityOf(group, data, scenario);
  const ratio = (metric) => h('small', {}, isBaseline ? '' : change(data.comparisonOf(scenario, cell, metric)?.ratio));
  const trials = data.trialsOf(scenario, cell);
  const near = (value, of) => trials.toSorted((a, b) => Math.abs(of(a) - value) - Math.abs(of(b) - value))[0];
  const link = (trial, text) => (trial ? traceLink(trial, text) : text);
  const ofTime = (ms) =>
    link(
      near(ms, (trial) => trial.latencyMs),
      seconds(ms),
    );
  const failed = trials.find(({ outcome }) => outcome.status === 'failed' || outcome.status === 'limit');
  const kinds = kindsOf(data, group).size;
  const name = (title, value) => ({ 'data-title': title, class: value });
  return h(
    'tr',
    { class: isChosen ? 'chosen-row' : '' },
    nameCell(cell, { isChosen, isBaseline }),
    h(
      'td',
      name('Quality', 'quality'),
      qualityCell(
        group,
        link(
          trials.find(({ passed }) => passed === false) ?? trials[0],
          group.quality ? percent(group.quality.mean) : 'unscored',
        ),
        isChosen,
      ),
    ),
    h(
      'td',
      name('Against baseline', 'figure'),
      quality?.delta === undefined
        ? ''
        : [points(quality.delta), h('small', {}, `${points(quality.low)} to ${points(quality.high)}`)],
    ),
    h(
      'td',
      name('Verdict', ''),
      quality
        ? h('span', { class: `chip ${quality.verdict}` }, WORDS[quality.verdict] ?? quality.verdict)
        : isBaseline
          ? h('span', { class: 'chip' }, '\u25c7 baseline')
          : '',
    ),
    h('td', name('All trials pass', 'figure'), group.passHatK.length === 0 ? '' : `${Math.round(100 * group.passHatK.at(-1))}%`),
    h('td', name('p50', 'figure'), ofTime(group.latencyMs.p50), ratio('latencyMs')),
    h('td', name('p95', 'figure wide'), ofTime(group.latencyMs.p95)),
    h('td', name('Cost', 'figure'), usd(group.costUsdPer1kTasks), ratio('costUsd')),
    h(
      'td',
      name('Tokens', 'figure'),
      link(
        near(tokensATrial(group), (trial) => trial.tokens),
        count(tokensATrial(group)),
      ),
      ratio('tokens'),
    ),
    h('td', name('Parallelism', 'figure wide'), group.parallelism === null ? '' : `${group.parallelism.toFixed(1)}\u00d7`),
    h('td', name('Failed', 'figure'), link(failed, String(group.errors + group.limits))),
    h('td', name('Findings', 'figure'), kinds === 0 ? '0' : h('a', { href: '#findings' }, String(kinds))),
  );
}

function qualityCell(group, figure, isChosen) {
  if (!group.quality) return figure;
  const { mean, low, high } = group.quality;
  const at = (rate) => 2 + 116 * rate;
  return h(
    'div',
    { class: 'rate' },
    h('span', { class: 'figure' }, figure, h('small', {}, interval(group.quality))),
    svg(
      'svg',
      { viewBox: '0 0 120 12', width: 120, height: 12, 'aria-hidden': 'true' },
      svg('line', { x1: 2, x2: 118, y1: 6, y2: 6, class: 'track' }),
      svg('line', { x1: at(low), x2: at(high), y1: 6, y2: 6, class: `whisker${isChosen ? ' improved' : ''}` }),
      svg('circle', { cx: at(mean), cy: 6, r: 3.5, class: `dot${isChosen ? ' improved' : ''}` }),
    ),
  );
}

function told(data, scenario) {
  const names = (verdict) =>
    data
      .groupsOf(scenario)
      .map(cellOf)
      .filter((cell) => data.comparisonOf(scenario, cell, 'quality')?.verdict === verdict);
  const { baseline, samples, trials } = data.summaryOf(scenario);
  const say = (title, list) => (list.length === 0 ? [] : [h('b', {}, title), ` ${listOf(list)}. `]);
  return [
    ...say(`Better than ${baseline}:`, names('improved')),
    ...say('Worse:', names('regressed')),
    ...say(`Not told apart with ${samples} samples of ${trials}:`, names('inconclusive')),
  ];
}

function skipped(data, scenario) {
  const reasons = Map.groupBy(data.skippedOf(scenario), ({ notApplicable }) => notApplicable);
  if (reasons.size === 0) return null;
  return h(
    'p',
    { class: 'note' },
    [...reasons].map(([reason, groups]) => `${listOf(groups.map(cellOf))}: n/a (${reason}). `),
  );
}
