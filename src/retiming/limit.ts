/** A limit of an endpoint, or of whoever calls it. */
export interface LimitRule {
  /** Requests in flight; requests started, or tokens of requests started, within any 60 s. */
  readonly kind: 'concurrency' | 'rpm' | 'tpm';
  readonly amount: number;
  /** The model that it counts, by its requested, served or new name; all models together when absent. */
  readonly model?: string | undefined;
  /** Whether each trial has it for itself; else all trials of a cell share it. */
  readonly perTrial: boolean;
}

/** A limit while time passes. */
export interface Limit {
  /** The first instant, not before `atUs`, at which a request of that size may start; Infinity when another one must end first. */
  readonly roomFrom: (atUs: number, tokens: number) => number;
  readonly take: (atUs: number, tokens: number) => void;
  readonly release: () => void;
}

const WINDOW_US = 60_000_000;

export function limitOf({ kind, amount }: LimitRule): Limit {
  return kind === 'concurrency' ? inFlight(amount) : slidingWindow(amount, kind === 'rpm' ? () => 1 : (tokens) => tokens);
}

function inFlight(most: number): Limit {
  let busy = 0;
  return {
    roomFrom: (atUs) => (busy < most ? atUs : Infinity),
    take: () => void busy++,
    release: () => void busy--,
  };
}

/** At most so much within any window (t - 60 s, t]: what was taken exactly 60 s ago counts no more. */
function slidingWindow(most: number, sizeOf: (tokens: number) => number): Limit {
  const taken: { readonly atUs: number; readonly size: number }[] = [];
  let used = 0;
  const forget = (atUs: number) => {
    while (taken.length > 0 && taken[0]!.atUs <= atUs - WINDOW_US) used -= taken.shift()!.size;
  };
  return {
    roomFrom: (atUs, tokens) => {
      forget(atUs);
      let over = used + sizeOf(tokens) - most;
      let from = atUs;
      for (const { atUs: since, size } of taken) {
        if (over <= 0) break;
        over -= size;
        from = since + WINDOW_US;
      }
      return from;
    },
    take: (atUs, tokens) => {
      const size = sizeOf(tokens);
      taken.push({ atUs, size });
      used += size;
    },
    release: () => {},
  };
}
