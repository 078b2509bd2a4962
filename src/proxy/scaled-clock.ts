import type { Clock } from '../kernel/clock.ts';

/** A clock that runs `pace` times as fast as another: what is due after ten seconds on it is due after one, at a pace of 10. */
export const scaledClock = (clock: Clock, pace: number): Clock => ({
  kind: clock.kind,
  nowUs: () => Math.round(clock.nowUs() * pace),
  schedule: (delayUs, callback) => clock.schedule(delayUs / pace, callback),
  cancel: clock.cancel,
  sleep: (delayUs, signal) => clock.sleep(delayUs / pace, signal),
  hold: (work) => work(),
});
