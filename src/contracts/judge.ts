import type { JsonObject } from '../kernel/json.ts';

/** What a judge is told and asked. */
export interface JudgeQuestion {
  readonly model: string;
  readonly system: string;
  /** Sent as JSON text, so that nothing in it (a model's output is hostile) can pass for the end of what is judged. */
  readonly material: JsonObject;
  /** JSON Schema of the answer. */
  readonly form: JsonObject;
  /** Not sent when it is null: some models take none. */
  readonly temperature: number | null;
}

/** What came of it: JSON that obeys the form, or why there is none. A judge that cannot be understood has not judged. */
export type JudgeAnswer = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problem: string };

/**
 * Asks a model about a trial. Its calls are recorded and replayed like any other, through the same recordings, and counted apart: never in
 * the cost, tokens or time of the trial that is judged.
 */
export interface Judge {
  /** Resolves in any case but a missing recording, a run that is stopped, or a limit of the run. */
  readonly ask: (question: JudgeQuestion) => Promise<JudgeAnswer>;
  /** Notes whether two answers to the same question, asked in both orders, agree. */
  readonly noteSwap: (agrees: boolean) => void;
}
