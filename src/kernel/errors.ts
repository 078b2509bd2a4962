/** What went wrong, as a literal: commands map it to an exit code, traces carry it as `error.type`. */
export type ErrorCode =
  | 'usage'
  | 'invalid_scenario'
  | 'invalid_fixture'
  | 'invalid_record'
  | 'invalid_part'
  | 'not_found'
  | 'fixture_miss'
  | 'model_error'
  | 'malformed_response'
  | 'invalid_decision'
  | 'contract_violation'
  | 'tool_error'
  | 'tool_denied'
  | 'timeout'
  | 'limit_exceeded'
  | 'cancelled'
  | 'suspended'
  | 'terminated'
  | 'divergence'
  | 'unknown_effect'
  | 'all_branches_failed'
  | 'network_blocked'
  | 'virtual_deadlock'
  | 'unheld_io'
  | 'broken_invariant';

/** Where a person finds the cause: a file with line and column (both from 1), and the path of the value inside it. */
export interface Place {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly path?: string;
}

export interface ErrorDetails {
  readonly place?: Place;
  /** What to do next, as a sentence or a command to paste. */
  readonly remedy?: string;
  readonly cause?: unknown;
  /** Machine-readable facts about this failure (a status, a limit's name), never secrets. */
  readonly facts?: Readonly<Record<string, string | number | boolean>>;
}

/** The one error class of the project: a literal code, what happened, where, and what to do next. */
export class PatternbenchError extends Error {
  override readonly name = 'PatternbenchError';
  readonly code: ErrorCode;
  readonly place: Place | undefined;
  readonly remedy: string | undefined;
  readonly facts: Readonly<Record<string, string | number | boolean>>;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.place = details.place;
    this.remedy = details.remedy;
    this.facts = details.facts ?? {};
  }
}

/** `file:line:column (path)`, with what is known of it; empty when nothing is. */
export function formatPlace(place: Place | undefined): string {
  if (!place) return '';
  const position = [place.file, place.line, place.column].filter((part) => part !== undefined).join(':');
  if (!place.path) return position;
  return position ? `${position} (${place.path})` : place.path;
}

/** The message of anything that was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
