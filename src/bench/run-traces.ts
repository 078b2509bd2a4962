import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PatternbenchError } from '../kernel/errors.ts';
import type { PlanFacts } from '../schema/plan-facts.ts';
import type { OtlpTrace } from '../telemetry/otlp-json.ts';
import { parseOtlpLine } from '../telemetry/otlp-parse.ts';
import { planOfTrace } from './span-lines.ts';

/** A saved run, as its spans tell it. */
export interface RunTraces {
  readonly plan: PlanFacts;
  readonly traces: readonly OtlpTrace[];
}

/** Reads the spans of a saved run. Throws `not_found`, `invalid_record` with file and line, `usage` for spans of another tool. */
export async function readTraces(folder: string): Promise<RunTraces> {
  const file = join(folder, 'spans.jsonl');
  const traces: OtlpTrace[] = [];
  let plan: PlanFacts | undefined;
  let number = 0;
  const lines = createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity });
  try {
    for await (const line of lines) {
      number++;
      if (line === '') continue;
      const place = { file, line: number };
      const trace = parseOtlpLine(line, { place });
      if (plan) traces.push(trace);
      else plan = planOfTrace(trace, place);
      if (!plan) throw new PatternbenchError('usage', 'these spans are not those of a run of ours', { place });
    }
  } catch (cause) {
    if (cause instanceof PatternbenchError) throw cause;
    throw new PatternbenchError('not_found', 'the spans of this run cannot be read', { place: { file }, cause });
  }
  if (!plan) throw new PatternbenchError('invalid_record', 'this file holds no spans', { place: { file } });
  return { plan, traces };
}
