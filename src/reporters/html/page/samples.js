import { h, section, trialName } from './dom.js';
import { percent, plural } from './format.js';
import { cellOf } from './run-data.js';

const MOST_SAMPLES = 60;

/** Every pattern on every sample: how many of its trials passed. One tab stop; arrow keys move, Enter opens the trace. */
export function samplesOf(data, scenario) {
  const groups = data.groupsOf(scenario);
  const all = [...new Set(data.trials.filter((trial) => trial.scenario === scenario).map(({ sample }) => sample))];
  const samples = all.slice(0, MOST_SAMPLES);
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
  const table = h(
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
  const hard = samples.filter((_, column) => cells.every((line) => line[column].dataset.passed === '0'));
  const cut = all.length > samples.length ? ` The first ${samples.length} of ${all.length} samples are shown.` : '';
  return section(
    'samples',
    'Samples',
    `${hard.length === 0 ? 'Every sample is passed by some pattern.' : `${plural(hard.length, 'sample')} passed by no pattern: ${hard.join(', ')}.`}${cut}`,
    h('div', { class: 'card scroll' }, table),
    h(
      'p',
      { class: 'note' },
      'The digit is the number of trials that passed; all passed stays empty, and failures are loud. Arrow keys move, Enter opens a trace.',
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
