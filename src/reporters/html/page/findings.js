import { h, section, traceLink, trialName } from './dom.js';
import { count, plural, seconds, usd } from './format.js';

const RANK = { error: 0, warning: 1, info: 2 };
const MOST_EXAMPLES = 5;

/** Anti-patterns seen in the traces, each with what it wasted, what to do, and the trials that show it. */
export function findingsOf(data, scenario) {
  const own = data.run.findings.filter((one) => one.scenario === scenario);
  if (own.length === 0) return section('findings', 'Findings', 'No anti-pattern was seen in the traces of this scenario.');
  const groups = [...Map.groupBy(own, ({ kind, pattern, severity }) => `${severity}\n${kind}\n${pattern}`).values()].sort(
    (a, b) => (RANK[a[0].severity] ?? 3) - (RANK[b[0].severity] ?? 3) || b.length - a.length,
  );
  const errors = own.filter(({ severity }) => severity === 'error').length;
  return section(
    'findings',
    'Findings',
    `${plural(groups.length, 'kind')} of finding, ${plural(own.length, 'occurrence')}${errors > 0 ? `, ${errors} of them errors` : ''}.`,
    h(
      'ul',
      { class: 'findings' },
      groups.map((all) => card(data, all)),
    ),
  );
}

function card(data, all) {
  const [{ kind, severity, pattern, advice }] = all;
  const sum = (of) => all.reduce((total, one) => total + of(one), 0);
  const money = all.some(({ wastedUsd }) => wastedUsd === null)
    ? 'unpriced'
    : usd(
        sum(({ wastedUsd }) => wastedUsd),
        4,
      );
  const trials = all.flatMap((one) => {
    const trial = data.trials.find(
      (candidate) =>
        candidate.scenario === one.scenario &&
        candidate.sample === one.sample &&
        candidate.trial === one.trial &&
        (candidate.pattern === one.pattern || `${candidate.adapter}/${candidate.pattern}` === one.pattern),
    );
    return trial ? [{ trial, one }] : [];
  });
  return h(
    'li',
    { class: `card finding ${severity}` },
    h(
      'p',
      {},
      h('span', { class: `chip ${severity === 'info' ? '' : 'regressed'}` }, severity),
      ' ',
      h('b', {}, kind.replaceAll('-', ' ')),
      ` in ${pattern}, ${plural(all.length, 'time')}, agents ${[...new Set(all.map(({ agent }) => agent))].join(', ')}`,
    ),
    h('p', {}, advice),
    h(
      'p',
      { class: 'note' },
      `Wasted: ${count(sum(({ wastedTokens }) => wastedTokens))} tokens, ${money}, ${seconds(sum(({ wastedMs }) => wastedMs))}. Evidence: `,
      trials.slice(0, MOST_EXAMPLES).map(({ trial, one }, at) => [
        at > 0 ? ', ' : '',
        traceLink(trial, `${trial.sample}/${trial.trial}`, {
          title: `${trialName(trial)}: ${plural(one.spanIds.length, 'span')} ${one.spanIds.slice(0, 3).join(' ')}`,
        }),
      ]),
      trials.length > MOST_EXAMPLES ? ` and ${trials.length - MOST_EXAMPLES} more` : '',
    ),
  );
}
