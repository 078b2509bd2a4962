import { h, section, svg } from './dom.js';
import { change, pInWords, points, seconds, usd } from './format.js';
import { cellOf } from './run-data.js';

/** Which pattern, why, how sure, and what it costs over one agent. */
export function answerOf(data, scenario) {
  const advice = data.recommendationOf(scenario);
  const summary = data.summaryOf(scenario);
  if (!advice) return section('answer', 'Answer', 'Nothing is scored in this scenario, so nothing is recommended.');
  const group = data.groupsOf(scenario).find((one) => cellOf(one) === advice.pattern);
  const baseline = data.groupsOf(scenario).find((one) => cellOf(one) === summary.baseline);
  return section(
    'answer',
    'Answer',
    null,
    h(
      'div',
      { class: 'card answer' },
      h(
        'div',
        { class: 'choice' },
        h('p', { class: 'small' }, 'For ', h('code', {}, scenario)),
        h('p', { class: 'chosen' }, advice.pattern),
        h('p', { class: 'muted' }, firstSentence(summary.description)),
        guideOf(data, scenario),
      ),
      h(
        'div',
        {},
        h('h3', {}, 'Why'),
        h('p', {}, advice.sentence),
        advice.evidence.map((sentence) => h('p', { class: 'small' }, sentence)),
      ),
      h(
        'div',
        {},
        h('h3', {}, 'How sure'),
        h('p', { class: 'small' }, advice.sure),
        forest(data, scenario, advice),
        frontsOf(data, scenario),
      ),
      h(
        'div',
        {},
        h('h3', {}, `What it costs over ${summary.baseline}`),
        costs(group, baseline),
        group === baseline
          ? null
          : h(
              'p',
              { class: 'note' },
              'Change of the totals, as on an invoice; Why gives the mean of the paired ratios with its interval.',
            ),
      ),
      insteadOf(data, scenario, { advice, group }),
    ),
    summary.sensitivity ? h('p', { class: 'note' }, `Sensitivity: ${summary.sensitivity}.`) : null,
  );
}

/** Descriptions say how a scenario was made; what it is comes first. */
function firstSentence(text) {
  return /^[^.:]+[.:]?/.exec(text)?.[0].replace(/:$/, '.') ?? '';
}

/** What the decision guide picks for the scenario's labels, beside what the data says. */
function guideOf(data, scenario) {
  const sentences = data.guidance.find((one) => one.scenario === scenario)?.guide ?? [];
  return sentences.map((sentence) => h('p', { class: 'guide' }, sentence));
}

function frontsOf(data, scenario) {
  const sentences = data.guidance.find((one) => one.scenario === scenario)?.fronts ?? [];
  return sentences.map((sentence) => h('p', { class: 'small' }, sentence));
}

/** What else is in the best set, and what choosing it would change. */
function insteadOf(data, scenario, { advice, group }) {
  const others = data.groupsOf(scenario).filter((one) => one !== group && advice.bestSet.includes(cellOf(one)));
  if (!group?.quality || others.length === 0) return null;
  const told = others.map((one) => {
    const cost =
      group.costUsdPer1kTasks && one.costUsdPer1kTasks !== null
        ? `cost ${change(one.costUsdPer1kTasks / group.costUsdPer1kTasks)}, `
        : '';
    const time = group.latencyMs.p50 > 0 ? `p50 ${change(one.latencyMs.p50 / group.latencyMs.p50)}` : '';
    return h(
      'span',
      {},
      h('b', {}, cellOf(one)),
      ` at quality ${points(one.quality.mean - group.quality.mean)} points, ${cost}${time}`,
    );
  });
  return h('div', { class: 'instead' }, h('span', {}, 'Choose instead'), told);
}

/** The difference of quality to the baseline, pattern by pattern, with its interval. */
function forest(data, scenario, advice) {
  const rows = data.groupsOf(scenario).flatMap((group) => {
    const one = data.comparisonOf(scenario, cellOf(group), 'quality');
    return one?.delta === undefined ? [] : [{ name: cellOf(group), ...one }];
  });
  if (rows.length === 0) return null;
  const width = 180;
  const x = d3.scaleLinear(
    [Math.min(0, ...rows.map(({ low }) => low)), Math.max(0, ...rows.map(({ high }) => high))],
    [4, width - 4],
  );
  const told = rows
    .map(({ name, delta, low, high }) => `${name} ${points(delta)} points, ${points(low)} to ${points(high)}`)
    .join('; ');
  return h(
    'div',
    { class: 'forest', role: 'img', 'aria-label': `Difference to the baseline with its 95% interval: ${told}` },
    rows.map((row) => [
      h('span', { class: row.name === advice.pattern ? 'strong' : '' }, row.name),
      svg(
        'svg',
        { viewBox: `0 0 ${width} 16`, width, height: 16, 'aria-hidden': 'true' },
        svg('line', { x1: x(0), x2: x(0), y1: 0, y2: 16, class: 'zero' }),
        svg('line', { x1: x(row.low), x2: x(row.high), y1: 8, y2: 8, class: `whisker ${row.verdict}` }),
        svg('circle', { cx: x(row.delta), cy: 8, r: 3.5, class: `dot ${row.verdict}` }),
      ),
      h('span', { class: 'figure', title: pInWords(row.p) }, points(row.delta)),
    ]),
  );
}

function costs(group, baseline) {
  if (!group || !baseline || group === baseline)
    return h('p', { class: 'small' }, 'It is the baseline: another pattern would have to earn its cost.');
  const tokens = (one) => (one.inputTokens + one.outputTokens) / one.trials;
  const rows = [
    ['USD per 1K tasks', group.costUsdPer1kTasks, baseline.costUsdPer1kTasks, (value) => usd(value)],
    ['USD per success', group.costUsdPerSuccess, baseline.costUsdPerSuccess, (value) => usd(value, 4)],
    ['p50 latency', group.latencyMs.p50, baseline.latencyMs.p50, seconds],
    ['p95 latency', group.latencyMs.p95, baseline.latencyMs.p95, seconds],
    ['tokens a trial', tokens(group), tokens(baseline), (value) => Math.round(value).toLocaleString('en-US')],
  ];
  const ratio = (a, b) => (a === null || b === null || b === 0 ? null : a / b);
  return h(
    'table',
    { class: 'costs' },
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        h('th', { scope: 'col' }, h('span', { class: 'hidden' }, 'figure')),
        h('th', { scope: 'col' }, cellOf(group)),
        h('th', { scope: 'col' }, cellOf(baseline)),
        h('th', { scope: 'col' }, 'change'),
      ),
    ),
    h(
      'tbody',
      {},
      rows.map(([name, mine, theirs, show]) => {
        const by = ratio(mine, theirs);
        return h(
          'tr',
          {},
          h('th', { scope: 'row' }, name),
          h('td', {}, show(mine)),
          h('td', {}, show(theirs)),
          h('td', { class: by === null ? '' : by > 1.005 ? 'worse' : by < 0.995 ? 'better' : '' }, change(by)),
        );
      }),
    ),
  );
}
