import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import html from '../../../src/reporters/html.ts';
import { chromiumAt, launch } from '../../support/browser.ts';
import { runWithSpans } from '../../support/run-with-spans.ts';
import { smallRun } from '../../support/small-run.ts';
import type { Goal, GoalResult } from '../goal.ts';
import { pairedRatio } from '../ratio.ts';

const ROUNDS = 9;
const LIMIT = 3;
const [TRIALS, SPANS] = [600, 30];

/** What the report of 600 trials of 30 spans costs a browser, over the same bytes as plain text. */
export const pageLoad: Goal = {
  id: 'page-load',
  title: 'load of the HTML report in Chromium over that of the same bytes as plain text',
  run: async () => {
    const place = await chromiumAt();
    if (!place) return notMeasured();
    const folder = mkdtempSync(join(tmpdir(), 'patternbench-perf-'));
    const browser = await launch(place);
    try {
      const page = render();
      const files = { 'plain text': 'a.txt', 'plain text again': 'b.txt', report: 'report.html' } as const;
      for (const file of Object.values(files)) writeFileSync(join(folder, file), page);
      const names = Object.keys(files) as (keyof typeof files)[];
      const costs = new Map(names.map((name) => [name, [] as number[]]));
      for (let round = 0; round <= ROUNDS; round++) {
        for (const name of names) {
          const ms = await taskMs(browser, pathToFileURL(join(folder, files[name])).href);
          // The first round fills the caches of the browser.
          if (round > 0) costs.get(name)!.push(ms);
        }
      }
      return resultOf(costs, page.length);
    } finally {
      await browser.close();
      rmSync(folder, { recursive: true });
    }
  },
};

function render(): string {
  const { run, trials } = smallRun();
  const many = Array.from({ length: TRIALS }, (_, at) => {
    const output = `${'An answer of usual length, with its figures. '.repeat(12)}${at}`;
    return { ...trials[at % trials.length]!, sample: `s${Math.floor(at / 30)}`, trial: at % 30, output };
  });
  return html.render(runWithSpans(SPANS, { run, trials: many }), { width: 80, color: false });
}

/** Time of the page's main thread until it has drawn itself, in milliseconds. */
async function taskMs(browser: Browser, url: string): Promise<number> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  try {
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    await page.goto(url, { waitUntil: 'load' });
    if (url.endsWith('.html')) await page.locator('#page:not([aria-busy])').waitFor();
    await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))');
    const { metrics } = await session.send('Performance.getMetrics');
    return 1000 * metrics.find(({ name }) => name === 'TaskDuration')!.value;
  } finally {
    await page.close();
  }
}

function resultOf(costs: ReadonlyMap<string, readonly number[]>, bytes: number): GoalResult {
  const text = costs.get('plain text')!;
  const { median, low, high } = pairedRatio(costs.get('report')!, text);
  const unit = text.map(() => 1);
  return {
    goal: 'page-load',
    value: median,
    limit: LIMIT,
    pass: median <= LIMIT,
    aa: pairedRatio(costs.get('plain text again')!, text).median,
    iqr: [low, high],
    isVoid: false,
    rows: [...costs].map(([what, ms]) => ({
      what,
      value: `${pairedRatio(ms, unit).median.toFixed(0)} ms`.padStart(10) + pairedRatio(ms, text).median.toFixed(2).padStart(8),
    })),
    conditions: `time of the main thread until the page is drawn; ${TRIALS} trials of ${SPANS} spans, ${(bytes / 1e6).toFixed(2)} MB; medians of ${ROUNDS} rounds`,
  };
}

const notMeasured = (): GoalResult => ({
  goal: 'page-load',
  value: Number.NaN,
  limit: LIMIT,
  pass: null,
  aa: null,
  iqr: null,
  isVoid: true,
  rows: [],
  conditions: 'not measured: there is no Chromium here (apt-get install chromium, or CHROMIUM=path)',
});
