import type { Json } from '../kernel/json.ts';
import type { StopSignal } from '../kernel/stop.ts';

/** What somebody outside is asked. */
export interface Question {
  /** `scenario/pattern/sample/trial` */
  readonly trial: string;
  /** Where in the trial it was asked. */
  readonly path: string;
  /** `approve_plan`, `escalate`, the name of a tool: what kind of question this is. */
  readonly name: string;
  readonly agent: string;
  readonly question: Json;
}

/** Somebody, or a rule, who answers questions of a trial. */
export interface Approver {
  /** Milliseconds of the trial that an answer takes. */
  readonly latencyMs: number;
  /** The answer, or nothing where it cannot give one: the trial is suspended then. */
  readonly answer: (question: Question, signal: StopSignal) => Promise<Json | undefined> | Json | undefined;
}
