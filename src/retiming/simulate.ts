import { EventHeap } from '../kernel/event-heap.ts';
import { Admission, type Waiting } from './admission.ts';
import { type Limit, limitOf, type LimitRule } from './limit.ts';
import type { ModelRequest } from './model-request.ts';
import type { Moment } from './moment.ts';
import type { TrialGraph } from './trial-graph.ts';

/** A trial and the instant, in microseconds of the shared timeline, at which it comes. */
export interface Arrival {
  readonly graph: TrialGraph;
  readonly atUs: number;
}

/**
 * Lets the moments of trials happen on one timeline, one event at a time, in the order of time and then of their making: the same input gives
 * the same times. Requests to models wait for the limits that are theirs; everything else happens as soon as its causes have.
 */
export function simulate(arrivals: readonly Arrival[], rules: readonly LimitRule[]): void {
  const heap = new EventHeap();
  let sequence = 0;
  const at = (atUs: number, callback: () => void) => heap.push({ atUs, sequence: sequence++, callback });
  const admission = new Admission((atUs) => at(atUs, () => admission.pump(atUs)));
  const shared = new Map<LimitRule, Limit>(rules.filter((rule) => !rule.perTrial).map((rule) => [rule, limitOf(rule)]));

  const happen = (moment: Moment, atUs: number): void => {
    moment.atUs = atUs;
    for (const effect of moment.effects) {
      effect.readyUs = Math.max(effect.readyUs, atUs);
      if (--effect.openCauses === 0) become(effect);
    }
    for (const listen of moment.listeners) listen(atUs);
  };
  const become = (moment: Moment): void => {
    const atUs = moment.readyUs + (moment.delayUs ?? moment.recordedDelayUs());
    at(atUs, () => (moment.gate ? moment.gate(atUs, (passedUs) => happen(moment, passedUs)) : happen(moment, atUs)));
  };

  for (const { graph, atUs } of arrivals) {
    const own = new Map(rules.map((rule) => [rule, shared.get(rule) ?? limitOf(rule)]));
    for (const request of graph.requests) {
      const limits = rules.filter((rule) => isOf(rule, request)).map((rule) => own.get(rule)!);
      if (limits.length > 0) queueUp(request, { limits, admission });
    }
    for (const pool of graph.pools) {
      const waiting = [...pool.grants];
      for (const done of pool.dones) {
        done.listeners.push((freeUs) => {
          const grant = waiting.shift();
          if (grant) at(freeUs, () => happen(grant, freeUs));
        });
      }
    }
    for (const moment of graph.moments) moment.openCauses = moment.causes.length;
    at(atUs, () => happen(graph.root.start, atUs));
  }
  for (let event = heap.popLive(); event; event = heap.popLive()) event.callback!();
}

const isOf = (rule: LimitRule, request: ModelRequest): boolean => rule.model === undefined || request.models.has(rule.model);

interface Queue {
  readonly limits: readonly Limit[];
  readonly admission: Admission;
}

/** A request asks for its place when its causes have happened, and gives it back at its end. One that is stopped while it waits never starts. */
function queueUp(request: ModelRequest, { limits, admission }: Queue): void {
  const { start, end, cut, tokens } = request;
  let isIn = false;
  start.gate = (askedUs, pass) => {
    request.askedUs = askedUs;
    if (cut && cut.atUs >= 0) {
      pass(askedUs);
      return;
    }
    const waiting: Waiting = {
      tokens,
      limits,
      admit: (atUs) => {
        isIn = true;
        pass(atUs);
      },
    };
    cut?.listeners.push((atUs) => {
      if (admission.withdraw(waiting, atUs)) pass(atUs);
    });
    admission.ask(askedUs, waiting);
  };
  end.listeners.push((atUs) => {
    if (!isIn) return;
    for (const limit of limits) limit.release();
    admission.pump(atUs);
  });
}
