import type { RunContext } from '../contracts/run-context.ts';
import { msOf, usOf } from '../kernel/clock.ts';
import { unitOf } from '../kernel/random.ts';
import { withSignal } from '../kernel/stop.ts';
import { runAgent } from './agent-run.ts';
import { runInBackground } from './background.ts';
import { runBranches } from './branches.ts';
import { decide } from './decide.ts';
import { interrupt } from './interrupt.ts';
import { callModel, waitVisibly } from './model-call.ts';
import { nextPath, type Scope } from './scope.ts';
import { callTool } from './tool-call.ts';

/** The door that an agent gets: the scope it stands in, and nothing else of the trial. */
export function contextOf(scope: Scope): RunContext {
  const { clock, seed } = scope.trial;
  const context: Omit<RunContext, 'signal'> = {
    path: scope.path,
    run: (agent, input, options) => kept(runAgent(scope, agent, input, options)),
    all: (items, branch, options) => kept(runBranches(scope, items, branch, options)),
    model: (request) => kept(callModel(scope, request)),
    decide: (decision) => kept(decide(scope, decision)),
    tool: (allowed, call) => kept(callTool(scope, allowed, call)),
    interrupt: (name, question) => kept(interrupt(scope, name, question)),
    background: (name, work) => runInBackground(scope, name, work),
    // Only the pattern itself: an agent that it runs was given its part.
    items: scope.path === '' ? scope.trial.items : undefined,
    shared: scope.trial.shared,
    nowMs: () => msOf(clock.nowUs()),
    sleep: (ms) => kept(waitVisibly(scope, 'wait', usOf(ms))),
    random: () => unitOf(`${seed}/${nextPath(scope, 'random', 'draw')}`),
    annotate: (facts) => {
      scope.signal.throwIfAborted();
      Object.assign(scope.span.attributes, facts);
    },
    event: (name, attributes = {}) => {
      scope.signal.throwIfAborted();
      scope.span.events.push({ name, atUs: clock.nowUs(), attributes });
    },
  };
  return withSignal(context, scope.signal);
}

/** An effect that fails while nobody awaits it stands in the trace; it must not bring down the process and every other trial with it. */
function kept<T>(effect: Promise<T>): Promise<T> {
  effect.catch(ignore);
  return effect;
}

const ignore = () => {};
