import type { Architecture } from '../../bench/architectures.ts';
import { originOf } from '../../reporters/text/origin.ts';
import type { RunRecord } from '../../schema/run-record.ts';
import { columns } from './columns.ts';
import { wrapped } from './wrap.ts';

/** From these widths on there is room for more. */
const [USUAL, WIDE] = [70, 100];

interface Column {
  readonly head: string;
  readonly cell: (row: Architecture) => string;
  /** What the heading means. */
  readonly legend?: string;
  /** The narrowest terminal that it is shown on. */
  readonly from?: number;
}

const percent = (share: number | null): string => (share === null ? '-' : `${share >= 0 ? '+' : ''}${(100 * share).toFixed(0)}%`);

const COLUMNS: readonly Column[] = [
  { head: 'pattern', cell: ({ pattern }) => pattern },
  {
    head: 'setup',
    cell: ({ setup }) => (setup.options === 0 ? 'roster' : `${setup.options} opt.`),
    legend: 'setup: options that there are beyond the roster, which does for every pattern.',
    from: USUAL,
  },
  {
    head: 'quality',
    cell: ({ quality }) => (quality === null ? '-' : `${(100 * quality).toFixed(1)}%`),
    legend: 'quality: mean score; how sure it is stands in the report.',
  },
  {
    head: '$/1K',
    cell: ({ costUsdPer1kTasks: cost }) => (cost === null ? 'unpriced' : cost.toFixed(2)),
    legend: '$/1K: USD per 1,000 tasks.',
  },
  {
    head: 'p50',
    cell: ({ medianLatencyMs }) => `${(medianLatencyMs / 1000).toFixed(1)} s`,
    legend: 'p50: median time of a task.',
  },
  { head: 'tokens', cell: ({ tokenOverhead }) => percent(tokenOverhead), legend: 'tokens: over the baseline.', from: USUAL },
  {
    head: 'turns',
    cell: ({ turnOverhead }) => percent(turnOverhead),
    legend: 'turns: model calls over the baseline.',
    from: WIDE,
  },
  {
    head: 'msgs',
    cell: ({ messagesPerTurn }) => (messagesPerTurn === null ? '-' : messagesPerTurn.toFixed(2)),
    legend: 'msgs: answers of one agent that made a call of another start, per model call.',
    from: WIDE,
  },
  {
    head: 'alike',
    cell: ({ consistency }) => (consistency === null ? '-' : consistency.toFixed(2)),
    legend: 'alike: how far trials of a sample agree, 1 = always, 0 = as a fair coin.',
    from: WIDE,
  },
  { head: 'best for', cell: ({ bestFor }) => bestFor },
];

/** The architectures of each scenario side by side: what each is for, what it takes, what it cost over the baseline. */
export function architectureTable(run: RunRecord, rows: readonly Architecture[], width: number): string {
  const shown = COLUMNS.filter(({ from = 0 }) => width >= from);
  const scenarios = [...new Set(rows.map(({ scenario }) => scenario))];
  const tables = scenarios.flatMap((scenario) => {
    const own = rows.filter((row) => row.scenario === scenario);
    const table = [shown.map(({ head }) => head), ...own.map((row) => shown.map(({ cell }) => cell(row)))];
    const { baseline = '' } = run.scenarios.find(({ name }) => name === scenario) ?? {};
    return [
      ...wrapped(`${scenario}, baseline ${baseline}`, width, 0),
      ...columns(table, width),
      ...failures(own, width),
      ...shared(own, width),
      '',
    ];
  });
  const legend = shown.flatMap((column) => column.legend ?? []).join(' ');
  return [...wrapped(originOf(run), width, 0), '', ...tables, ...wrapped(legend, width, 0)].join('\n');
}

function failures(rows: readonly Architecture[], width: number): string[] {
  const parts = rows.flatMap(({ pattern, finished }) => (finished < 1 ? `${pattern} ${(100 * finished).toFixed(0)}%` : []));
  return parts.length === 0 ? [] : wrapped(`Finished by themselves: ${parts.join(', ')}; all others 100%.`, width, 0);
}

/** Known only where messages were captured. */
function shared(rows: readonly Architecture[], width: number): string[] {
  const parts = rows.flatMap(({ pattern, resent, redundancy }) =>
    resent === null
      ? []
      : `${pattern} ${(100 * resent).toFixed(0)}%${redundancy === null ? '' : `, answers alike by ${(100 * redundancy).toFixed(0)}%`}`,
  );
  return parts.length === 0 ? [] : wrapped(`Of prompts another agent was sent before: ${parts.join('; ')}.`, width, 0);
}
