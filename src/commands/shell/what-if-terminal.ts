import { percentChange } from '../../stats/in-words.ts';
import type { CellChange, Change, ScenarioChange, WhatIfSummary } from '../../bench/what-if/summary.ts';
import { columns } from './columns.ts';
import { wrapped } from './wrap.ts';

/** What stands on the page beside the pattern: a heading, and the cell of each row. */
type Column = readonly [heading: string, cell: (change: CellChange) => string];

/** The answer of `whatif` for a terminal: what was changed and what was not, then a table for each scenario and what follows from it. */
export function whatIfText({ changed, assumptions, scenarios, provenance }: WhatIfSummary, width: number): string[] {
  const labelled = (label: string, text: string) =>
    wrapped(text, width - LABEL, 0).map((line, i) => ` ${(i === 0 ? label : '').padEnd(LABEL - 2)} ${line}`);
  const head = [...changed.map((sentence) => ['WHAT IF', sentence]), ...assumptions.map((sentence) => ['As it was', sentence])];
  const labels = head.map(([label], i) => (head[i - 1]?.[0] === label ? '' : label!));
  return [
    ...(provenance.simulated > 0 ? labelled('SIMULATED', SIMULATED) : []),
    ...head.flatMap(([, text], i) => labelled(labels[i]!, text!)),
    ...scenarios.flatMap((scenario) => ['', ...scenarioText(scenario, width, labelled)]),
    '',
    ...labelled('Columns', LEGEND),
  ];
}

const LABEL = 14;

const SIMULATED = 'Answers come from a simulated model. They compare patterns; they do not measure a real model.';

const LEGEND =
  '> is what to use with these figures. quality: as recorded, in per cent. $/1K: USD per 1,000 tasks. change: geometric mean over samples of would be / was, with its plain 95% interval.';

function scenarioText(
  { scenario, recommended, orderByCost, orderByLatency, cells }: ScenarioChange,
  width: number,
  labelled: (label: string, text: string) => string[],
): string[] {
  const shown = columnsOf(cells);
  const rows = cells.map((cell) => [
    `${cell.name === recommended.would ? '>' : ' '}${cell.name}`,
    ...shown.map(([, text]) => text(cell)),
  ]);
  const table = columns([[' pattern', ...shown.map(([heading]) => heading)], ...rows], width);
  return [
    ...wrapped(scenario, width, 1),
    '',
    ...table,
    '',
    ...verdict(recommended).flatMap((text) => labelled('Use', text)),
    ...reordered(orderByCost).flatMap((text) => labelled('By cost', text)),
    ...reordered(orderByLatency).flatMap((text) => labelled('By latency', text)),
    ...cells
      .filter((cell) => cell.orderMayDiffer.length > 0)
      .flatMap((cell, i) => labelled(i === 0 ? 'May differ' : '', mayDiffer(cell))),
    ...waits(cells, width),
  ];
}

/** Only what changes takes two columns; where it is one kind of amount, there is room for its interval. */
function columnsOf(cells: readonly CellChange[]): Column[] {
  const isChanged = (of: (cell: CellChange) => Pick<Change, 'was' | 'would'>) =>
    cells.some((cell) => of(cell).was !== of(cell).would);
  const cost = isChanged((cell) => cell.costUsdPer1kTasks);
  const time = isChanged((cell) => cell.latencyMsP50) || isChanged((cell) => cell.latencyMsP95);
  const isRoomy = !(cost && time);
  const change = (of: (cell: CellChange) => Change): Column => [
    cells.some((cell) => withInterval(of(cell), isRoomy)) ? 'change 95%' : 'change',
    (cell) => changeText(of(cell), isRoomy),
  ];
  const costs: Column[] = cost
    ? [
        ['$/1K was', (cell) => usd(cell.costUsdPer1kTasks.was)],
        ['would be', (cell) => usd(cell.costUsdPer1kTasks.would)],
        change((cell) => cell.costUsdPer1kTasks),
      ]
    : [['$/1K', (cell) => usd(cell.costUsdPer1kTasks.was)]];
  const times: Column[] = time
    ? [
        ['p50 s was', (cell) => seconds(cell.latencyMsP50.was)],
        ['would be', (cell) => seconds(cell.latencyMsP50.would)],
        change((cell) => cell.latencyMsP50),
        ...(cost ? [] : [['p95 s', (cell: CellChange) => seconds(cell.latencyMsP95.would)] as const]),
      ]
    : [['p50 s', (cell) => seconds(cell.latencyMsP50.was)]];
  const quality: Column = ['quality', (cell) => (cell.quality ? (100 * cell.quality.mean).toFixed(1) : '-')];
  return [quality, ...costs, ...times];
}

const usd = (amount: number | null): string =>
  amount === null ? 'unpriced' : amount > 0 && amount < 0.005 ? '<0.01' : amount.toFixed(2);

const seconds = (ms: number | null): string =>
  ms === null ? '-' : ms > 0 && ms < 100 ? (ms / 1000).toFixed(3) : (ms / 1000).toFixed(1);

const withInterval = ({ low, high }: Change, isRoomy: boolean): boolean => isRoomy && low !== null && low !== high;

function changeText(change: Change, isRoomy: boolean): string {
  const { ratio, low, high } = change;
  if (ratio === null) return '-';
  return withInterval(change, isRoomy)
    ? `${percentChange(ratio)} [${percentChange(low!)}, ${percentChange(high!)}]`
    : percentChange(ratio);
}

function verdict({ was, would, sentence }: ScenarioChange['recommended']): string[] {
  if (would === null) return [];
  if (was === would) return [`${would}, as before.`];
  // The sentence of a recommendation begins with what to use and where; why follows.
  return [`${would} instead of ${String(was)}: ${(sentence ?? '').replace(/^Use [^:]*: /, '')}`];
}

function reordered({ was, would }: ScenarioChange['orderByCost']): string[] {
  if (was.join('\n') === would.join('\n')) return [];
  return [`was ${was.join(', ')}; would be ${would.join(', ')}.`];
}

/** How long requests waited for their limits, where any did. */
function waits(cells: readonly CellChange[], width: number): string[] {
  const waited = cells.filter((cell) => cell.limited.requests > 0);
  if (waited.length === 0) return [];
  const isShared = waited.some((cell) => cell.makespanMs !== null);
  const rows = waited.map(({ name, limited, makespanMs }) => [
    ` ${name}`,
    String(limited.requests),
    seconds(limited.waitMs / limited.requests),
    ...(isShared ? [seconds(makespanMs)] : []),
  ]);
  const heading = [' waiting for limits', 'requests', 'mean s', ...(isShared ? ['s until all trials were done'] : [])];
  return ['', ...columns([heading, ...rows], width)];
}

function mayDiffer({ name, orderMayDiffer, trials }: CellChange): string {
  const because = [...new Set(orderMayDiffer.flatMap((one) => one.because))].sort().join(', ');
  return `${name}: ${orderMayDiffer.length} of ${trials} trials (${because}).`;
}
