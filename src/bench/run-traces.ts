import { join } from 'node:path';
import { PatternbenchError } from '../kernel/errors.ts';
import type { PlanFacts } from '../schema/plan-facts.ts';
import { OWN } from '../telemetry/attribute-names.ts';
import type { OtlpTrace } from '../telemetry/otlp-json.ts';
import { parseOtlpLine } from '../telemetry/otlp-parse.ts';
import { numberedLines } from './report-of-spans.ts';
import { planOfTrace } from './span-lines.ts';

/** A run as its spans tell it: what was planned, and the trace of every trial. */
export interface RunTraces {
  readonly plan: PlanFacts;
  readonly traces: readonly OtlpTrace[];
}

/** Reads the spans of a saved run. Throws `not_found` for no file, `invalid_record` with file and line for what is no run of ours. */
export async function readTraces(folder: string): Promise<RunTraces> {
  const file = join(folder, 'spans.jsonl');
  let plan: PlanFacts | undefined;
  const traces: OtlpTrace[] = [];
  for await (const [number, line] of numberedLines(file)) {
    const place = { file, line: number };
    if (plan) {
      traces.push(parseOtlpLine(line, { place }));
      continue;
    }
    if (!line.includes(`"${OWN.plan}"`)) throw noPlan(file);
    plan = planOfTrace(parseOtlpLine(line, { place }), place);
    if (!plan) throw noPlan(file);
  }
  if (!plan) throw new PatternbenchError('invalid_record', 'this file holds no spans', { place: { file } });
  return { plan, traces };
}

const noPlan = (file: string) =>
  new PatternbenchError('invalid_record', 'the first line is not the plan of a run', {
    place: { file, line: 1 },
    remedy: 'name a run that this program made itself: of imported runs and traces of other programs it knows too little',
  });
