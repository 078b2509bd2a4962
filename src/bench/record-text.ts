import { canonicalJson } from '../kernel/canonical-json.ts';
import { isObject } from '../kernel/json.ts';
import type { RunRecord } from '../schema/run-record.ts';
import type { TrialRecord } from '../schema/trial-record.ts';

/** The bytes of run.json. */
export const runText = (run: RunRecord): string => `${JSON.stringify(JSON.parse(canonicalJson(rounded(run))), null, 1)}\n`;

/** A line of trials.jsonl, without its end. */
export const trialText = (record: TrialRecord): string => canonicalJson(rounded(record));

/** Decimals kept in records: below the microsecond and the millionth of a cent nothing is known. */
const DECIMALS = 9;

/** The same value with every number cut to the decimals that are known; sums in another order then give the same bytes. */
export function rounded<T>(value: T): T {
  if (typeof value === 'number') return (Number.isInteger(value) ? value : Number(value.toFixed(DECIMALS))) as T;
  if (Array.isArray(value)) return value.map(rounded) as T;
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, rounded(member)])) as T;
}
