import { z } from '../../schema/zod.ts';
import type { Finding } from '../../schema/run-record.ts';
import type { SpanRecord } from '../../telemetry/span.ts';
import type { TrialView } from './trial-view.ts';

/** One thing that was seen in a trial. */
export interface Sighting {
  /** Whose it is. */
  readonly agent: string;
  /** The spans that show it, in the order in which somebody should look at them. */
  readonly spans: readonly SpanRecord[];
  /** What was seen, with the numbers that are over a threshold. */
  readonly why: string;
  /** Calls that would not have been made without it: their tokens and dollars are wasted, and their time where `wastedMs` does not say. */
  readonly wasted?: readonly SpanRecord[];
  /** Tokens, where they are a part of some calls; what they cost is then not known. */
  readonly wastedTokens?: number;
  readonly wastedMs?: number;
  /** Default: the detector's. */
  readonly severity?: Finding['severity'];
}

/** A way of seeing one kind of anti-pattern in the spans of a trial, as a part: a file in `findings/` whose default export this is. */
export interface Detector<Settings = unknown> {
  /** The kind of its findings. */
  readonly name: string;
  readonly description: string;
  readonly severity: Finding['severity'];
  /** What to do instead. */
  readonly advice: string;
  /** The failure mode of the MAST taxonomy (Cemri et al. 2025, arXiv 2503.13657), where there is one. */
  readonly mast?: string;
  /** Thresholds with their defaults; a scenario sets others under `findings`. */
  readonly settings: z.ZodObject;
  /** Looks at one trial; a pure function of its spans. What the spans do not tell, it does not see. */
  readonly detect: (view: TrialView, settings: Settings) => readonly Sighting[];
}

export interface DetectorDefinition<Shape extends z.ZodObject> extends Omit<Detector<z.output<Shape>>, 'settings'> {
  readonly settings: (zod: typeof z) => Shape;
}

/** A detector whose settings its definition knows; for everybody else they are data that its schema has parsed. */
export function defineDetector<Shape extends z.ZodObject>(definition: DetectorDefinition<Shape>): Detector {
  const detector: Detector<z.output<Shape>> = { ...definition, settings: definition.settings(z) };
  return detector as Detector;
}
