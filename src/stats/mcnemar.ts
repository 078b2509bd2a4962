import binomialCdf from '@stdlib/stats-base-dists-binomial-cdf';

/**
 * Exact two-sided p of McNemar's test (McNemar 1947; the binomial form): `won` samples passed only here, `lost` only there.
 * min(1, 2 P(Bin(won + lost, 1/2) <= min(won, lost))); 1 without discordant samples.
 */
export const mcnemarP = (won: number, lost: number): number =>
  won + lost === 0 ? 1 : Math.min(1, 2 * binomialCdf(Math.min(won, lost), won + lost, 0.5));
