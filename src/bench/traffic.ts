import type { ModelPort } from '../contracts/model.ts';
import type { LedgerCounts } from '../fixtures/ledger.ts';
import type { Clock } from '../kernel/clock.ts';
import type { PatternbenchError } from '../kernel/errors.ts';
import type { TrialPlan } from './plan.ts';

/** Where the answers of one scenario come from during a run: recordings, an endpoint, or an endpoint that is being recorded. */
export interface Traffic {
  /** A port for one trial; repeats of a request are counted in it. */
  readonly modelFor: (plan: TrialPlan) => ModelPort;
  /** A clock for one trial; the seed is that of its ambient chance. */
  readonly clock: (seed: string) => Clock;
  readonly clockKind: Clock['kind'];
  /** The recording set that answers come from or go to (`<scenario>/<profile>`); null when nothing is recorded. */
  readonly fixtureSet: string | null;
  /** Hash of the recordings, for the fingerprint; 'live' when there are none. */
  readonly fixtures: string;
  /** What is odd about the recordings, for the person. */
  readonly warnings: readonly string[];
  /** What became of the calls so far. */
  readonly ledger: () => LedgerCounts;
  /** By the model that was asked for: those that answered in the recording. */
  readonly models: Readonly<Record<string, readonly string[]>>;
  /** Ends the traffic: files are brought into order, servers closed. Says what was recorded. */
  readonly close: () => Promise<TrafficSummary>;
  /** Ends the traffic of a run that did not get to its end: what was recorded so far is kept as it is. */
  readonly abandon: () => Promise<void>;
}

export interface TrafficSummary {
  /** The fixture file, when one was written. */
  readonly file?: string;
  readonly recorded: number;
  readonly reused: number;
  readonly changed: boolean;
}

/** Told of every request that has no recording. */
export type OnMiss = (plan: TrialPlan, miss: PatternbenchError) => void;
