import Table from 'cli-table3';
import { safeLine } from '../../kernel/terminal-text.ts';
import type { Comparison, Group } from '../../schema/run-record.ts';
import { percentChange, signedPoints } from '../../stats/in-words.ts';
import { columnsOf, cut, wrap } from './columns.ts';
import { DRAWN_SCALE, drawnInterval } from './drawn-interval.ts';
import { groupName, percent, percentInterval, seconds, usd, verdictWord } from './figures.ts';
import type { Paint } from './paint.ts';
import { comparisonOf, type ScenarioView } from './scenario-view.ts';

interface Row {
  readonly group: Group;
  readonly name: string;
  readonly baseline: boolean;
  readonly recommended: boolean;
  readonly against: Comparison | undefined;
}

interface Column {
  readonly head: string;
  readonly cell: (row: Row) => string;
  readonly left?: boolean;
  /** Columns go in this order when space is short, the smallest first; without it they stay. */
  readonly drop?: number;
}

const LONGEST_NAME = 24;
const NARROW = 60;

const columnsFor = (view: ScenarioView): Column[] => {
  const k = Math.max(0, ...view.groups.map((group) => group.passHatK.length));
  return [
    { head: ' pattern', cell: (row) => `${row.recommended ? '>' : ' '}${cut(row.name, LONGEST_NAME)}`, left: true },
    { head: 'quality %', cell: ({ group }) => (group.quality ? percent(group.quality.mean) : 'unscored') },
    { head: '95%', cell: ({ group }) => (group.quality ? percentInterval(group.quality) : ''), left: true, drop: 9 },
    { head: DRAWN_SCALE, cell: (row) => drawnInterval(row.group.quality, view.baselineMean), left: true, drop: 0.9 },
    { head: `vs ${cut(safeLine(view.scenario.baseline), 12)}`, cell: difference, drop: 8 },
    { head: '95%', cell: differenceInterval, left: true, drop: 1 },
    {
      head: 'verdict',
      cell: (row) => (row.baseline ? 'baseline' : row.against ? verdictWord(row.against.verdict) : ''),
      left: true,
    },
    {
      head: `p^${k}`,
      cell: ({ group }) =>
        k > 0 && group.passHatK.length >= k ? `${(100 * (group.passHatK[k - 1] as number)).toFixed(0)}%` : '',
      drop: 5,
    },
    { head: 'p50 s', cell: ({ group }) => (group.latencyMs.n > 0 ? seconds(group.latencyMs.p50) : ''), drop: 7 },
    { head: 'p95 s', cell: ({ group }) => (group.latencyMs.n > 0 ? seconds(group.latencyMs.p95) : ''), drop: 3 },
    { head: 'tokens', cell: overhead, drop: 4 },
    { head: '$/1K', cell: ({ group }) => usd(group.costUsdPer1kTasks), drop: 6 },
    { head: 'par', cell: ({ group }) => (group.parallelism === null ? '' : group.parallelism.toFixed(1)), drop: 0.7 },
    { head: 'err', cell: ({ group }) => String(group.errors + group.limits), drop: 3.5 },
    ...(view.findings.length > 0 ? [findingsColumn(view)] : []),
    ...(view.groups.some(({ context }) => context !== undefined) ? [CONTEXT] : []),
  ];
};

/** What agents see of what happened before them. */
const CONTEXT: Column = { head: 'context', cell: ({ group }) => group.context ?? '', left: true, drop: 0.5 };

/** Trials in which an anti-pattern was seen; what is only worth knowing is not counted. */
const findingsColumn = (view: ScenarioView): Column => ({
  head: 'fnd',
  cell: ({ group }) => {
    const kinds = new Set(view.findingTotals.filter(({ severity }) => severity !== 'info').map(({ kind }) => kind));
    const own = view.trials.filter(({ pattern, adapter }) => pattern === group.pattern && adapter === group.adapter);
    return String(own.filter((trial) => trial.findings.some((kind) => kinds.has(kind))).length);
  },
  drop: 3.4,
});

const difference = ({ against }: Row) => (against?.delta === undefined ? '' : signedPoints(against.delta));

const differenceInterval = ({ against }: Row) =>
  against?.delta === undefined ? '' : `[${signedPoints(against.low)}, ${signedPoints(against.high)}]`;

const overhead = ({ group, baseline }: Row) =>
  baseline || group.tokenOverhead === null ? '' : percentChange(1 + group.tokenOverhead);

/** The patterns of a scenario as a table of lines no wider than `width`: what matters least is left out first. */
export function overviewTable(view: ScenarioView, width: number, paint: Paint): string[] {
  const rows = view.groups.map((group) => rowOf(view, group));
  const { full, columns } = shownOf(view, rows, width);
  const widths = columns.map((column) => columnWidth(column, full));
  const gap = total(widths) + 2 * (widths.length - 1) <= width ? 2 : 1;
  const overflow = total(widths) + gap * (widths.length - 1) - width;
  if (overflow > 0) widths[0] = Math.max(4, (widths[0] as number) - overflow);
  const table = new Table({
    chars: { ...NO_LINES, middle: ' '.repeat(gap) },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
    colAligns: columns.map((column) => (column.left ? 'left' : 'right')),
    colWidths: widths,
  });
  const tableWidth = total(widths) + gap * (widths.length - 1);
  table.push(columns.map((column, i) => paint.dim(cut(column.head, widths[i] as number))));
  for (const row of full) {
    table.push(columns.map((column, i) => painted(row, column, cut(column.cell(row), widths[i] as number), paint)));
  }
  const [head = '', ...body] = table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
  return [head, paint.dim('-'.repeat(tableWidth)), ...body, ...notApplicable(rows, width).map((line) => paint.dim(line))];
}

/** The headings of the columns that a terminal has room for. */
export const shownHeads = (view: ScenarioView, width: number): string[] =>
  shownOf(
    view,
    view.groups.map((group) => rowOf(view, group)),
    width,
  ).columns.map(({ head }) => head);

function shownOf(view: ScenarioView, rows: readonly Row[], width: number): { full: Row[]; columns: Column[] } {
  const full = rows.filter(({ group }) => group.notApplicable === undefined);
  const all = columnsFor(view);
  return { full, columns: width < NARROW ? all.filter((column) => column.drop === undefined) : fitting(all, full, width) };
}

/** Patterns that make no sense here, each reason once: as many rows of a table would hide those that count. */
function notApplicable(rows: readonly Row[], width: number): string[] {
  const byReason = Map.groupBy(
    rows.filter(({ group }) => group.notApplicable !== undefined),
    ({ group }) => group.notApplicable!,
  );
  return [...byReason].flatMap(([reason, left]) => {
    const names = left.map(({ name }) => cut(name, LONGEST_NAME)).join(', ');
    return wrap(`${names}: n/a (${safeLine(reason)})`, width - 3).map((line, i) => (i === 0 ? ` ${line}` : `   ${line}`));
  });
}

function rowOf(view: ScenarioView, group: Group): Row {
  const name = groupName(group);
  return {
    group,
    name: safeLine(name),
    baseline: name === view.scenario.baseline,
    recommended: name === view.recommendation?.pattern,
    against: comparisonOf(view, name, 'quality'),
  };
}

/** Below this a column is a comfort: it goes rather than crowd the others to one space between, unless the terminal is wide. */
const COMFORT = 4;
const WIDE = 110;

/** Drops columns, the least important first, until the rest fits. */
function fitting(all: readonly Column[], rows: readonly Row[], width: number): Column[] {
  let columns = Array.from(all);
  for (const column of all.filter(({ drop }) => drop !== undefined).sort((a, b) => (a.drop as number) - (b.drop as number))) {
    const gap = (column.drop as number) < COMFORT && width < WIDE ? 2 : 1;
    if (total(columns.map((one) => columnWidth(one, rows))) + gap * (columns.length - 1) <= width) break;
    columns = columns.filter((one) => one !== column);
  }
  return columns;
}

const columnWidth = (column: Column, rows: readonly Row[]) =>
  Math.max(columnsOf(column.head), ...rows.map((row) => columnsOf(column.cell(row))));

const total = (widths: readonly number[]) => widths.reduce((sum, width) => sum + width, 0);

function painted(row: Row, column: Column, text: string, paint: Paint): string {
  if (column.head === ' pattern') return row.recommended ? paint.good(paint.bold(text)) : text;
  if (column.head !== 'verdict') return text;
  if (row.against?.verdict === 'improved') return paint.good(text);
  return row.against?.verdict === 'regressed' ? paint.bad(text) : paint.dim(text);
}

const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
};
