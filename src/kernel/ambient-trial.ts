import { AsyncLocalStorage } from 'node:async_hooks';
import type { VirtualClock } from './virtual-clock.ts';

const trials = new AsyncLocalStorage<VirtualClock>();

/** Runs work, and all that it starts, in the async context of a trial: its ambient time and chance are those of the clock. */
export const insideTrial = <T>(clock: VirtualClock, work: () => T): T => trials.run(clock, work);

/** Runs work, and all that it starts, outside of any trial: time and chance are real there, since real work waits for real timers. */
export const outsideTrials = <T>(work: () => T): T => trials.exit(work);

/** The clock of the trial that is running here; nothing outside of trials, in held work, and once the trial is over. */
export function ambientClock(): VirtualClock | undefined {
  const clock = trials.getStore();
  return clock?.isOver ? undefined : clock;
}

/** Whether this is something that a trial left running when it ended. */
export const isLeftover = (): boolean => trials.getStore()?.isOver ?? false;
