import { msOf } from '../kernel/clock.ts';
import { criticalPath } from '../telemetry/critical-path.ts';
import { OWN } from '../telemetry/attribute-names.ts';
import type { SpanRecord } from '../telemetry/span.ts';
import { defineDetector } from './seen/detector.ts';
import { msLong, percent, times, type TrialView } from './seen/trial-view.ts';
import { shortestUs, type Step, stepsOf } from './synchronous-chain/steps.ts';

export default defineDetector({
  name: 'synchronous-chain',
  description: 'Agents wait for one another although none of them needs what the other found.',
  severity: 'warning',
  advice:
    'run in parallel what does not depend on one another (the pattern `parallel`, a `graph` with branches, message queues and asynchronous hand-offs), and keep in a chain only what needs the result before it',
  settings: (z) =>
    z.strictObject({
      minShare: z.number().min(0).max(1).default(0.1).describe("share of the trial's time that parallel steps would save"),
      minSteps: z.int().min(2).default(2).describe('steps that could run side by side'),
    }),
  detect: (view, { minShare, minSteps }) => {
    // Without facts about who reads what, every chain looks needless.
    if (!view.calls.some(({ attributes }) => attributes[OWN.promptCharacters] !== undefined)) return [];
    const containers = [...new Set(view.runs.flatMap(({ parentPath }) => view.tree.byPath.get(parentPath ?? '') ?? []))];
    return containers.flatMap((container) => {
      const steps = stepsOf(view, container);
      const idle = steps.filter(
        (step) => isAgent(view, step) && [...step.waitedFor].some((other) => waitsInVain(view, step, other)),
      );
      if (idle.length + 1 < minSteps || !isCritical(view, container)) return [];
      const taken = Math.max(...steps.map(({ span }) => span.endUs)) - steps[0]!.span.startUs;
      const savedMs = msOf(taken - shortestUs(steps));
      const trialMs = msLong(view.tree.root);
      if (savedMs <= 0 || savedMs < minShare * trialMs) return [];
      const chain = steps.filter((step) => isAgent(view, step));
      const names = [...new Set(chain.map(({ span }) => view.agentOf(span)))].join(', ');
      const why = `${times(idle.length, 'step')} of ${chain.length} (${names}) ${idle.length === 1 ? 'waits' : 'wait'} for what ${idle.length === 1 ? 'it does' : 'they do'} not read: side by side the trial would take ${seconds(trialMs - savedMs)} instead of ${seconds(trialMs)} (-${percent(savedMs / trialMs)})`;
      return [{ agent: view.agentOf(idle[0]!.span), spans: idle.map(({ span }) => span), why, wastedMs: savedMs }];
    });
  },
});

const isAgent = (view: TrialView, { span }: Step): boolean => view.roleOf(span) === 'agent';

const waitsInVain = (view: TrialView, step: Step, other: Step): boolean => isAgent(view, other) && !step.needs.has(other);

/** Whether time of the trial went by in it that nothing else covered. */
const isCritical = (view: TrialView, container: SpanRecord): boolean =>
  container === view.tree.root || criticalPath(view.tree.spans).some(({ spanPath }) => spanPath.startsWith(`${container.path}/`));

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
