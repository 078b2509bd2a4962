import { type Clock, sleepOn, type Timer } from './clock.ts';
import { real } from './real-time.ts';

interface RealTimer extends Timer {
  readonly handle: NodeJS.Timeout;
}

/** What a timer of Node can wait (24.8 days); for anything longer it would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** Time as it passes, counted from the clock's making. For live and recording runs. */
export function realClock(): Clock {
  const origin = process.hrtime.bigint();
  const nowUs = () => Number((process.hrtime.bigint() - origin) / 1000n);
  const schedule = (delayUs: number, callback: () => void): RealTimer => ({
    atUs: nowUs() + delayUs,
    handle: real.setTimeout(callback, Math.min(delayUs / 1000, LONGEST_MS)),
  });
  const cancel = (timer: Timer) => real.clearTimeout((timer as RealTimer).handle);
  const clock: Clock = {
    kind: 'real',
    nowUs,
    schedule,
    cancel,
    sleep: (delayUs, signal) => sleepOn(clock, delayUs, signal),
    hold: (work) => work(),
  };
  return clock;
}
