import { h, section, svg, traceLink } from './dom.js';
import { count, seconds, usd } from './format.js';
import { agentClass, agentsOf, cellOf } from './run-data.js';

const MEASURES = [
  { title: 'Tokens', unit: 'a trial', of: (totals) => totals.inputTokens + totals.outputTokens, show: count },
  {
    title: 'Cost',
    unit: 'USD per 1K tasks',
    of: (totals) => (totals.costUsd === null ? null : 1000 * totals.costUsd),
    show: (value) => usd(value),
  },
  { title: 'Time on the critical path', unit: 'a trial', of: (totals) => totals.criticalMs, show: seconds },
];

/** Which agent takes the tokens, the money and the time, pattern by pattern. */
export function agentsSection(data, scenario) {
  const agents = agentsOf(data, scenario);
  const groups = data.groupsOf(scenario);
  const charts = MEASURES.map((measure) => {
    const rows = groups.map((group) => ({ group, parts: shares(data.trialsOf(scenario, cellOf(group)), agents, measure) }));
    const most = Math.max(1e-12, ...rows.map(({ parts }) => parts.reduce((sum, { value }) => sum + value, 0)));
    return h(
      'div',
      { class: 'bars' },
      h('h3', {}, measure.title, h('small', {}, ` ${measure.unit}`)),
      rows.map((row) => barOf(data, scenario, { ...row, most, measure, agents })),
    );
  });
  return section(
    'agents',
    'Agents',
    'Means over the trials of a pattern; a bar leads to the trial that took most.',
    h(
      'p',
      { class: 'legend' },
      agents.map((name) => h('span', {}, swatch(agentClass(agents, name)), name)),
    ),
    h('div', { class: 'card three' }, charts),
  );
}

export function swatch(className) {
  return svg(
    'svg',
    { width: 10, height: 10, viewBox: '0 0 10 10', 'aria-hidden': 'true' },
    svg('rect', { width: 10, height: 10, rx: 2, class: className }),
  );
}

function shares(trials, agents, { of }) {
  return agents.flatMap((name) => {
    const values = trials.flatMap((trial) => (trial.agents[name] ? [of(trial.agents[name])] : []));
    // One unpriced trial makes a cost unknown, which is not nothing.
    const sum = values.includes(null) ? null : values.reduce((total, value) => total + value, 0);
    return sum === null || sum === 0 ? [] : [{ name, value: sum / trials.length }];
  });
}

function barOf(data, scenario, { group, parts, most, measure, agents }) {
  const total = parts.reduce((sum, { value }) => sum + value, 0);
  const x = d3.scaleLinear([0, most], [0, 240]);
  let at = 0;
  const top = data.trialsOf(scenario, cellOf(group)).toSorted((a, b) => b.tokens - a.tokens)[0];
  const drawn = svg(
    'svg',
    {
      viewBox: '0 0 240 14',
      class: 'bar',
      preserveAspectRatio: 'none',
      role: 'img',
      'aria-label': `${cellOf(group)}: ${parts.map(({ name, value }) => `${name} ${measure.show(value)}`).join(', ')}`,
    },
    parts.map(({ name, value }) => {
      const rect = svg(
        'rect',
        { x: x(at), y: 1, width: Math.max(0.5, x(value) - 0.5), height: 12, class: agentClass(agents, name) },
        svg('title', {}, `${name}: ${measure.show(value)}`),
      );
      at += value;
      return rect;
    }),
  );
  return h(
    'div',
    { class: 'bar-row' },
    h('span', {}, cellOf(group)),
    drawn,
    h('span', { class: 'figure' }, top ? traceLink(top, measure.show(total)) : measure.show(total)),
  );
}
