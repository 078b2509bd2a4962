import { AsyncLocalStorage } from 'node:async_hooks';
import { real } from './real-time.ts';

/** The scheduler belongs to no trial: armed inside a trial's async context, it would keep that context alive and run others in it. */
const inRootContext = AsyncLocalStorage.snapshot();

let queue: (() => void)[] = [];
let armed = false;

function turn(): void {
  armed = false;
  const due = queue;
  queue = [];
  for (const step of due) step();
}

/**
 * Calls `step` in the next turn of the event loop, when every promise that can settle has settled. All virtual clocks of the process
 * share one `setImmediate` a turn: fifty trials at once cost hardly more turns than one.
 */
export function nextTurn(step: () => void): void {
  queue.push(step);
  if (armed) return;
  armed = true;
  inRootContext(real.setImmediate, turn);
}
