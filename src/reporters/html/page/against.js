import { h, section, traceLink } from './dom.js';
import { change, points } from './format.js';
import { cellOf } from './run-data.js';

/** Verdicts as people say them. */
export const VERDICTS = {
  improved: 'Better',
  regressed: 'Worse',
  inconclusive: 'Inconclusive',
  'no-material-change': 'No material change',
  incomparable: 'Incomparable',
};

/** What changed since an earlier run: first on the page, where there is one. */
export function againstOf(data) {
  const { against } = data;
  if (!against) return null;
  const changed = against.groups.filter(({ verdict, flips }) => verdict !== 'no-material-change' || flips.length > 0);
  const how =
    against.gate === 'exact'
      ? 'Both sides replay the same recordings: every change is the program\u2019s.'
      : 'Where recordings differ, statistics decide: paired t on sample means, Holm-corrected, beyond the tolerance.';
  return h(
    'div',
    { class: 'wrap' },
    section(
      'against',
      'What changed',
      [h('code', {}, against.before), ' \u2192 ', h('code', {}, against.after), `. ${how}`],
      against.differing.length > 0
        ? h(
            'ul',
            {},
            against.differing.map(({ field, before, after }) => h('li', {}, h('b', {}, field), `: ${before} \u2192 ${after}`)),
          )
        : null,
      changed.length === 0
        ? h('p', { class: 'note' }, `All ${against.groups.length} groups are as they were.`)
        : h(
            'div',
            { class: 'card scroll' },
            h(
              'table',
              { class: 'overview' },
              h(
                'thead',
                {},
                h(
                  'tr',
                  {},
                  ['Scenario', 'Pattern', 'Verdict', 'What changed', 'Flips'].map((title) => h('th', { scope: 'col' }, title)),
                ),
              ),
              h(
                'tbody',
                {},
                changed.map((group) => lineOfGroup(data, group)),
              ),
            ),
          ),
      [...against.notes].map((note) => h('p', { class: 'note' }, note)),
    ),
  );
}

function lineOfGroup(data, group) {
  const cell = cellOf(group);
  const moved = group.comparisons.filter(({ verdict }) => verdict === 'improved' || verdict === 'regressed');
  const figures = moved.map(({ metric, delta, ratio }) => `${metric} ${delta === undefined ? change(ratio) : points(delta)}`);
  const flips = group.flips.slice(0, 6).map(({ sample, before, after, lost, won }, at) => {
    const number = [...lost, ...won][0] ?? 0;
    const trial = data.trialsOf(group.scenario, cell).find((one) => one.sample === sample && one.trial === number);
    const text = `${sample} ${before} \u2192 ${after}`;
    return [at > 0 ? ', ' : '', trial ? traceLink(trial, text) : text];
  });
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, group.scenario),
    h('td', {}, cell),
    h('td', {}, h('span', { class: `chip ${group.verdict}` }, VERDICTS[group.verdict] ?? group.verdict)),
    h('td', {}, [...figures, ...group.reasons].join('; ')),
    h('td', {}, flips),
  );
}
