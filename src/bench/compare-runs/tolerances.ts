import { PatternbenchError } from '../../kernel/errors.ts';

/** How far each metric may move without it mattering: quality in score (0 to 1), the others as a share of the earlier amount. */
export type Tolerances = Readonly<Record<GateMetric, number>>;

export const GATE_METRICS = ['quality', 'tokens', 'costUsd', 'latencyMs'] as const;
export type GateMetric = (typeof GATE_METRICS)[number];

export const USUAL_TOLERANCES: Tolerances = { quality: 0.02, tokens: 0.05, costUsd: 0.05, latencyMs: 0.05 };

/** What people call the metrics; each is a name of one. */
const ALIASES: Readonly<Record<string, GateMetric>> = { score: 'quality', cost: 'costUsd', latency: 'latencyMs' };

/** The metric of that name; throws `usage` naming the known ones. */
export function gateMetric(name: string): GateMetric {
  const metric = GATE_METRICS.find((known) => known === name) ?? (Object.hasOwn(ALIASES, name) ? ALIASES[name] : undefined);
  if (metric) return metric;
  throw new PatternbenchError('usage', `there is no metric "${name}"`, { remedy: `name one of ${GATE_METRICS.join(', ')}` });
}

/** The usual tolerances with those that are given as `metric=0.1` or `metric=10%`; throws `usage` for anything else. */
export function tolerancesOf(given: readonly string[]): Tolerances {
  const tolerances: Record<GateMetric, number> = { ...USUAL_TOLERANCES };
  for (const text of given) {
    const [name = '', amount = '', ...rest] = text.split('=');
    const value = numberOf(amount);
    if (value === null || value < 0 || rest.length > 0)
      throw new PatternbenchError('usage', `"${text}" is no tolerance`, { remedy: 'write it as --tolerance costUsd=10%' });
    tolerances[gateMetric(name.trim())] = value;
  }
  return tolerances;
}

/** `0.1` or `10%` as 0.1; null for anything else. */
export function numberOf(text: string): number | null {
  const match = /^(-?\d+(?:\.\d+)?)(%?)$/.exec(text.trim());
  if (!match) return null;
  return match[2] === '%' ? Number(match[1]) / 100 : Number(match[1]);
}
