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
  const totals = (data.run.findingTotals ?? []).filter((one) => one.scenario === scenario);
  const all = totals.length > 0 ? totals.reduce((sum, { findings }) => sum + findings, 0) : own.length;
  return section(
    'findings',
    'Findings',
    `${plural(all, 'finding')}. Shown are the heaviest of each kind and pattern; a link opens the trial with its evidence marked. \`lint\` lists them all.`,
    h(
      'ul',
      { class: 'findings' },
      groups.map((shown) => card(data, shown)),
    ),
  );
}

function card(data, all) {
  const [{ kind, severity, scenario, pattern, advice }] = all;
  const total = (data.run.findingTotals ?? []).find(
    (one) => one.scenario === scenario && one.pattern === pattern && one.kind === kind,
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
      ` in ${pattern}, ${plural(total?.findings ?? all.length, 'time')}, agents ${[...new Set(all.map(({ agent }) => agent))].join(', ')}`,
    ),
    h('p', {}, advice),
    h(
      'p',
      { class: 'note' },
      wastedIn(all),
      'Evidence: ',
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

/** What would not have been spent; silent where nothing is known to be wasted. */
function wastedIn(all) {
  const sum = (of) => all.reduce((so, one) => so + of(one), 0);
  const [tokens, ms] = [sum(({ wastedTokens }) => wastedTokens), sum(({ wastedMs }) => wastedMs)];
  const money = all.some(({ wastedUsd }) => wastedUsd === null) ? null : sum(({ wastedUsd }) => wastedUsd);
  const parts = [
    ...(tokens > 0 ? [`${count(tokens)} tokens`] : []),
    ...(tokens > 0 || (money ?? 0) > 0 ? [usd(money, 4)] : []),
    ...(ms > 0 ? [seconds(ms)] : []),
  ];
  return parts.length === 0 ? '' : `Wasted in these: ${parts.join(', ')}. `;
}
