import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isVoid, pairedRatio, type Ratio } from './ratio.ts';

/** Something whose CPU time is measured: one batch of it, run to its end, yields how many units of work it did. */
export interface Variant {
  readonly name: string;
  readonly batch: () => Promise<number> | number;
}

export interface SliceOptions {
  readonly rounds: number;
  /** CPU milliseconds of one variant in one round; a batch that has begun is finished. */
  readonly sliceMs: number;
  /** CPU time of this process in microseconds, all threads, user and system. */
  readonly cpuUs: () => number;
  /** Called before each slice, outside of what is measured: clears away what the slice before has left to be collected. */
  readonly tidy: () => void;
}

/** What a variant costs beside the baseline. */
export interface Measured {
  readonly ratio: Ratio;
  /** CPU microseconds per unit: one median over the rounds. */
  readonly unitUs: Ratio;
}

export interface Comparison {
  /** The baseline against itself. */
  readonly aa: Measured;
  readonly variants: ReadonlyMap<string, Measured>;
  /** Whether the baseline differed from itself in every attempt: then nothing here counts. */
  readonly isVoid: boolean;
  readonly attempts: number;
}

const ATTEMPTS = 3;

/** Until the compiler is done with everybody; measuring briefly must not mean measuring cold code. */
const WARM_UP = { rounds: 10, sliceMs: 40 } as const;

export const processCpuUs = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

/** Collects young garbage; most of it is dead by then, so that it costs little. */
export function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as (options: { readonly type: 'minor' }) => void;
  return () => gc({ type: 'minor' });
}

/**
 * Measures variants against a baseline in interleaved slices: a round runs a slice of everything, the next round begins one further on, and
 * only costs of the same round are compared. The baseline runs twice; while it differs from itself all is measured again, three times at most.
 */
export async function compare(baseline: Variant, variants: readonly Variant[], options: SliceOptions): Promise<Comparison> {
  const all = [baseline, { ...baseline, name: `${baseline.name} again` }, ...variants];
  // Compiling and filling caches must not be charged to whoever comes first.
  await costsOf(all, { ...options, ...WARM_UP });
  for (let attempts = 1; ; attempts++) {
    const costs = await costsOf(all, options);
    const measured = costs.map((cost) => ({
      ratio: pairedRatio(cost, costs[0]!),
      unitUs: pairedRatio(
        cost,
        cost.map(() => 1),
      ),
    }));
    const aa = measured[1]!;
    const over = isVoid(aa.ratio.median);
    if (over && attempts < ATTEMPTS) continue;
    return { aa, variants: new Map(all.map(({ name }, index) => [name, measured[index]!])), isVoid: over, attempts };
  }
}

/** CPU microseconds per unit, by variant and round. */
export async function costsOf(variants: readonly Variant[], options: SliceOptions): Promise<number[][]> {
  const costs: number[][] = variants.map(() => []);
  for (let round = 0; round < options.rounds; round++) {
    for (const index of orderOf(round, variants.length)) costs[index]!.push(await slice(variants[index]!, options));
  }
  return costs;
}

/** Rotated from round to round, every other round backwards: nobody always comes first, or always after the same one. */
function orderOf(round: number, size: number): number[] {
  const order = Array.from({ length: size }, (_, turn) => (round + turn) % size);
  return round % 2 === 0 ? order : order.reverse();
}

async function slice({ batch }: Variant, { sliceMs, cpuUs, tidy }: SliceOptions): Promise<number> {
  tidy();
  const beganUs = cpuUs();
  let units = 0;
  for (;;) {
    units += await batch();
    const spentUs = cpuUs() - beganUs;
    if (spentUs >= sliceMs * 1000) return spentUs / units;
  }
}
