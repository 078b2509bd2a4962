/** What a miss does to its trial: ends it, or is answered by a stand-in, so that all that is missing is found in one run. */
export const ON_MISS = ['fail', 'collect'] as const;
export type MissPolicy = (typeof ON_MISS)[number];
