import { type ErrorCode, PatternbenchError } from '../../kernel/errors.ts';

/** What the shell is told (COMMANDS in the README). */
export const EXIT = { ok: 0, gate: 1, usage: 2, errors: 3, miss: 4, incomparable: 5, budget: 6, interrupted: 130 } as const;

const BY_CODE: Partial<Record<ErrorCode, number>> = {
  usage: EXIT.usage,
  invalid_scenario: EXIT.usage,
  invalid_fixture: EXIT.usage,
  invalid_record: EXIT.usage,
  invalid_part: EXIT.usage,
  not_found: EXIT.usage,
  fixture_miss: EXIT.miss,
  limit_exceeded: EXIT.budget,
  cancelled: EXIT.interrupted,
  suspended: EXIT.interrupted,
};

/** What is told when several apply: a mistake hides all else, a budget that stopped the run comes before what it would have shown. */
const WORST_FIRST: readonly number[] = [EXIT.usage, EXIT.budget, EXIT.errors, EXIT.miss, EXIT.incomparable, EXIT.gate];

/** The one exit code of several; 0 for none. */
export const worstExit = (codes: readonly number[]): number => WORST_FIRST.find((code) => codes.includes(code)) ?? EXIT.ok;

/** The exit code of an error that ended a command. */
export const exitCodeOf = (error: unknown): number =>
  error instanceof PatternbenchError ? (BY_CODE[error.code] ?? EXIT.errors) : EXIT.errors;
