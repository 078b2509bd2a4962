import type { StopSignal } from '../kernel/stop.ts';

/** Lets runs that record the same request go one after another. */
export interface KeyTurns {
  /** Resolves when it is the run's turn with this key; gives the function that ends the turn. Rejects with the signal's reason. */
  readonly take: (key: string, run: object, signal: StopSignal) => Promise<() => void>;
}

interface Turn {
  readonly owner: object;
  under: number;
  readonly waiting: Waiting[];
}

interface Waiting {
  readonly run: object;
  readonly go: () => void;
}

/**
 * Two runs that ask the same for the first time, at once, would both go upstream and store two answers at one address. The second one waits
 * instead, and is given what the first has recorded. Repeats within one run are occurrences of their own and never wait for one another.
 */
export function keyTurns(): KeyTurns {
  const turns = new Map<string, Turn>();
  const release = (key: string, turn: Turn) => {
    turn.under--;
    if (turn.under > 0) return;
    const next = turn.waiting[0];
    if (!next) return void turns.delete(key);
    const mine = turn.waiting.filter(({ run }) => run === next.run);
    turns.set(key, { owner: next.run, under: mine.length, waiting: turn.waiting.filter(({ run }) => run !== next.run) });
    for (const { go } of mine) go();
  };
  const ender = (key: string) => {
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      const turn = turns.get(key);
      if (turn) release(key, turn);
    };
  };
  return {
    take: async (key, run, signal) => {
      signal.throwIfAborted();
      const turn = turns.get(key);
      if (!turn) turns.set(key, { owner: run, under: 1, waiting: [] });
      else if (turn.owner === run) turn.under++;
      else await wait(turns, { key, run, signal });
      return ender(key);
    },
  };
}

interface Queued {
  readonly key: string;
  readonly run: object;
  readonly signal: StopSignal;
}

function wait(turns: ReadonlyMap<string, Turn>, { key, run, signal }: Queued): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const waiting: Waiting = {
    run,
    go: () => {
      signal.removeEventListener('abort', giveUp);
      resolve();
    },
  };
  const giveUp = () => {
    // By now the turn may be another one, with the same people in the queue.
    const queue = turns.get(key)?.waiting;
    const at = queue?.indexOf(waiting) ?? -1;
    if (at >= 0) queue!.splice(at, 1);
    reject(signal.reason);
  };
  turns.get(key)!.waiting.push(waiting);
  signal.addEventListener('abort', giveUp, { once: true });
  return promise;
}
