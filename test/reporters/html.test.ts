import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import type { ReportInput } from '../../src/contracts/reporter.ts';
import { compareRuns } from '../../src/bench/compare-runs.ts';
import html from '../../src/reporters/html.ts';
import { pageData } from '../../src/reporters/html/page-data.ts';
import { indexed, rowsOf } from '../../src/reporters/html/page/run-data.js';
import { chromiumAt, launch, opened } from '../support/browser.ts';
import { CHECKOUT } from '../support/journey.ts';
import { CORPUS, hostileRun } from '../support/hostile-run.ts';
import { runWithSpans } from '../support/run-with-spans.ts';
import { smallRun } from '../support/small-run.ts';

const render = (input: ReportInput): string => html.render(input, { width: 80, color: false });

describe('REP1: the page as text', () => {
  it('has the same bytes for the same run, one policy, and neither a style attribute nor an inline handler', () => {
    const page = render(runWithSpans());
    expect(render(runWithSpans())).toBe(page);
    expect(page).toMatch(
      /default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+' 'sha256-[^']+'; base-uri 'none'/,
    );
    const head = page.slice(0, page.indexOf('<script>'));
    expect(head).not.toMatch(/ style="| on\w+="|https?:/);
  });

  it('is under 1.5 MB for 600 trials of 30 spans', () => {
    const { trials, run } = smallRun();
    const many = Array.from({ length: 600 }, (_, at) => {
      const trial = trials[at % trials.length]!;
      return { ...trial, sample: `s${at}`, output: `${trial.output ?? ''} ${'An answer of usual length. '.repeat(20)}${at}` };
    });
    expect(render(runWithSpans(30, { run, trials: many })).length).toBeLessThan(1_500_000);
  });

  it('gives its script the very spans that it was given', () => {
    const input = runWithSpans();
    const data = indexed(JSON.parse(JSON.stringify(pageData(input)))) as { trials: { traceId: string }[] };
    const trial = data.trials[0]!;
    const given = input.spans!.get(trial.traceId)!;
    const read = rowsOf(data, trial) as Record<string, unknown>[];
    expect(
      read.map(({ label, role, agent, model, parent, startUs, durationUs, tokens, costUsd, error, critical, after }) => ({
        label,
        role,
        agent,
        model,
        parent,
        startUs,
        durationUs,
        tokens,
        costUsd,
        error,
        isCritical: critical,
        after,
      })),
    ).toEqual(given.map(({ id: _id, ...rest }) => rest));
  });

  it('has modules whose names do not meet, since they share one scope on the page', async () => {
    const folder = join(CHECKOUT, 'src/reporters/html/page');
    const names = (
      await Promise.all(
        (await readdir(folder)).filter((name) => name.endsWith('.js')).map((name) => readFile(join(folder, name), 'utf8')),
      )
    ).flatMap((text) =>
      [...text.matchAll(/^(?:export )?(?:async )?(?:function|const|let|class) (\w+)/gm)].map(([, name]) => name),
    );
    expect(names.length).toBeGreaterThan(50);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });
});

const place = await chromiumAt();
if (!place)
  process.stderr.write(
    'html.test.ts: no Chromium here (apt-get install chromium, or CHROMIUM=path): the page is not tried in a browser\n',
  );

describe.skipIf(!place)('somebody who opens the page', () => {
  let browser: Browser;
  let folder: string;
  const urlOf = async (name: string, input: ReportInput): Promise<string> => {
    const file = join(folder, `${name}.html`);
    await writeFile(file, render(input));
    return pathToFileURL(file).href;
  };
  beforeAll(async () => {
    browser = await launch(place!);
    folder = await mkdtemp(join(tmpdir(), 'patternbench-page-'));
  });
  afterAll(async () => {
    await browser?.close();
    if (folder) await rm(folder, { recursive: true });
  });

  it('reads the answer, sorts the table, and follows a number to its waterfall, without a request or a word on the console', async () => {
    const { page, trouble } = await opened(browser, await urlOf('usual', runWithSpans()));
    expect(await page.locator('h1').textContent()).toBe('Use router for support-desk.');
    expect(await page.locator('.provenance').textContent()).toContain('Simulated.');
    const names = () => page.locator('.pattern-name').allTextContents();
    expect(await names()).toEqual(['graph', 'router', 'single', 'swarm']);
    await page.getByRole('button', { name: 'p50' }).click();
    const heading = page.locator('th[aria-sort]');
    expect([await heading.getAttribute('aria-sort'), (await heading.textContent())?.startsWith('p50')]).toEqual([
      'descending',
      true,
    ]);
    const falling = await page.locator('td[data-title=p50] a').allTextContents();
    await page.getByRole('button', { name: 'p50' }).press('Enter');
    expect(await page.locator('td[data-title=p50] a').allTextContents()).toEqual(falling.toReversed());
    await page.locator('.overview tbody tr', { hasText: 'router' }).locator('td[data-title=p50] a').click();
    await page.locator('#trace code', { hasText: 'support-desk/router/' }).first().waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('trace-title');
    expect(await page.locator('.waterfall .row').count()).toBe(8);
    expect(await page.locator('.waterfall .is-critical').count()).toBeGreaterThan(0);
    expect(trouble).toEqual([]);
  });

  it('chooses a pattern, a sample and a trial to look at', async () => {
    const { page } = await opened(browser, await urlOf('choose', runWithSpans()));
    const menus = page.locator('#trace .menus select');
    await menus.nth(0).selectOption('graph');
    await page.locator('#trace code', { hasText: 'support-desk/graph/' }).first().waitFor();
    await menus.nth(1).selectOption('s04');
    await page.locator('#trace code', { hasText: 'support-desk/graph/s04/' }).first().waitFor();
    await menus.nth(2).selectOption('2');
    await page.locator('#trace code', { hasText: 'support-desk/graph/s04/2' }).first().waitFor();
    expect(new URL(page.url()).hash).toBe(`#trace=${encodeURIComponent('support-desk/graph/s04/2')}`);
  });

  it('walks the samples with the arrow keys, and opens one with Enter', async () => {
    const { page } = await opened(browser, await urlOf('heat', runWithSpans()));
    expect(await page.locator('.heat-cell[tabindex="0"]').count()).toBe(1);
    await page.locator('.heat-cell[tabindex="0"]').focus();
    for (const key of ['ArrowRight', 'ArrowDown', 'ArrowLeft', 'ArrowDown']) await page.keyboard.press(key);
    const told = await page.evaluate(`document.activeElement.getAttribute('aria-label')`);
    expect(told).toMatch(/^single, s04: 0 of 3 passed/);
    expect(await page.locator('.heat-cell[tabindex="0"]').count()).toBe(1);
    await page.keyboard.press('Enter');
    await page.locator('#trace code', { hasText: 'support-desk/single/s04/' }).first().waitFor();
  });

  it('sees first what a change did, where the run is held against an earlier one', async () => {
    const { run, trials } = smallRun();
    const before = { folder: '', run, trials };
    const worse = trials.map((trial) =>
      trial.pattern === 'graph' ? { ...trial, scores: { quality: 0 }, passed: false } : trial,
    );
    const after = { folder: '', run: { ...run, runId: 'after' }, trials: worse };
    const against = compareRuns(before, after, { baseline: 'main' });
    const { page, trouble } = await opened(browser, await urlOf('against', { ...runWithSpans(8, after), against }));
    expect(await page.locator('h1').textContent()).toMatch(/^Worse against baseline main: 1 of 4 groups\.$/);
    await page.locator('#against a').first().click();
    await page.locator('#trace code', { hasText: 'support-desk/graph/' }).first().waitFor();
    expect(trouble).toEqual([]);
  });

  it('filters the samples: all, those on which patterns differ, those that the recommended one fails', async () => {
    const { page } = await opened(browser, await urlOf('filter', runWithSpans()));
    const samples = () => page.locator('.heat th.sample').allTextContents();
    expect(await samples()).toHaveLength(10);
    await page.getByRole('button', { name: 'router fails' }).click();
    expect((await samples()).toSorted()).toEqual(['s03', 's04', 's08', 's10']);
    expect(await page.getByRole('button', { name: 'router fails' }).getAttribute('aria-pressed')).toBe('true');
    await page.getByRole('button', { name: 'All 10' }).click();
    expect(await samples()).toHaveLength(10);
  });

  it('opens a finding where its evidence stands', async () => {
    const input = runWithSpans();
    const trial = input.trials.find(({ pattern, sample }) => pattern === 'graph' && sample === 's05')!;
    const evidence = input
      .spans!.get(trial.traceId)!
      .slice(2, 4)
      .map(({ id }) => id);
    const finding = {
      kind: 'loop',
      severity: 'error',
      scenario: trial.scenario,
      pattern: 'graph',
      sample: 's05',
      trial: trial.trial,
      agent: 'planner',
      spanIds: evidence,
      wastedTokens: 1050,
      wastedUsd: 0.003,
      wastedMs: 700,
      advice: 'stop it',
    } as const;
    const { page } = await opened(browser, await urlOf('finding', { ...input, run: { ...input.run, findings: [finding] } }));
    expect(await page.locator('.finding').textContent()).toContain('Wasted in these: 1,050 tokens, $0.0030, 0.7 s.');
    await page.locator('.finding a').click();
    await page
      .locator('#trace code', { hasText: `support-desk/graph/s05/${trial.trial}` })
      .first()
      .waitFor();
    expect(await page.locator('.waterfall .is-evidence').count()).toBe(2);
  });

  it('asks what the run would cost at other prices', async () => {
    const { page } = await opened(browser, await urlOf('prices', runWithSpans()));
    await page.getByLabel('gpt-4o-2024-08-06, USD per million input tokens').fill('2');
    await page.getByLabel('gpt-4o-2024-08-06, USD per million output tokens').fill('10');
    // Two calls a trial of 1,000 and 50 tokens: (2,000 x 2 + 100 x 10) / 1e6 USD, a thousand times.
    const then = await page.locator('#what-if tbody').nth(1).locator('td:nth-of-type(2)').allTextContents();
    expect(then).toEqual(Array.from({ length: 4 }, () => '$5.00'));
  });

  it('meets what models said as text, wherever it stands', async () => {
    const { page, trouble } = await opened(browser, await urlOf('hostile', hostileRun()));
    for (const summary of await page.locator('#trace .menus select option').all()) await summary.getAttribute('value');
    await page.locator('.overview a').first().click();
    await page.locator('.waterfall .row').first().waitFor();
    expect(await page.evaluate(() => (globalThis as { owned?: unknown }).owned)).toBeUndefined();
    expect(await page.locator('img, iframe, object, embed, base, link, form').count()).toBe(0);
    expect(await page.locator('#trace pre').textContent()).toContain(CORPUS[0]);
    expect(trouble).toEqual([]);
  });

  it.each([
    ['light', 1440],
    ['dark', 1440],
    ['light', 390],
    ['dark', 390],
  ] as const)('can read it in the %s at %i pixels, with whatever reads for them', async (colorScheme, width) => {
    const { page } = await opened(browser, await urlOf('access', runWithSpans()), {
      colorScheme,
      viewport: { width, height: 900 },
    });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    const surface = await page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(surface).toBe(colorScheme === 'dark' ? 'rgb(16, 18, 20)' : 'rgb(251, 251, 250)');
    // The page's own policy lets no other script in; the tool that looks at it comes in beside.
    await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
    const found = await page.evaluate(async () => {
      const { violations } = await (
        globalThis as unknown as { axe: { run: () => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }
      ).axe.run();
      return violations.map(
        ({ id, nodes }) =>
          `${id}: ${nodes
            .slice(0, 3)
            .map((node) => node.html)
            .join(' | ')}`,
      );
    });
    expect(found).toEqual([]);
  });
});
