import { join } from 'node:path';
import { readRun } from '../../bench/read-run.ts';
import { readSpanRows } from '../../bench/span-rows.ts';

/** The page of a saved run. Throws `not_found`, or `invalid_record` with file and line. */
export async function reportPage(folder: string): Promise<string> {
  const { run, trials } = await readRun(folder);
  const spans = await readSpanRows(join(folder, 'spans.jsonl'), new Set(trials.map(({ traceId }) => traceId)));
  const { default: html } = await import('../../reporters/html.ts');
  return html.render({ run, trials, spans }, { width: 80, color: false });
}
