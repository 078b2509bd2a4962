import { byName, h, section, trialName } from './dom.js';
import { percent, plural } from './format.js';
import { cellOf } from './run-data.js';

const MOST_SAMPLES = 60;

/** Every pattern on every sample: how many of its trials passed. One tab stop; arrow keys move, Enter opens the trace. */
export function samplesOf(data, scenario) {
  const groups = data.groupsOf(scenario);
  const all = hardestFirst(data, scenario);
  const box = h('div', { class: 'card scroll' });
  const draw = (chosen) => box.replaceChildren(grid(data, scenario, { groups, samples: chosen.slice(0, MOST_SAMPLES) }));
  draw(all);
  const unpassed = all.filter((sample) =>
    data.trials.every((trial) => trial.scenario !== scenario || trial.sample !== sample || !hasPassed(trial)),
  );
  const cut = all.length > MOST_SAMPLES ? ` At most ${MOST_SAMPLES} of ${all.length} samples are shown.` : '';
  return section(
    'samples',
    'Samples',
    `Hardest first. ${unpassed.length === 0 ? 'Every sample is passed by some pattern.' : `${plural(unpassed.length, 'sample')} passed by no pattern: ${unpassed.join(', ')}.`}${cut}`,
    filters(data, scenario, { groups, all, draw }),
    box,
    h(
      'p',
      { class: 'note' },
      'The digit is the number of trials that passed; all passed stays empty, and failures are loud. Arrow keys move, Enter opens a trace.',
    ),
  );
}

function hasPassed({ passed, outcome }) {
  return passed === true && outcome.status === 'completed';
}

/** The samples of a scenario, those with the fewest passed trials first. */
function hardestFirst(data, scenario) {
  const passes = new Map();
  for (const trial of data.trials)
    if (trial.scenario === scenario) passes.set(trial.sample, (passes.get(trial.sample) ?? 0) + (hasPassed(trial) ? 1 : 0));
  return [...passes].sort((a, b) => a[1] - b[1] || byName(a[0], b[0])).map(([sample]) => sample);
}

/** All samples, those on which patterns differ, those that the recommended pattern fails. */
function filters(data, scenario, { groups, all, draw }) {
  const shareOf = (group, sample) => {
    const trials = data.trialsOf(scenario, cellOf(group)).filter((trial) => trial.sample === sample);
    return trials.length === 0 ? null : trials.filter(hasPassed).length / trials.length;
  };
  const chosen = groups.find((group) => cellOf(group) === data.recommendationOf(scenario)?.pattern);
  const kinds = [
    ['All', all],
    ['Patterns differ', all.filter((sample) => new Set(groups.map((group) => shareOf(group, sample))).size > 1)],
    ...(chosen ? [[`${cellOf(chosen)} fails`, all.filter((sample) => shareOf(chosen, sample) !== 1)]] : []),
  ];
  const buttons = kinds.map(([title, samples], at) =>
    h(
      'button',
      { type: 'button', class: 'button', 'aria-pressed': String(at === 0), onclick: () => choose(at) },
      `${title} ${samples.length}`,
    ),
  );
  const choose = (at) => {
    for (const [other, button] of buttons.entries()) button.setAttribute('aria-pressed', String(other === at));
    draw(kinds[at][1]);
  };
  return h('div', { class: 'menus', role: 'group', 'aria-label': 'Which samples' }, buttons);
}

function grid(data, scenario, { groups, samples }) {
  if (samples.length === 0) return h('p', { class: 'note empty' }, 'There is no such sample.');
  const cells = groups.map((group) => samples.map((sample) => cellFor(data, scenario, group, sample)));
  if (cells[0]?.[0]) cells[0][0].tabIndex = 0;
  const move = (event) => {
    const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
    const row = cells.findIndex((line) => line.includes(document.activeElement));
    if (!step || row < 0) return;
    event.preventDefault();
    const column = cells[row].indexOf(document.activeElement);
    const target =
      cells[Math.min(cells.length - 1, Math.max(0, row + step[0]))]?.[
        Math.min(samples.length - 1, Math.max(0, column + step[1]))
      ];
    if (!target) return;
    document.activeElement.tabIndex = -1;
    target.tabIndex = 0;
    target.focus();
  };
  return h(
    'table',
    {
      class: 'heat',
      role: 'grid',
      'aria-label': `Passed trials of each sample under each pattern of ${scenario}`,
      onkeydown: move,
    },
    h(
      'thead',
      {},
      h(
        'tr',
        { role: 'row' },
        h('th', { scope: 'col' }, h('span', { class: 'hidden' }, 'pattern')),
        samples.map((sample) => h('th', { scope: 'col', class: 'sample' }, sample)),
      ),
    ),
    h(
      'tbody',
      {},
      groups.map((group, row) =>
        h(
          'tr',
          { role: 'row' },
          h('th', { scope: 'row' }, cellOf(group)),
          cells[row].map((cell) => h('td', { role: 'gridcell' }, cell)),
        ),
      ),
    ),
  );
}

function cellFor(data, scenario, group, sample) {
  const trials = data.trialsOf(scenario, cellOf(group)).filter((trial) => trial.sample === sample);
  const passed = trials.filter((trial) => trial.passed === true && trial.outcome.status === 'completed').length;
  const scored = trials.filter(({ score }) => score !== null);
  const mean = scored.length === 0 ? null : scored.reduce((sum, { score }) => sum + score, 0) / scored.length;
  const share = trials.length === 0 ? null : passed / trials.length;
  const level =
    share === null || mean === null ? 'none' : share === 1 ? 'all' : share === 0 ? 'no' : share >= 0.5 ? 'most' : 'few';
  const worst = trials.toSorted((a, b) => (a.score ?? -1) - (b.score ?? -1))[0];
  const told = `${cellOf(group)}, ${sample}: ${trials.length === 0 ? 'not run' : mean === null ? 'unscored' : `${passed} of ${trials.length} passed, mean score ${percent(mean)}%`}`;
  return h(
    'a',
    {
      class: `heat-cell ${level}`,
      tabindex: '-1',
      'data-passed': String(passed),
      title: told,
      'aria-label': told,
      href: worst ? `#trace=${encodeURIComponent(trialName(worst))}` : '#samples',
    },
    level === 'all' ? '' : level === 'none' ? '?' : String(passed),
  );
}
