/** One span of a trial as a viewer shows it: a row of a waterfall, depth first, parents before children. */
export interface SpanRow {
  /** The span's id, 16 hexadecimal digits, as in spans.jsonl. */
  readonly id: string;
  /** The index of the row above; -1 for the root. */
  readonly parent: number;
  /** `workflow`, `agent`, `llm`, `tool`, `handoff`, `backoff`, `wait` or `step`. */
  readonly role: string;
  /** Whose it is; '' where nobody's. */
  readonly agent: string;
  readonly label: string;
  /** The model that answered; '' where none did. */
  readonly model: string;
  /** Microseconds from the start of the trial, and how many it took. */
  readonly startUs: number;
  readonly durationUs: number;
  /** Null where the span says nothing of tokens, or the endpoint did not. */
  readonly tokens: { readonly input: number; readonly cached: number; readonly output: number } | null;
  /** Null where unpriced, and for what costs nothing by itself. */
  readonly costUsd: number | null;
  /** The type of its error; '' where it did not fail. */
  readonly error: string;
  /** Whether the trial waited for it. */
  readonly isCritical: boolean;
  /** Of the run of an agent: the rows whose end made it start. */
  readonly after: readonly number[];
}
