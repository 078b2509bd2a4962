import type { Json } from '../kernel/json.ts';
import type { Finding } from '../schema/run-record.ts';
import { OWN, STEP } from '../telemetry/attribute-names.ts';
import type { OtlpTrace } from '../telemetry/otlp-json.ts';
import { parseOtlpLine } from '../telemetry/otlp-parse.ts';
import { inspectorFor } from './inspector.ts';
import { rounded } from './record-text.ts';
import { numberedLines, reportOfSpans } from './report-of-spans.ts';
import { trialRecordOf } from './trial-record-of.ts';

export interface SpanFindings {
  readonly findings: readonly Finding[];
  /** Trials that were looked at. */
  readonly trials: number;
  readonly notes: readonly string[];
}

/**
 * All findings of a file of spans: of a run, of a run that was imported, or of traces of another framework. `settings` are thresholds over
 * those that the run was made with. Throws `invalid_record` with file and line for what cannot be understood, `not_found` for no file.
 */
export async function findingsOfSpans(file: string, settings: Readonly<Record<string, Json>>): Promise<SpanFindings> {
  const findings: Finding[] = [];
  let trials = 0;
  const inspect = await inspectorFor({}, settings);
  for await (const [number, line] of numberedLines(file)) {
    const place = { file, line: number };
    // Only an imported run begins so: the plan of our own says what to compare, and a report is made of it.
    if (number === 1 && !line.includes(`"${OWN.runMode}","value":{"stringValue":"import"}`)) return ofReport(file, settings);
    const trace = parseOtlpLine(line, { place });
    if (isPlan(trace)) continue;
    findings.push(...inspect(trialRecordOf(trace, { place }), trace.spans));
    trials++;
  }
  return trials === 0 ? ofReport(file, settings) : { findings: rounded(findings), trials, notes: [] };
}

async function ofReport(file: string, settings: Readonly<Record<string, Json>>): Promise<SpanFindings> {
  const { findings, trials, notes } = await reportOfSpans(file, { settings });
  return { findings, trials: trials.length, notes };
}

const isPlan = ({ spans }: OtlpTrace): boolean => spans.length === 1 && spans[0]!.attributes[OWN.stepType] === STEP.plan;
