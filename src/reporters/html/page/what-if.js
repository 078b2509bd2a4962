import { byName, h, section } from './dom.js';
import { change, count, usd } from './format.js';
import { cellOf, rowsOf } from './run-data.js';

/** The same run at other prices: what was said, and how many tokens it took, stays as it was recorded. */
export function whatIfOf(data, scenario) {
  const groups = data.groupsOf(scenario);
  const used = new Map(groups.map((group) => [cellOf(group), usageOf(data, scenario, group)]));
  const models = [...new Set([...used.values()].flatMap((usage) => [...usage.keys()]))].sort(byName);
  if (models.length === 0) return section('what-if', 'What if', 'The page was made without spans, or no model was called.');
  const prices = new Map();
  const results = h('tbody', {});
  const draw = () =>
    results.replaceChildren(
      ...groups.map((group) =>
        repricedLine(group, used.get(cellOf(group)), prices, data.trialsOf(scenario, cellOf(group)).length),
      ),
    );
  const field = (model, which) =>
    h('input', {
      type: 'number',
      min: '0',
      step: '0.01',
      placeholder: 'as recorded',
      'aria-label': `${model}, USD per million ${which} tokens`,
      oninput: (event) => {
        const own = prices.get(model) ?? {};
        own[which] = event.target.value === '' ? undefined : Math.max(0, Number(event.target.value));
        prices.set(model, own);
        draw();
      },
    });
  draw();
  const heads = (titles) =>
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        titles.map((title) => h('th', { scope: 'col' }, title)),
      ),
    );
  const priceOf = (model) =>
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, h('code', {}, model)),
      h('td', {}, field(model, 'input')),
      h('td', {}, field(model, 'output')),
    );
  return section(
    'what-if',
    'What if prices were others?',
    'As recorded until both prices of a model are entered. Content and token counts never change: another model would have answered otherwise.',
    h(
      'div',
      { class: 'card two' },
      h('table', {}, heads(['Model', 'input, USD / 1M', 'output, USD / 1M']), h('tbody', {}, models.map(priceOf))),
      h('table', {}, heads(['Pattern', 'recorded, USD / 1K', 'then', 'change', 'tokens priced anew']), results),
    ),
  );
}

/** Tokens and recorded cost of a group's calls, by model. */
function usageOf(data, scenario, group) {
  const usage = new Map();
  for (const trial of data.trialsOf(scenario, cellOf(group))) {
    for (const row of rowsOf(data, trial) ?? []) {
      if (row.role !== 'llm' || !row.tokens) continue;
      const own = usage.get(row.model) ?? { input: 0, output: 0, costUsd: 0 };
      own.input += row.tokens.input;
      own.output += row.tokens.output;
      own.costUsd = own.costUsd === null || row.costUsd === null ? null : own.costUsd + row.costUsd;
      usage.set(row.model, own);
    }
  }
  return usage;
}

function repricedLine(group, usage, prices, trials) {
  let total = 0;
  let anew = 0;
  for (const [model, { input, output, costUsd }] of usage) {
    const price = prices.get(model);
    const isNew = price?.input !== undefined && price?.output !== undefined;
    if (isNew) anew += input + output;
    const cost = isNew ? (input * price.input + output * price.output) / 1e6 : costUsd;
    total = total === null || cost === null ? null : total + cost;
  }
  const then = total === null ? null : (1000 * total) / Math.max(1, trials);
  const before = group.costUsdPer1kTasks;
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, cellOf(group)),
    h('td', { class: 'figure' }, usd(before)),
    h('td', { class: 'figure' }, usd(then)),
    h('td', { class: 'figure' }, then === null || !before ? '' : change(then / before)),
    h('td', { class: 'figure' }, count(anew)),
  );
}
