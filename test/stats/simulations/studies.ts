import type { Study } from './coverage-of.ts';
import type { GateStudy } from './gate-errors.ts';

/** The settings that the default interval was chosen by: it has to cover at least .92 in each. */
export const CHOSEN_BY: readonly Study[] = [
  { samples: 8, trials: 1, mean: 0.9, correlation: 0.3 },
  { samples: 8, trials: 5, mean: 0.6, correlation: 0.7 },
  { samples: 8, trials: 5, mean: 0.9, correlation: 0.7 },
  { samples: 20, trials: 3, mean: 0.9, correlation: 0.7 },
  { samples: 20, trials: 5, mean: 0.6, correlation: 0.7 },
  { samples: 20, trials: 5, mean: 0.9, correlation: 0.7 },
  { samples: 50, trials: 4, mean: 0.6, correlation: 0.7 },
];

const across = (lists: { readonly [Key in keyof Study]: readonly number[] }): Study[] =>
  lists.samples.flatMap((samples) =>
    lists.trials.flatMap((trials) =>
      lists.mean.flatMap((mean) => lists.correlation.map((correlation) => ({ samples, trials, mean, correlation }))),
    ),
  );

/** Where else to look for weak spots. */
export const SCANNED: readonly Study[] = across({
  samples: [5, 8, 20, 50],
  trials: [1, 3, 5],
  mean: [0.5, 0.8, 0.9, 0.95],
  correlation: [0.1, 0.5, 0.9],
}).filter(({ trials, correlation }) => trials > 1 || correlation === 0.5);

/** Of scores that are shares of facts, and of pass^k. */
export const SCANNED_FEW: readonly Study[] = across({
  samples: [8, 20, 50],
  trials: [3],
  mean: [0.6, 0.9],
  correlation: [0.3, 0.7],
});

export const GATES: readonly GateStudy[] = [
  { patterns: 1, facts: 1, samples: 8, trials: 5, mean: 0.6, correlation: 0.5 },
  { patterns: 4, facts: 1, samples: 20, trials: 1, mean: 0.6, correlation: 0.5 },
  { patterns: 4, facts: 1, samples: 20, trials: 5, mean: 0.9, correlation: 0.5 },
  { patterns: 4, facts: 5, samples: 20, trials: 3, mean: 0.8, correlation: 0.5 },
  { patterns: 10, facts: 5, samples: 20, trials: 3, mean: 0.8, correlation: 0.5 },
  { patterns: 4, facts: 1, samples: 50, trials: 3, mean: 0.6, correlation: 0.5 },
];
