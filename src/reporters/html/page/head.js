import { VERDICTS } from './against.js';
import { h, traceLink } from './dom.js';
import { count, duration, listOf, plural, usd } from './format.js';

/** The answer of the whole run, where its answers came from, and what it was. */
export function headOf(data) {
  return h('header', { class: 'wrap' }, topLine(data), verdict(data), provenance(data), facts(data), fingerprint(data));
}

function topLine({ run }) {
  const next = { auto: 'light', light: 'dark', dark: 'auto' };
  const button = h('button', { type: 'button', class: 'button', onclick: () => show(next[button.dataset.theme]) });
  const show = (theme) => {
    button.dataset.theme = theme;
    button.textContent = `Theme: ${theme}`;
    if (theme === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  };
  show('auto');
  return h(
    'div',
    { class: 'top' },
    h('span', { class: 'brand' }, 'patternbench'),
    h('span', { class: 'run' }, 'run ', h('code', {}, run.runId)),
    button,
  );
}

function verdict(data) {
  return data.against ? [changed(data.against), h('p', { class: 'sub' }, chosen(data))] : h('h1', {}, chosen(data));
}

/** What a change did, where there is an earlier run: before anything else. */
function changed({ verdict: told, groups, before, baseline, accepted }) {
  const share = groups.filter((group) => group.verdict === told).length;
  const ofHow = groups.length === 0 ? '' : `: ${share} of ${plural(groups.length, 'group')}`;
  const word = h('span', { class: told === 'regressed' ? 'worse' : 'pick' }, VERDICTS[told] ?? told);
  return h('h1', {}, word, ` against ${baseline ? `baseline ${baseline}` : before}${ofHow}${accepted ? ', and accepted' : ''}.`);
}

function chosen({ run }) {
  const picks = Map.groupBy(run.recommendations ?? [], ({ pattern }) => pattern);
  if (picks.size === 0) return 'This run scored nothing to choose by.';
  const parts = [...picks].flatMap(([pattern, all], at) => [
    at === 0 ? 'Use ' : '; ',
    h('span', { class: 'pick' }, pattern),
    ` for ${listOf(all.map(({ scenario }) => scenario))}`,
  ]);
  return [parts, '.'];
}

function provenance({ run: { provenance: from, complete } }) {
  const told =
    from.simulated > 0
      ? ['Simulated.', 'Answers come from a simulated model. They compare patterns; they do not measure a real model.']
      : from.imported > 0
        ? ['Imported.', 'Some answers were imported or edited; they are only as good as their source.']
        : from.recorded > 0
          ? ['Recorded.', 'Answers come from a real endpoint, as it was when they were recorded.']
          : ['No calls.', 'No model was called; this run measures nothing of a model.'];
  return h(
    'div',
    { class: `provenance${from.simulated > 0 || from.imported > 0 || !complete ? ' warn' : ''}`, role: 'note' },
    h(
      'p',
      {},
      h('b', {}, told[0]),
      ` ${told[1]}`,
      complete ? null : ' Incomplete: some trials failed for reasons outside the patterns.',
    ),
    h(
      'p',
      { class: 'counts' },
      `${count(from.simulated)} simulated \u00b7 ${count(from.recorded)} recorded \u00b7 ${count(from.imported)} imported`,
    ),
  );
}

function facts({ run, trials }) {
  const groups = run.groups.filter((group) => group.trials > 0);
  const failed = trials.filter(({ outcome }) => outcome.status !== 'completed');
  const priced = trials.filter(({ costUsd }) => costUsd !== null);
  const total = priced.reduce((sum, { costUsd }) => sum + costUsd, 0);
  const calls = trials.reduce((sum, { llmCalls }) => sum + llmCalls, 0);
  const fact = (name, value, more) => h('div', {}, h('dt', {}, name), h('dd', {}, value, h('small', {}, more)));
  return h(
    'dl',
    { class: 'facts' },
    fact(
      'Trials',
      count(trials.length),
      `${plural(run.scenarios.length, 'scenario')}, ${plural(new Set(groups.map(({ pattern }) => pattern)).size, 'pattern')}`,
    ),
    fact(
      'Not completed',
      failed[0] ? traceLink(failed[0], count(failed.length)) : '0',
      failed.length === 0 ? 'every trial ended by itself' : 'errors and limits; all count as failures',
    ),
    fact(
      'Agent time',
      duration(trials.reduce((sum, { latencyMs }) => sum + latencyMs, 0)),
      run.clock === 'virtual' ? 'replayed on the virtual clock' : 'real time',
    ),
    fact('Model calls', count(calls), `${count(trials.reduce((sum, { tokens }) => sum + tokens, 0))} tokens`),
    fact(
      'Cost as recorded',
      priced.length === 0 ? 'unpriced' : usd(total),
      `${Math.round((100 * priced.length) / Math.max(1, trials.length))}% of trials priced`,
    ),
  );
}

function fingerprint({ run }) {
  const pair = (name, value) => h('span', {}, `${name} `, h('code', {}, String(value)));
  return h(
    'p',
    { class: 'fingerprint' },
    pair('test', run.fingerprint.test),
    pair('treatment', run.fingerprint.treatment),
    pair('fixtures', run.fingerprint.fixtures),
    pair('prices', run.priceTable),
    pair('seed', run.seed),
    pair('mode', `${run.mode}, ${run.clock}`),
    pair('made by', run.tool),
  );
}
