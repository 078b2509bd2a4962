import { type Clock, sleepOn, type Timer } from './clock.ts';
import { EventHeap, type HeapEvent } from './event-heap.ts';
import { nextTurn } from './scheduler.ts';

interface CatchUpEvent extends HeapEvent {
  real?: Timer;
}

/**
 * Time of a trial that is taken up again on a real clock: as long as only recorded steps are gone through, it jumps from one to the next, as
 * virtual time does; from the first step that really happens (`goLive`) it passes as `real` does, and goes on from where it was. Deadlines
 * set before keep their instant.
 */
export function catchUpClock(real: Clock): Clock {
  const heap = new EventHeap();
  let caughtUpUs = 0;
  let offsetUs: number | undefined;
  let sequence = 0;
  let holds = 0;
  let queued = false;
  const nowUs = () => (offsetUs === undefined ? caughtUpUs : real.nowUs() + offsetUs);
  const wake = () => {
    if (queued || offsetUs !== undefined) return;
    queued = true;
    nextTurn(turn);
  };
  const turn = () => {
    queued = false;
    if (offsetUs !== undefined || holds > 0) return;
    const event = heap.popLive();
    if (!event) return;
    caughtUpUs = Math.max(caughtUpUs, event.atUs);
    wake();
    event.callback?.();
  };
  const arm = (event: CatchUpEvent) => {
    event.real = real.schedule(Math.max(0, event.atUs - nowUs()), () => event.callback?.());
  };
  const clock: Clock = {
    kind: 'real',
    nowUs,
    schedule: (delayUs, callback) => {
      const event: CatchUpEvent = { atUs: nowUs() + Math.max(0, Math.round(delayUs)), sequence: sequence++, callback };
      if (offsetUs !== undefined) arm(event);
      else {
        heap.push(event);
        wake();
      }
      return event;
    },
    cancel: (timer) => {
      const event = timer as CatchUpEvent;
      event.callback = undefined;
      if (event.real) real.cancel(event.real);
    },
    sleep: (delayUs, signal) => sleepOn(clock, delayUs, signal),
    hold: async (work) => {
      holds++;
      try {
        return await work();
      } finally {
        holds--;
        wake();
      }
    },
    goLive: () => {
      if (offsetUs !== undefined) return;
      offsetUs = caughtUpUs - real.nowUs();
      for (let event = heap.popLive(); event; event = heap.popLive()) arm(event);
    },
  };
  return clock;
}
