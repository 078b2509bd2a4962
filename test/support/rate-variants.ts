import { flawless } from '../../src/simulation/controls.ts';
import { type Profile, PROFILES } from '../../src/simulation/profiles.ts';

/** A number of a profile that says how often, or from which load on, the model errs. */
export type Rate = Exclude<keyof Profile, 'filler' | 'latency'>;

/** All error rates, in the order of the profiles. Sentences without content and latency are no errors. */
export const RATES = Object.keys(PROFILES.cheap).filter((key): key is Rate => key !== 'filler' && key !== 'latency');

/** The profile with the error of one rate times `factor`. */
export const withError =
  (rate: Rate, factor: number) =>
  (profile: Profile): Profile => ({ ...profile, [rate]: changed(profile, rate, factor) });

/**
 * What counts as error follows from what perfection is: where it is 1, the rate is a chance of success and the error is what is missing
 * from it; where it is 0, the rate is the error. Room in one call shrinks as its error grows. `fixed` is no error, but a share on which
 * comparisons hang: it is changed itself.
 */
function changed(profile: Profile, rate: Rate, factor: number): number {
  const usual = profile[rate];
  if (rate === 'capacity') return usual / factor;
  const isSuccess = rate !== 'fixed' && flawless(profile)[rate] === 1;
  return isSuccess ? 1 - Math.min(1, (1 - usual) * factor) : Math.min(1, usual * factor);
}
