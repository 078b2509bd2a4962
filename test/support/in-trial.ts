import { msOf } from '../../src/kernel/clock.ts';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';

/** Runs work as a trial, on a virtual clock of its own: what it gives, and the virtual milliseconds that it took. */
export async function inTrial<T>(trial: (clock: VirtualClock) => Promise<T>, seed?: string): Promise<{ value: T; ms: number }> {
  const clock = new VirtualClock(seed);
  const value = await clock.run(() => trial(clock));
  return { value, ms: msOf(clock.nowUs()) };
}
