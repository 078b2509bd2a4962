import { branchPath, childPath, tryPath } from '../kernel/path.ts';
import type { Stop } from '../kernel/stop.ts';
import type { Attributes, SpanRecord } from '../telemetry/span.ts';
import { isOver } from './span-error.ts';
import type { TrialRuntime } from './trial-runtime.ts';

/**
 * A place in a trial: its path, its span, who acts there, and what has just ended there (`last`), which is what makes the next step start.
 * Every branch and every run of an agent has a scope of its own, so paths never depend on the order in which branches finish.
 */
export interface Scope {
  readonly trial: TrialRuntime;
  readonly path: string;
  readonly span: SpanRecord;
  readonly agent: string;
  readonly signal: Stop;
  /** How often which effect was begun here; made with the first one. */
  counters: Map<string, number> | undefined;
  /** Of the whole trial: what goes on in the background outlives the step that began it. */
  readonly root: Stop;
  /** Added to the seed of requests. */
  readonly variant: number;
  last: readonly string[];
}

/** The path of the next effect of that kind and name in a scope. */
export function nextPath(scope: Scope, kind: string, name: string): string {
  const label = `${kind}:${name}`;
  const counters = (scope.counters ??= new Map<string, number>());
  const occurrence = counters.get(label) ?? 0;
  counters.set(label, occurrence + 1);
  return childPath(scope.path, kind, name, occurrence);
}

/** The i-th branch of a step: same span, path of its own. */
export const branchScope = (scope: Scope, path: string, index: number, signal: Stop): Scope => ({
  ...scope,
  path: branchPath(path, index),
  signal,
  counters: undefined,
});

/** The scope inside a step that has a span of its own. */
export const stepScope = (scope: Scope, span: SpanRecord, { agent = scope.agent, variant = 0 } = AS_BEFORE): Scope => ({
  ...scope,
  path: span.path,
  span,
  agent,
  variant: scope.variant + variant,
  counters: undefined,
});

const AS_BEFORE: { readonly agent?: string; readonly variant?: number } = {};

/** The n-th attempt inside a step; the first one adds nothing to the path. */
export const attemptScope = (scope: Scope, attempt: number, signal: Stop): Scope => ({
  ...scope,
  path: attempt === 0 ? scope.path : tryPath(scope.path, attempt),
  signal,
  counters: undefined,
});

interface StepSpan {
  readonly path: string;
  readonly name: string;
  readonly kind?: 'internal' | 'client';
  readonly attributes: Attributes;
  readonly links?: readonly string[];
}

/** Opens a span under a scope's span, now, caused by what ended last in the scope. */
export const openSpan = (scope: Scope, { path, name, kind = 'internal', attributes, links = [] }: StepSpan): SpanRecord =>
  scope.trial.trace.start({
    path,
    parentPath: scope.span.path,
    name,
    kind,
    startUs: scope.trial.clock.nowUs(),
    attributes,
    after: scope.last,
    links,
  });

/** Closes a step that did something itself (a call, a tool, a wait): it is what the next step in the scope waits for. */
export function closeEffect(scope: Scope, span: SpanRecord): void {
  if (isOver(span)) return;
  scope.trial.trace.end(span, scope.trial.clock.nowUs());
  scope.last = [span.path];
}

/** Closes a step that contained others: what ended last in it is what the next step waits for. */
export function closeContainer(scope: Scope, span: SpanRecord, inner: Scope): void {
  if (isOver(span)) return;
  scope.trial.trace.end(span, scope.trial.clock.nowUs());
  scope.last = inner.last;
}
