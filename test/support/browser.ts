import { access } from 'node:fs/promises';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Where a browser of the Chromium family is; `CHROMIUM` names another one. Nothing where there is none. */
export async function chromiumAt(): Promise<string | undefined> {
  for (const place of [process.env['CHROMIUM'], ...PLACES]) {
    if (
      place &&
      (await access(place).then(
        () => true,
        () => false,
      ))
    )
      return place;
  }
  return undefined;
}

export const launch = (executablePath: string): Promise<Browser> =>
  // Root may not have a sandbox of its own; the page under test is ours.
  chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });

/** A page with everything that it did and should not have: requests, messages on the console, errors, dialogs. */
export interface WatchedPage {
  readonly page: Page;
  readonly trouble: string[];
}

/** Opens a file of this machine and waits until the report has drawn itself. */
export async function opened(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  const trouble: string[] = [];
  page.on('console', (message) => trouble.push(`console ${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => trouble.push(`error: ${String(error)}`));
  page.on('request', (request) => request.url() === url || trouble.push(`request: ${request.url()}`));
  page.on('dialog', (dialog) => {
    trouble.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(url);
  await page.locator('#page:not([aria-busy])').waitFor();
  return { page, trouble };
}
