import { writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { CellChange, Change, ScenarioChange, WhatIfSummary } from '../../bench/what-if/summary.ts';
import { messageOf, PatternbenchError } from '../../kernel/errors.ts';
import { csvRow } from '../../reporters/text/csv-cell.ts';
import { markdownText, table } from '../../reporters/text/markdown-text.ts';
import { originOf } from '../../reporters/text/origin.ts';
import { percentChange } from '../../stats/in-words.ts';

const FORMATS: Readonly<Record<string, (summary: WhatIfSummary) => string>> = {
  '.json': (summary) => `${JSON.stringify(summary, null, 1)}\n`,
  '.csv': csvOf,
  '.md': markdownOf,
};

/** How a file of that name is written; throws `usage` for an ending that is none of the formats. */
export function whatIfFormat(file: string): (summary: WhatIfSummary) => string {
  const format = FORMATS[extname(file).toLowerCase()];
  if (format) return format;
  throw new PatternbenchError('usage', `-o ${file}: the ending tells the format, and this one is none`, {
    remedy: `end it in ${Object.keys(FORMATS).join(', ')}`,
  });
}

/** Throws `usage` where the file cannot be written. */
export async function writeWhatIf(file: string, text: string): Promise<void> {
  await writeFile(file, text).catch((cause: unknown) => {
    throw new PatternbenchError('usage', `cannot write ${file}: ${messageOf(cause)}`, { cause });
  });
}

type CsvValue = string | number | null;

/** The columns of the CSV file: names, and the value of a row. */
const CSV_COLUMNS: Readonly<Record<string, (cell: CellChange) => CsvValue>> = {
  adapter: (cell) => cell.adapter,
  pattern: (cell) => cell.pattern,
  trials: (cell) => cell.trials,
  quality: (cell) => cell.quality?.mean ?? null,
  qualityLow: (cell) => cell.quality?.low ?? null,
  qualityHigh: (cell) => cell.quality?.high ?? null,
  costUsdPer1kTasksWas: (cell) => cell.costUsdPer1kTasks.was,
  costUsdPer1kTasksWould: (cell) => cell.costUsdPer1kTasks.would,
  costRatio: (cell) => cell.costUsdPer1kTasks.ratio,
  costRatioLow: (cell) => cell.costUsdPer1kTasks.low,
  costRatioHigh: (cell) => cell.costUsdPer1kTasks.high,
  latencyMsP50Was: (cell) => cell.latencyMsP50.was,
  latencyMsP50Would: (cell) => cell.latencyMsP50.would,
  latencyMsP95Was: (cell) => cell.latencyMsP95.was,
  latencyMsP95Would: (cell) => cell.latencyMsP95.would,
  latencyRatio: (cell) => cell.latencyMsP50.ratio,
  latencyRatioLow: (cell) => cell.latencyMsP50.low,
  latencyRatioHigh: (cell) => cell.latencyMsP50.high,
  trialsWhoseOrderMayDiffer: (cell) => cell.orderMayDiffer.length,
  keptTimes: (cell) => cell.keptTimes,
  freedWaits: (cell) => cell.freedWaits,
  limitedRequests: (cell) => cell.limited.requests,
  limitWaitMs: (cell) => cell.limited.waitMs,
  makespanMs: (cell) => cell.makespanMs,
};

/** One row a scenario and pattern; unknown amounts are empty cells, never 0. */
function csvOf(summary: WhatIfSummary): string {
  const origin = originOf({ ...summary, complete: true });
  const rows = summary.scenarios.flatMap(({ scenario, cells }) =>
    cells.map((cell) => [scenario, ...Object.values(CSV_COLUMNS).map((valueOf) => valueOf(cell)), origin]),
  );
  return `${[['scenario', ...Object.keys(CSV_COLUMNS), 'origin'], ...rows].map(csvRow).join('\r\n')}\r\n`;
}

function markdownOf(summary: WhatIfSummary): string {
  const { runId, changed, assumptions, scenarios } = summary;
  const lines = [
    `### What if: ${markdownText(runId)}`,
    '',
    `> **${markdownText(originOf({ ...summary, complete: true }))}**`,
    '',
    ...changed.map((sentence) => `- ${markdownText(sentence)}`),
    '',
    assumptions.map(markdownText).join(' '),
    ...scenarios.flatMap(scenarioLines),
    '',
    'Change: geometric mean over samples of would be / was, with its plain 95% interval. USD per 1,000 tasks. Quality is as recorded.',
  ];
  return `${lines.join('\n')}\n`;
}

function scenarioLines({ scenario, recommended, cells }: ScenarioChange): string[] {
  const { was, would } = recommended;
  const use =
    would === null
      ? []
      : ['', `Use **${markdownText(would)}**${was === would ? ', as before.' : ` instead of ${markdownText(String(was))}.`}`];
  const heading = [
    'pattern',
    'quality %',
    'USD was',
    'would be',
    'change',
    'p50 s was',
    'would be',
    'change',
    'order may differ',
  ];
  return ['', `#### ${markdownText(scenario)}`, ...use, '', ...table(heading, cells.map(rowOf))];
}

const rowOf = (cell: CellChange): string[] => [
  markdownText(cell.name),
  cell.quality ? (100 * cell.quality.mean).toFixed(1) : 'unscored',
  ...amounts(cell.costUsdPer1kTasks, (usd) => (usd === null ? 'unpriced' : usd.toFixed(2))),
  ...amounts(cell.latencyMsP50, (ms) => (ms === null ? '' : (ms / 1000).toFixed(1))),
  cell.orderMayDiffer.length === 0 ? '' : `${cell.orderMayDiffer.length} of ${cell.trials}`,
];

const amounts = (change: Change, word: (amount: number | null) => string): string[] => [
  word(change.was),
  word(change.would),
  changeInWords(change),
];

function changeInWords({ ratio, low, high }: Change): string {
  if (ratio === null) return '';
  return low === null || high === null || low === high
    ? percentChange(ratio)
    : `${percentChange(ratio)} \\[${percentChange(low)}, ${percentChange(high)}\\]`;
}
