import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { PatternbenchError } from '../kernel/errors.ts';
import type { Json } from '../kernel/json.ts';
import type { PlanFacts } from '../schema/plan-facts.ts';
import type { Finding } from '../schema/run-record.ts';
import type { TrialRecord } from '../schema/trial-record.ts';
import { OWN } from '../telemetry/attribute-names.ts';
import { parseOtlpLine } from '../telemetry/otlp-parse.ts';
import type { SpanRecord } from '../telemetry/span.ts';
import { composeRecord } from './compose-record.ts';
import { foreignReport, type SpanReport } from './foreign-report.ts';
import { type Inspector, inspectorFor, withKinds } from './inspector.ts';
import { rounded } from './record-text.ts';
import { planOfTrace } from './span-lines.ts';
import { trialRecordOf } from './trial-record-of.ts';

export interface ReportOfSpans {
  /** Sees the spans of each trial on the way. */
  readonly onTrial?: ((spans: readonly SpanRecord[]) => void) | undefined;
  /** Thresholds of findings by kind, over those that the run was made with. */
  readonly settings?: Readonly<Record<string, Json>> | undefined;
}

/**
 * The report of a run from nothing but its spans.jsonl; the same records, to the byte, that the run itself left. A file cut short is
 * reported as far as it goes, as incomplete. Traces that are not ours are reported unscored (foreign-report.ts).
 * Throws `invalid_record` with file and line for what cannot be understood, `not_found` for no file.
 */
export async function reportOfSpans(file: string, options: ReportOfSpans = {}): Promise<SpanReport> {
  const { onTrial, settings } = options;
  let plan: PlanFacts | undefined;
  const trials: TrialRecord[] = [];
  const findings: Finding[] = [];
  let inspect: Inspector | undefined;
  for await (const [number, line] of numberedLines(file)) {
    const place = { file, line: number };
    if (!plan && !line.includes(`"${OWN.plan}"`)) return foreignReport(await readFile(file, 'utf8'), { file, ...options });
    const trace = parseOtlpLine(line, { place });
    if (!plan) {
      plan = planOfTrace(trace, place);
      if (!plan) throw new PatternbenchError('invalid_record', 'the first line is not the plan of a run', { place });
      inspect = await inspectorFor(plan, settings);
    } else {
      onTrial?.(trace.spans);
      const record = trialRecordOf(trace, { place });
      const found = inspect!(record, trace.spans);
      findings.push(...found);
      trials.push(rounded(withKinds(record, found)));
    }
  }
  if (!plan) throw new PatternbenchError('invalid_record', 'this file holds no spans', { place: { file } });
  const planned = plan.cells.reduce((sum, cell) => sum + cell.trials, 0);
  const notes = trials.length === planned ? [] : [`${planned} trials were planned, the spans hold ${trials.length}`];
  return { run: rounded(composeRecord(plan, trials, findings)), trials, findings: rounded(findings), notes, foreign: false };
}

/** The lines of a file that hold something, with their numbers from 1. Throws `not_found`. */
export async function* numberedLines(file: string): AsyncGenerator<readonly [number, string]> {
  const input = createReadStream(file, 'utf8');
  const opened = Promise.withResolvers<void>();
  input.once('open', () => opened.resolve()).once('error', opened.reject);
  await opened.promise.catch((cause: unknown) => {
    throw new PatternbenchError('not_found', 'there is no such file, or it cannot be read', { place: { file }, cause });
  });
  let number = 0;
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    number++;
    if (line !== '') yield [number, line];
  }
}
