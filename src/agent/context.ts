import type { RunContext } from '../contracts/run-context.ts';
import { msOf, usOf } from '../kernel/clock.ts';
import { unitOf } from '../kernel/random.ts';
import { runAgent } from './agent-run.ts';
import { runInBackground } from './background.ts';
import { runBranches } from './branches.ts';
import { decide } from './decide.ts';
import { interrupt } from './interrupt.ts';
import { callModel, waitVisibly } from './model-call.ts';
import { nextPath, type Scope } from './scope.ts';
import { callTool } from './tool-call.ts';

/** The door that an agent gets: the scope it stands in, and nothing else of the trial. */
export const contextOf = (scope: Scope): RunContext => new ScopedContext(scope);

/**
 * Every run of an agent and every branch gets a context and uses two or three of its members, so each is made when it is asked for: as a
 * getter that yields a function of its own, since agents take contexts apart (`const { run } = ctx`).
 */
class ScopedContext implements RunContext {
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  get path() {
    return this.#scope.path;
  }

  get signal() {
    return this.#scope.signal.native;
  }

  get run(): RunContext['run'] {
    const scope = this.#scope;
    return (agent, input, options) => kept(runAgent(scope, agent, input, options));
  }

  get all(): RunContext['all'] {
    const scope = this.#scope;
    return (items, branch, options) => kept(runBranches(scope, items, branch, options));
  }

  get model(): RunContext['model'] {
    const scope = this.#scope;
    return (request) => kept(callModel(scope, request));
  }

  get decide(): RunContext['decide'] {
    const scope = this.#scope;
    return (decision) => kept(decide(scope, decision));
  }

  get tool(): RunContext['tool'] {
    const scope = this.#scope;
    return (allowed, call) => kept(callTool(scope, allowed, call));
  }

  get interrupt(): RunContext['interrupt'] {
    const scope = this.#scope;
    return (name, question) => kept(interrupt(scope, name, question));
  }

  get background(): RunContext['background'] {
    const scope = this.#scope;
    return (name, work) => runInBackground(scope, name, work);
  }

  /** Only for the pattern itself: an agent that it runs was given its part. */
  get items() {
    return this.#scope.path === '' ? this.#scope.trial.items : undefined;
  }

  get shared() {
    return this.#scope.trial.shared;
  }

  get nowMs(): RunContext['nowMs'] {
    const { clock } = this.#scope.trial;
    return () => msOf(clock.nowUs());
  }

  get sleep(): RunContext['sleep'] {
    const scope = this.#scope;
    return (ms) => kept(waitVisibly(scope, 'wait', usOf(ms)));
  }

  get random(): RunContext['random'] {
    const scope = this.#scope;
    return () => unitOf(`${scope.trial.seed}/${nextPath(scope, 'random', 'draw')}`);
  }

  get annotate(): RunContext['annotate'] {
    const scope = this.#scope;
    return (facts) => {
      scope.signal.throwIfAborted();
      Object.assign(scope.span.attributes, facts);
    };
  }

  get event(): RunContext['event'] {
    const scope = this.#scope;
    return (name, attributes = {}) => {
      scope.signal.throwIfAborted();
      scope.span.events.push({ name, atUs: scope.trial.clock.nowUs(), attributes });
    };
  }
}

/** An effect that fails while nobody awaits it stands in the trace; it must not bring down the process and every other trial with it. */
function kept<T>(effect: Promise<T>): Promise<T> {
  effect.catch(ignore);
  return effect;
}

const ignore = () => {};
