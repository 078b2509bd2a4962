import { OWN } from '../../telemetry/attribute-names.ts';
import type { SpanRecord } from '../../telemetry/span.ts';
import { isWrite } from '../seen/tool-facts.ts';
import { textsOf, type TrialView } from '../seen/trial-view.ts';

/** A step of a container: a run of an agent, a decision, or a call of the container itself. */
export interface Step {
  readonly span: SpanRecord;
  /** Steps that it needs: it could not start before their end, however they were arranged. */
  readonly needs: ReadonlySet<Step>;
  /** Steps after whose end it started. */
  readonly waitedFor: ReadonlySet<Step>;
}

/**
 * The steps of a container in the order of their start, with what each needs of those before it. One needs another when
 *  - a prompt in it holds an answer of the other,
 *  - the other is a decision (or a tool, or a step of the pattern's own): what comes after it may hang on it,
 *  - the other changed the world, handed over, or failed: what comes after it knows that.
 * Everything else is order without need. Need is passed on: what needs a step needs what that one needs.
 */
export function stepsOf(view: TrialView, container: SpanRecord): Step[] {
  const steps: { span: SpanRecord; needs: Set<Step>; waitedFor: Set<Step> }[] = [];
  const callsOf = new Map<SpanRecord, ReadonlySet<string>>();
  for (const span of view.childrenOf(container)) {
    if (span.endUs <= span.startUs) continue;
    const inside = view.calls.filter((call) => call === span || call.path.startsWith(`${span.path}/`));
    callsOf.set(span, new Set(inside.map(({ path }) => path)));
    const reads = new Set(inside.flatMap((call) => textsOf(call.attributes[OWN.promptReads])));
    const before = steps.filter((step) => step.span.endUs <= span.startUs);
    const needed = before.filter(
      (step) =>
        (mustComeFirst(view, step.span) && !areBranches(step.span, span)) ||
        [...callsOf.get(step.span)!].some((path) => reads.has(path)),
    );
    const needs = new Set(needed.flatMap((step) => [step as Step, ...step.needs]));
    steps.push({ span, needs, waitedFor: new Set(before) });
  }
  return steps;
}

const BRANCH = /\[\d+\]$/;

/** Different branches of one step: they were meant to run side by side, so what one decides is not for the other. */
function areBranches(a: SpanRecord, b: SpanRecord): boolean {
  const [one, other] = [a.path.split('/'), b.path.split('/')];
  const apart = one.findIndex((segment, i) => segment !== other[i]);
  const [here, there] = [one[apart], other[apart]];
  return here !== undefined && there !== undefined && BRANCH.test(here) && here.replace(BRANCH, '') === there.replace(BRANCH, '');
}

function mustComeFirst(view: TrialView, span: SpanRecord): boolean {
  if (view.roleOf(span) !== 'agent' || span.error || span.attributes[OWN.stop] === 'handoff') return true;
  return view.tools.some((tool) => isWrite(tool) && tool.path.startsWith(`${span.path}/`));
}

/** Microseconds from the first start to the last end if every step started as soon as what it needs has ended. */
export function shortestUs(steps: readonly Step[]): number {
  const ends = new Map<Step, number>();
  for (const step of steps) {
    const start = Math.max(0, ...[...step.needs].map((needed) => ends.get(needed)!));
    ends.set(step, start + step.span.endUs - step.span.startUs);
  }
  return Math.max(0, ...ends.values());
}
