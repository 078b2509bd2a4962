import { unitOf } from '../kernel/random.ts';
import type { LatencyProfile } from './profiles.ts';

export interface Latency {
  readonly totalMs: number;
  /** Until the first streamed chunk; never more than the whole. */
  readonly firstMs: number;
}

/**
 * How long a call with that many output tokens takes: (base + per token × output) × lognormal noise, drawn from the call's key.
 * Whole milliseconds: exponentials and logarithms differ in their last bits between engines.
 */
export function latencyOf(profile: LatencyProfile, key: string, outputTokens: number): Latency {
  const noise = (sigma: number, what: string) => Math.exp(sigma * gaussOf(`${key}|${what}`));
  const totalMs = Math.round((profile.baseMs + profile.msPerOutputToken * outputTokens) * noise(profile.sigma, 'time'));
  return { totalMs, firstMs: Math.min(totalMs, Math.round(profile.ttftMedianMs * noise(profile.ttftSigma, 'first'))) };
}

/** A standard normal draw by the transform of Box and Muller (1958). */
const gaussOf = (what: string): number =>
  Math.sqrt(-2 * Math.log(1 - unitOf(`${what}|a`))) * Math.cos(2 * Math.PI * unitOf(`${what}|b`));
