import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type FixtureSet, loadFixtureSet } from '../fixtures/fixture-set.ts';
import type { RecordedRequest } from '../fixtures/interaction.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import { nearestName } from '../schema/nearest-name.ts';
import type { TrialRecord } from '../schema/trial-record.ts';
import { OWN } from '../telemetry/attribute-names.ts';
import { parseOtlpLine } from '../telemetry/otlp-parse.ts';
import type { SpanRecord } from '../telemetry/span.ts';
import { readRun } from './read-run.ts';

/** A model call of a trial with what was said, as far as a recording tells. */
export interface ToldCall {
  readonly span: SpanRecord;
  readonly request: RecordedRequest | undefined;
  readonly answer: Readonly<Record<string, unknown>> | string | undefined;
}

export interface ToldTrial {
  readonly record: TrialRecord;
  readonly spans: readonly SpanRecord[];
  /** In order of their start. */
  readonly calls: readonly ToldCall[];
}

/** `scenario/pattern/sample/trial` of a record. */
export const trialName = ({ scenario, pattern, sample, trial }: TrialRecord): string =>
  `${scenario}/${pattern}/${sample}/${trial}`;

/** Reads one trial of a saved run with its trace and its conversation. Throws `not_found` naming what there is. */
export async function readTrial(folder: string, name: string, fixtures: string): Promise<ToldTrial> {
  const { trials } = await readRun(folder);
  const record = trials.find((trial) => trialName(trial) === name);
  if (!record) throw unknownTrial(folder, name, trials);
  const spans = await spansOf(folder, record);
  const set = await recordings(spans, fixtures);
  const calls = spans.filter((span) => span.name.startsWith('chat ')).map((span) => toldCall(span, set));
  return { record, spans, calls };
}

function unknownTrial(folder: string, name: string, trials: readonly TrialRecord[]): PatternbenchError {
  const names = trials.map(trialName);
  const near = nearestName(name, names) ?? names.find((known) => known.startsWith(name.split('/')[0]!)) ?? names[0];
  return new PatternbenchError('not_found', `there is no trial "${name}" in this run`, {
    place: { file: folder },
    remedy: `name it as scenario/pattern/sample/trial${near ? `, such as ${near}` : ''}`,
  });
}

async function spansOf(folder: string, { traceId }: TrialRecord): Promise<readonly SpanRecord[]> {
  const file = join(folder, 'spans.jsonl');
  // One line of thousands is wanted: read by line, and parse only what carries the id.
  for await (const line of createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity })) {
    if (line.includes(`"traceId":"${traceId}"`)) return parseOtlpLine(line, { place: { file } }).spans;
  }
  throw new PatternbenchError('not_found', `the trace ${traceId} is not in the spans of this run`, {
    place: { file },
    remedy: 'run it again',
  });
}

async function recordings(spans: readonly SpanRecord[], fixtures: string): Promise<FixtureSet | undefined> {
  const name = spans.find((span) => span.parentPath === null)?.attributes[OWN.fixtureSet];
  if (typeof name !== 'string') return undefined;
  const file = join(fixtures, `${name}.jsonl`);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : loadFixtureSet(text, file);
}

function toldCall(span: SpanRecord, set: FixtureSet | undefined): ToldCall {
  const id = span.attributes[OWN.replayFixtureId];
  const [key, trial, occurrence] = typeof id === 'string' ? id.split('#') : [];
  const found = key === undefined ? undefined : set?.find(key, Number(trial), Number(occurrence));
  return { span, request: found?.request(), answer: found?.body() };
}
