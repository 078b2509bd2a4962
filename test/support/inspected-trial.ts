import { describeMessages } from '../../src/bench/describe-messages.ts';
import { dueApprovals } from '../../src/bench/due-approvals.ts';
import { inspectorFor } from '../../src/bench/inspector.ts';
import { messageLog } from '../../src/bench/message-log.ts';
import { trialRecordOf } from '../../src/bench/trial-record-of.ts';
import { PatternbenchError } from '../../src/kernel/errors.ts';
import type { Finding } from '../../src/schema/run-record.ts';
import type { FindingSettings } from '../../src/schema/scenario.ts';
import { writeOtlpLine } from '../../src/telemetry/otlp-json.ts';
import { parseOtlpLine } from '../../src/telemetry/otlp-parse.ts';
import type { SpanRecord } from '../../src/telemetry/span.ts';
import { checkTrace } from '../../src/telemetry/trace-check.ts';
import { runScripted, type ScriptedTrial } from './trial.ts';

export interface InspectedTrial {
  readonly findings: readonly Finding[];
  /** As a reader of the file gets them. */
  readonly spans: readonly SpanRecord[];
  readonly completed: boolean;
}

const traceId = 'a'.repeat(32);

/** Runs a scripted trial, writes its spans, reads them back, and looks for findings in nothing but those. */
export async function inspectedTrial(trial: ScriptedTrial, findings: FindingSettings = {}): Promise<InspectedTrial> {
  const log = messageLog();
  const { spans, result, error } = await runScripted({ ...trial, runtime: { ...trial.runtime, content: log } });
  const outcome = result
    ? { status: 'completed' }
    : error instanceof PatternbenchError && error.code === 'limit_exceeded'
      ? { status: 'limit', limit: String(error.facts['limit']), message: error.message }
      : { status: 'failed', code: 'failed', message: String(error) };
  Object.assign(spans[0]!.attributes, {
    'patternbench.adapter': 'native',
    'patternbench.outcome': JSON.stringify(outcome),
    'patternbench.scores': '{}',
    'patternbench.why': '{}',
    ...(result ? { 'patternbench.output': result.output } : {}),
  });
  describeMessages(log, { output: result?.output ?? null, isDue: dueApprovals({ findings }) });
  return inspectedSpans(spans, findings);
}

/** The findings of spans, written and read back. */
export async function inspectedSpans(given: readonly SpanRecord[], findings: FindingSettings = {}): Promise<InspectedTrial> {
  const line = writeOtlpLine({ traceId, resource: {}, spans: given }, { version: '0' });
  const { spans } = parseOtlpLine(line);
  const problems = checkTrace(spans);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  const record = trialRecordOf({ traceId, spans });
  const inspect = await inspectorFor({ findings: { [record.scenario]: findings } } as Parameters<typeof inspectorFor>[0]);
  return { spans, completed: record.outcome.status === 'completed', findings: inspect(record, spans) };
}
