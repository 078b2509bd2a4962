import { ambientClock } from './ambient-trial.ts';
import { msOf } from './clock.ts';
import { real } from './real-time.ts';
import { EPOCH_MS } from './virtual-clock.ts';

const RealDate = real.Date;

/** Milliseconds of Unix time: a trial begins at EPOCH_MS. */
export function ambientNow(): number {
  const clock = ambientClock();
  return clock ? Math.floor(EPOCH_MS + msOf(clock.nowUs())) : RealDate.now();
}

/** Milliseconds since the trial began, with its microseconds; outside of trials since the process did. */
export function ambientPerformanceNow(): number {
  const clock = ambientClock();
  return clock ? msOf(clock.nowUs()) : real.performanceNow();
}

/**
 * `Date` as it is, except that it knows only ambient now. It shares the prototype of the real one: dates that Node makes by itself stay
 * instances of it, and the other way round.
 */
export function ambientDate(): DateConstructor {
  function AmbientDate(this: unknown, ...args: unknown[]): unknown {
    if (!new.target) return new RealDate(ambientNow()).toString();
    return Reflect.construct(RealDate, args.length === 0 ? [ambientNow()] : args, new.target) as Date;
  }
  const properties = Object.getOwnPropertyDescriptors(RealDate) as Record<string, PropertyDescriptor>;
  properties['now'] = { ...properties['now'], value: ambientNow };
  return Object.defineProperties(AmbientDate, properties) as unknown as DateConstructor;
}
