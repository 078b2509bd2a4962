import type { Recommendation } from '../../schema/run-record.ts';

/** Recommendations on one line: each pattern with the scenarios it is for. Empty where there is none. */
export const inShort = (recommendations: readonly Pick<Recommendation, 'pattern' | 'scenario'>[]): string =>
  [...Map.groupBy(recommendations, ({ pattern }) => pattern)]
    .map(([pattern, own]) => `${pattern} for ${own.map(({ scenario }) => scenario).join(', ')}`)
    .join('; ');
