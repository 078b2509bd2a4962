import type { Usage } from '../contracts/model.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import type { PriceTable } from '../telemetry/cost.ts';

export interface CapChoice {
  /** Requests to the endpoint over the whole run. */
  readonly maxCalls: number;
  /** US dollars at listed prices, over the whole run. */
  readonly maxCostUsd?: number | undefined;
  /** YYYY-MM-DD, whose prices apply. */
  readonly today: string;
}

/** A call that the endpoint answered. */
export interface PaidCall {
  readonly requested: string;
  readonly served: string;
  readonly usage: Usage | null;
  readonly prices: PriceTable;
}

/** What one run may ask of an endpoint, over all its scenarios. */
export interface SpendingCap {
  /** Before a request is sent. Throws `limit_exceeded` where it may not be. */
  readonly before: () => void;
  /** When a request has ended, however it did; with what it took where it was answered. */
  readonly after: (paid?: PaidCall) => void;
  /** The limit that was met; then nothing is sent any more. */
  readonly reached: () => PatternbenchError | undefined;
  readonly spentUsd: () => number;
}

/**
 * Counts what is asked and what it costs. The next call is taken to cost as much as the dearest so far, and so is each one on its way, so a
 * cost is passed only by a call that is dearer than all before it.
 */
export function spendingCap({ maxCalls, maxCostUsd = Infinity, today }: CapChoice): SpendingCap {
  let [sent, onTheirWay, spent, dearest] = [0, 0, 0, 0];
  let reached: PatternbenchError | undefined;
  const isTooDear = () => spent + dearest * (onTheirWay + 1) > maxCostUsd || spent >= maxCostUsd;
  return {
    before: () => {
      reached ??= sent >= maxCalls ? overCalls(maxCalls) : isTooDear() ? overCost(maxCostUsd, spent, sent) : undefined;
      if (reached) throw reached;
      sent++;
      onTheirWay++;
    },
    after: (paid) => {
      onTheirWay--;
      if (!paid) return;
      const usd = usdOf(paid, today);
      if (usd === null) {
        if (maxCostUsd < Infinity) reached ??= unpriced(paid);
        return;
      }
      spent += usd;
      dearest = Math.max(dearest, usd);
    },
    reached: () => reached,
    spentUsd: () => spent,
  };
}

const usdOf = ({ requested, served, usage, prices }: PaidCall, today: string): number | null =>
  usage ? ((prices.costOf(served, usage, today) ?? prices.costOf(requested, usage, today))?.usd ?? null) : null;

/** Each process counts for itself, so that going on is a decision about what comes. */
const goOn = (option: string): string => `go on with: npm run patternbench -- resume <run> ${option} …, counted from there`;

const overCalls = (maxCalls: number): PatternbenchError =>
  new PatternbenchError('limit_exceeded', `stopped after ${maxCalls} requests to the endpoint, as --max-calls asks`, {
    remedy: goOn('--max-calls'),
    facts: { limit: 'maxCalls', retryable: false },
  });

const overCost = (maxCostUsd: number, spent: number, sent: number): PatternbenchError =>
  new PatternbenchError(
    'limit_exceeded',
    `stopped after ${sent} requests that cost $${spent.toFixed(4)}: another could pass the $${maxCostUsd} of --max-cost`,
    { remedy: goOn('--max-cost'), facts: { limit: 'runCostUsd', retryable: false } },
  );

const unpriced = ({ served, usage }: PaidCall): PatternbenchError =>
  new PatternbenchError(
    'limit_exceeded',
    usage
      ? `the model "${served}" has no listed price, so --max-cost cannot be kept`
      : 'the endpoint tells no usage, so --max-cost cannot be kept',
    {
      remedy: 'add its price under prices: in the scenario, or cap with --max-calls',
      facts: { limit: 'runCostUsd', retryable: false },
    },
  );
