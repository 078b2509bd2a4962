import type { ProxyMode } from './modes.ts';
import { PatternbenchError } from '../kernel/errors.ts';

/** What a run is told apart by. */
export interface RunAddress {
  readonly scenario: string;
  readonly run: string;
  readonly pattern: string;
  readonly trial: number;
}

export interface CallFacts {
  readonly agent: string;
  readonly path: string;
  readonly api: string;
  readonly model: string;
  readonly mode: ProxyMode;
}

/** One request as the ledger keeps it; times in milliseconds on the run's modelled time. */
export interface CallEntry extends RunAddress, CallFacts {
  /** From 0, over the whole session, in order of arrival. */
  readonly n: number;
  readonly startMs: number;
  readonly endMs: number | null;
  readonly status: number;
  readonly end: CallEnd;
  /** `key#trial#occurrence` of the recording. */
  readonly fixture: string | null;
  readonly provenance: string | null;
}

export type CallEnd = 'open' | 'ok' | 'miss' | 'error' | 'aborted';

export interface CallResult {
  /** What the request takes on modelled time. */
  readonly ms: number;
  readonly status: number;
  readonly end: Exclude<CallEnd, 'open'>;
  readonly fixture: string | null;
  readonly provenance: string | null;
}

export interface RunSummary extends RunAddress {
  readonly calls: number;
  readonly open: number;
  readonly misses: number;
  readonly errors: number;
  /** The sum over all requests: what they would have taken one after another. */
  readonly workMs: number;
  /** The critical path: what the run would have taken in recorded time, its own computing left out. */
  readonly latencyMs: number;
}

export interface MissEntry extends RunAddress {
  readonly agent: string;
  readonly path: string;
  readonly key: string;
  readonly message: string;
}

export interface Ledger {
  /** A request arrives. Throws `limit_exceeded` for a new run beyond the most that are kept. */
  readonly begin: (address: RunAddress, facts: CallFacts) => OpenCall;
  readonly miss: (miss: MissEntry) => void;
  /** In order of their first request. */
  readonly runs: (run?: string) => RunSummary[];
  /** The last ones, in order of arrival. */
  readonly calls: (run?: string) => CallEntry[];
  readonly misses: (run?: string) => MissEntry[];
  readonly stats: () => { readonly runs: number; readonly calls: number; readonly misses: number; readonly errors: number };
  /** Forgets runs, so that their names begin anew. Returns how many there were. */
  readonly forget: (run?: string) => number;
}

export interface OpenCall {
  readonly n: number;
  readonly startMs: number;
  /** The same object for all requests of a run, as long as it is not forgotten. */
  readonly run: object;
  /** Its answer is about to be complete after so many milliseconds: what is asked from now on follows it. Once; `end` says it otherwise. */
  readonly over: (ms: number) => void;
  readonly end: (result: CallResult) => CallEntry;
}

interface Run {
  readonly address: RunAddress;
  calls: number;
  open: number;
  misses: number;
  errors: number;
  workMs: number;
  latencyMs: number;
}

export interface LedgerLimits {
  readonly runs: number;
  readonly calls: number;
  readonly misses: number;
}

export const LEDGER_LIMITS: LedgerLimits = { runs: 10_000, calls: 20_000, misses: 1000 };

/**
 * What was asked, and what it would have taken. A request starts on modelled time when the last of those of its run is over that had ended
 * before it arrived, and ends its recorded time later; the run's latency is the end of the last one. Requests that were under way together
 * overlap, others follow one another. That is never too small, since what a request depends on has ended before it. It may be too large where
 * one merely happened to arrive after another; least so when answers are paced, as requests then arrive in the order of real time.
 */
export function ledger(limits: LedgerLimits = LEDGER_LIMITS): Ledger {
  const runs = new Map<string, Run>();
  const calls = new Map<number, CallEntry>();
  const misses: MissEntry[] = [];
  const total = { calls: 0, misses: 0, errors: 0 };
  const runOf = (address: RunAddress): Run => {
    const key = JSON.stringify([address.scenario, address.run, address.pattern, address.trial]);
    const known = runs.get(key);
    if (known) return known;
    if (runs.size >= limits.runs) throw tooManyRuns(limits.runs);
    const run: Run = { address, calls: 0, open: 0, misses: 0, errors: 0, workMs: 0, latencyMs: 0 };
    runs.set(key, run);
    return run;
  };
  const keep = (entry: CallEntry): CallEntry => {
    calls.set(entry.n, entry);
    if (calls.size > limits.calls) calls.delete(calls.keys().next().value!);
    return entry;
  };
  return {
    begin: (address, facts) => {
      const run = runOf(address);
      const n = total.calls++;
      const startMs = run.latencyMs;
      run.calls++;
      run.open++;
      let endMs: number | undefined;
      const over = (ms: number) => {
        endMs ??= rounded(startMs + ms);
        run.latencyMs = Math.max(run.latencyMs, endMs);
        return endMs;
      };
      const begun = { n, ...run.address, ...facts, startMs };
      keep({ ...begun, endMs: null, status: 0, end: 'open', fixture: null, provenance: null });
      return {
        n,
        startMs,
        run,
        over: (ms) => void over(ms),
        end: ({ ms, ...result }) => {
          const ended = over(ms);
          run.open--;
          run.workMs = rounded(run.workMs + ended - startMs);
          const isMiss = result.end === 'miss';
          const isError = result.end === 'error';
          run.misses += Number(isMiss);
          run.errors += Number(isError);
          total.misses += Number(isMiss);
          total.errors += Number(isError);
          const entry: CallEntry = { ...begun, ...result, endMs: ended };
          return calls.has(n) ? keep(entry) : entry;
        },
      };
    },
    miss: (miss) => {
      misses.push(miss);
      if (misses.length > limits.misses) misses.shift();
    },
    runs: (name) => [...runs.values()].filter(({ address }) => isNamed(address, name)).map(summaryOf),
    calls: (name) => [...calls.values()].filter((call) => isNamed(call, name)).sort((a, b) => a.n - b.n),
    misses: (name) => misses.filter((miss) => isNamed(miss, name)),
    stats: () => ({ runs: runs.size, ...total }),
    forget: (name) => {
      const before = runs.size;
      for (const [key, { address }] of runs) if (isNamed(address, name)) runs.delete(key);
      return before - runs.size;
    },
  };
}

const isNamed = ({ run }: RunAddress, name: string | undefined): boolean => name === undefined || run === name;

const summaryOf = ({ address, ...numbers }: Run): RunSummary => ({ ...address, ...numbers });

/** Sums of milliseconds with decimals must not grow digits. */
const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;

const tooManyRuns = (most: number): PatternbenchError =>
  new PatternbenchError('limit_exceeded', `there are ${most} runs already`, {
    remedy: 'forget them: DELETE /__fixtures/runs with the token',
    facts: { status: 429 },
  });
