import { sha256Hex } from '../kernel/hash.ts';

/** What makes a trial the one it is: equal facts, equal trace id. */
export interface TrialIdentity {
  readonly scenario: string;
  readonly adapter: string;
  readonly pattern: string;
  /** Hash of what was set for this run: models, options, faults, limits. */
  readonly settings: string;
  readonly sample: string;
  readonly trial: number;
  readonly seed: number;
  /** 0, or the how-manieth resumption this is. */
  readonly resume: number;
}

/** The trial's trace id: 32 hexadecimal digits, never all zero. */
export function traceIdOf({ adapter, pattern, resume, sample, scenario, seed, settings, trial }: TrialIdentity): string {
  // Members in the order of canonical JSON, whose bytes these are.
  return idOf(JSON.stringify({ adapter, pattern, resume, sample, scenario, seed, settings, trial }), 32);
}

/** A span's id: 16 hexadecimal digits from its trace and its path, never all zero. */
export const spanIdOf = (traceId: string, path: string): string => idOf(`${traceId}/${path}`, 16);

/** Another trace id for the same trace (exported again, its times changed), so that a backend does not merge the two. */
export const saltedTraceId = (traceId: string, salt: string): string => idOf(`${traceId}|${salt}`, 32);

/** All zero is the invalid id of the W3C; one chance in 2^64 is still not never. */
function idOf(text: string, digits: number): string {
  const id = sha256Hex(text).slice(0, digits);
  return /[^0]/.test(id) ? id : `${id.slice(1)}1`;
}
