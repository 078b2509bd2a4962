import timers from 'node:timers';
import promises from 'node:timers/promises';

const { random } = Math;

/**
 * Time and chance of the machine, taken before anybody can replace them (ambient-time.ts does). What must stay real inside a trial, the
 * scheduler of all virtual clocks above all, takes them from here.
 */
export const real = {
  setTimeout: timers.setTimeout,
  clearTimeout: timers.clearTimeout,
  setInterval: timers.setInterval,
  clearInterval: timers.clearInterval,
  setImmediate: timers.setImmediate,
  clearImmediate: timers.clearImmediate,
  wait: promises.setTimeout,
  waitTurn: promises.setImmediate,
  waitAgain: promises.setInterval,
  schedulerWait: promises.scheduler.wait.bind(promises.scheduler),
  schedulerYield: promises.scheduler.yield.bind(promises.scheduler),
  Date: globalThis.Date,
  performanceNow: performance.now.bind(performance),
  random,
  timeoutSignal: AbortSignal.timeout.bind(AbortSignal),
} as const;
