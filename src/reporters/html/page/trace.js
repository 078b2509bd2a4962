import { swatch } from './agents.js';
import { h, section, svg, trialName } from './dom.js';
import { count, percent, seconds, usd } from './format.js';
import { agentClass, agentsOf, cellOf, rowsOf } from './run-data.js';

const MOST_ROWS = 400;

/** One trial: what it answered, how it was judged, and what ran when, with what it waited for marked. */
export function traceOf(data, scenario, state) {
  const trial =
    data.byName.get(state.trial) ?? firstToShow(data, scenario) ?? data.trials.find((one) => one.scenario === scenario);
  if (!trial) return section('trace', 'Trace', 'This scenario has no trials.');
  const rows = rowsOf(data, trial);
  const evidence = new Map(trial.evidence ?? []);
  for (const row of rows ?? []) row.isEvidence = evidence.has(row.index);
  const agents = agentsOf(data, scenario);
  const total = Math.max(1, trial.latencyMs * 1000);
  return section(
    'trace',
    'Trace',
    [
      h('code', {}, trialName(trial)),
      ' ',
      verdictOf(trial),
      ` ${seconds(trial.latencyMs)}, ${count(trial.llmCalls)} model calls, ${count(trial.tokens)} tokens, ${usd(trial.costUsd, 4)}.`,
    ],
    chooser(data, scenario, trial),
    h(
      'div',
      { class: 'card trace' },
      rows ? waterfall(rows, { agents, total }) : h('p', { class: 'note' }, 'The page was made without spans.'),
      pathOf(trial, agents),
    ),
    h('div', { class: 'card told' }, judged(trial), said(trial)),
    h(
      'p',
      { class: 'note' },
      'Trace id ',
      h('code', {}, trial.traceId),
      '. Line and dot: on the critical path; pale: it had time to spare. Solid: model; outlined: tool; hatched: waiting; diamond: no time.',
    ),
  );
}

/** A failure of the recommended pattern: what a reader wants to understand first. */
function firstToShow(data, scenario) {
  const chosen = data.recommendationOf(scenario)?.pattern;
  return data.trials.find((one) => one.scenario === scenario && cellOf(one) === chosen && one.passed === false);
}

function verdictOf({ outcome, passed }) {
  const word =
    outcome.status !== 'completed'
      ? `${outcome.status}${outcome.code ? `: ${outcome.code}` : ''}`
      : passed === null
        ? 'unscored'
        : passed
          ? 'passed'
          : 'not passed';
  return h('span', { class: `chip ${passed && outcome.status === 'completed' ? 'improved' : 'regressed'}` }, word);
}

/** Menus of what else there is: pattern, sample, trial. */
function chooser(data, scenario, trial) {
  const own = data.trials.filter((one) => one.scenario === scenario);
  const open = (change) => {
    const wanted = { cell: cellOf(trial), sample: trial.sample, trial: trial.trial, ...change };
    const fits = (one) => cellOf(one) === wanted.cell && one.sample === wanted.sample;
    const next = own.find((one) => fits(one) && one.trial === wanted.trial) ?? own.find(fits);
    if (next) location.hash = `#trace=${encodeURIComponent(trialName(next))}`;
  };
  const menu = (title, values, now, change) =>
    h(
      'label',
      {},
      `${title} `,
      h(
        'select',
        { onchange: (event) => open(change(event.target.value)) },
        values.map((value) => h('option', { value: String(value), selected: value === now }, String(value))),
      ),
    );
  const numbers = own.filter((one) => cellOf(one) === cellOf(trial) && one.sample === trial.sample).map((one) => one.trial);
  return h(
    'p',
    { class: 'menus' },
    menu('Pattern', [...new Set(own.map(cellOf))], cellOf(trial), (cell) => ({ cell })),
    menu('Sample', [...new Set(own.map(({ sample }) => sample))], trial.sample, (sample) => ({ sample })),
    menu('Trial', numbers, trial.trial, (number) => ({ trial: Number(number) })),
  );
}

function waterfall(rows, { agents, total }) {
  const shown = rows.slice(0, MOST_ROWS);
  const x = d3.scaleLinear([0, total], [0, 100]);
  const list = h(
    'ol',
    { class: 'waterfall' },
    h(
      'li',
      { class: 'scale', 'aria-hidden': 'true' },
      h('span', {}),
      scaleOf(total),
      h('span', { class: 'figure' }, 'time'),
      h('span', { class: 'figure' }, 'tokens'),
    ),
    shown.map((row) => lineOf(row, { x, agents })),
  );
  return [
    list,
    rows.length > shown.length
      ? h('p', { class: 'note' }, `${rows.length - shown.length} more spans; \`trace show\` has all.`)
      : null,
  ];
}

function scaleOf(total) {
  const x = d3.scaleLinear([0, total / 1e6], [0, 100]);
  return h(
    'span',
    { class: 'ticks' },
    x.ticks(4).map((tick) => {
      const mark = h('span', {}, `${Number(tick.toFixed(2))} s`);
      mark.style.setProperty('left', `${x(tick)}%`);
      return mark;
    }),
  );
}

function lineOf(row, { x, agents }) {
  const width = Math.max(0.4, x(row.durationUs));
  const own = `${row.role === 'llm' ? 'solid' : row.role === 'tool' ? 'outlined' : row.role === 'backoff' || row.role === 'wait' ? 'waiting' : 'container'} ${agentClass(agents, row.agent)}`;
  const faded = row.critical || row.role === 'workflow' || row.role === 'agent' ? '' : ' slack';
  const bar =
    row.durationUs === 0
      ? svg('path', { d: `M${x(row.startUs)},2 l0.8,5 l-0.8,5 l-0.8,-5z`, class: `point ${agentClass(agents, row.agent)}` })
      : svg('rect', {
          x: x(row.startUs),
          y: row.role === 'workflow' || row.role === 'agent' ? 5 : 2,
          width,
          height: row.role === 'workflow' || row.role === 'agent' ? 4 : 10,
          class: `${own}${faded}${row.error ? ' failed' : ''}`,
        });
  const tokens = row.tokens ? row.tokens.input + row.tokens.output : null;
  const label = h(
    'span',
    { class: 'name' },
    row.critical ? h('span', { class: 'critical', title: 'on the critical path' }, '\u25cf ') : null,
    row.label,
    row.error ? h('b', { class: 'worse' }, ` ${row.error}`) : null,
  );
  label.style.setProperty('--depth', String(Math.min(row.depth, 6)));
  return h(
    'li',
    {
      class: `row${row.critical ? ' is-critical' : ''}${row.isEvidence ? ' is-evidence' : ''}`,
      'data-row': String(row.index),
      title: [row.agent, row.model, row.costUsd === null ? '' : usd(row.costUsd, 5)].filter(Boolean).join(', '),
    },
    label,
    svg(
      'svg',
      { viewBox: '0 0 100 14', class: 'bar', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
      bar,
      row.critical
        ? svg('line', { x1: x(row.startUs), x2: x(row.startUs) + width, y1: 13.4, y2: 13.4, class: 'critical-line' })
        : null,
    ),
    h('span', { class: 'figure' }, row.durationUs === 0 ? '' : seconds(row.durationUs / 1000)),
    h('span', { class: 'figure' }, tokens === null ? '' : count(tokens)),
  );
}

/** Where the time of the trial went, in parts that sum exactly to it. */
function pathOf(trial, agents) {
  const parts = new Map();
  for (const { agent, kind, ms } of trial.criticalPath) {
    const key = kind === 'orchestrator' ? 'orchestration' : `${agent} ${kind}`;
    parts.set(key, { agent, ms: (parts.get(key)?.ms ?? 0) + ms });
  }
  const sorted = [...parts].sort((a, b) => b[1].ms - a[1].ms);
  return h(
    'div',
    { class: 'path' },
    h('h3', {}, `Critical path ${seconds(trial.latencyMs)}`),
    h(
      'ul',
      {},
      sorted.map(([name, { agent, ms }]) =>
        h(
          'li',
          {},
          swatch(agentClass(agents, agent)),
          h('span', {}, name),
          h('span', { class: 'figure' }, seconds(ms)),
          h('span', { class: 'figure' }, `${Math.round((100 * ms) / Math.max(1e-9, trial.latencyMs))}%`),
        ),
      ),
    ),
  );
}

function judged({ scores, why, findings, outcome }) {
  const rows = Object.entries(scores).map(([name, score]) =>
    h('li', {}, h('b', {}, `${name} ${score === null ? 'unscored' : `${percent(score)}%`}`), why[name] ? ` ${why[name]}` : ''),
  );
  return h(
    'div',
    {},
    h('h3', {}, 'Scores'),
    outcome.message ? h('p', { class: 'worse' }, outcome.message) : null,
    h('ul', {}, rows.length === 0 ? h('li', {}, 'none') : rows),
    findings.length > 0 ? h('p', { class: 'note' }, `Findings: ${[...new Set(findings)].join(', ')}`) : null,
  );
}

function said({ output }) {
  return h(
    'div',
    {},
    h('h3', {}, 'Final output'),
    output === null ? h('p', { class: 'note' }, 'There is none.') : h('pre', { tabindex: '0' }, output),
  );
}
