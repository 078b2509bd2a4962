// Published figures, and values of scipy 1.17.1 and statsmodels 0.15.0, that the estimators must reproduce: facts, in the keys of their table.
// pass^k rows stand in published-pass-hat-k.ts.

/** What a value may differ by. */
export const tolerances = { scipy: 1e-9, fullPrecision: 1e-12, threeDecimals: 0.0005 } as const;

export const golden = {
  wilson: {
    '0/10': [0, 0.2775327999, 0, 0.3084971078],
    '1/10': [0.0178762131, 0.4041500268, 0.0025285785, 0.445016117],
    '5/10': [0.2365930905, 0.7634069095, 0.1870860284, 0.8129139716],
    '9/10': [0.5958499732, 0.9821237869, 0.554983883, 0.9974714215],
    '10/10': [0.7224672001, 1, 0.6915028922, 1],
    '81/263': [0.2552885199, 0.366209577, 0.2527367456, 0.3676219226],
    '15/148': [0.0623863995, 0.1604872417, 0.0578440101, 0.1616504903],
    '0/20': [0, 0.1611251581, 0, 0.168433471],
    '1/29': [0.0061132143, 0.1717552188, 0.0008726469, 0.1776442955],
    '29/30': [0.8332960901, 0.9940914096, 0.8278305444, 0.9991564291],
    '30/30': [0.8864866068, 1, 0.8842966918, 1],
    '21/50': [0.2937500335, 0.5576655823, 0.2818822411, 0.5679395649],
  },
  t975: {
    '1': 12.706204736174694,
    '2': 4.302652729749462,
    '3': 3.1824463052837078,
    '4': 2.7764451051977934,
    '5': 2.5705818356363146,
    '9': 2.262157162798205,
    '10': 2.228138851986274,
    '19': 2.0930240544083087,
    '29': 2.045229642132703,
    '49': 2.0095752371292392,
    '100': 1.9839715185235518,
    '1000': 1.9623390808264083,
  },
  z: {
    '0.8': 0.8416212335729143,
    '0.9': 1.2815515655446004,
    '0.95': 1.6448536269514722,
    '0.975': 1.959963984540054,
    '0.995': 2.5758293035489004,
  },
  mcnemar: { '41,22': 0.022574972673257185, '10,2': 0.03857421875, '5,0': 0.0625, '6,0': 0.03125, '3,3': 1, '1,8': 0.0390625 },
  sleep_paired: {
    mean: 1.58,
    se: 0.3889587238883952,
    t: 4.062127683382037,
    p: 0.002832890197384273,
    ci: [0.7001142367230175, 2.459885763276983],
  },
  miller: {
    'n(.03,1/9,0)': 968.9974980677886,
    'n(.03,1/9,1/6,K=1)': 3875.9899922711543,
    'n(.03,1/9,1/6,K=10)': 1259.6967474881253,
    mde198K1: 0.1327333278739942,
    mde198K10: 0.0756696392667773,
  },
  tau: {
    mean: 0.42,
    se_cluster_means: 0.05221619109284876,
    t_ci: [0.31506763540260274, 0.5249323645973972],
    wilson_naive_84_200: [0.35373599161616726, 0.4892792606041954],
    'pass^4_wilson_10_50': [0.11243750015776109, 0.33037105932225413],
    deff: 2.238530880332428,
    neff: 89.34431137724552,
  },
  'plugin_pass^k': { '1': 0.42, '2': 0.31, '3': 0.2625, '4': 0.23875 },
  wilson_columns: ['Wilson low', 'Wilson high', 'Clopper-Pearson low', 'Clopper-Pearson high'],
} as const;

/** Published beside formulas, to the decimals of their sources. */
export const published = {
  /** tau-bench, gpt-4o on airline: tasks solved in 0..4 of 4 trials. */
  airline: { solvedIn: [14, 12, 10, 4, 10], passHatK: [0.42, 0.273, 0.22, 0.2], passAtK: [0.42, 0.5667, 0.66, 0.72] },
  /** The same data: standard errors without clusters, as in the paper (no small-sample factor), and with C / (C - 1). */
  airlineErrors: { naive: 0.03499, paper: 0.05169, corrected: 0.05222, ratio: 1.48, designEffect: 2.24, effective: 89.3 },
  /** Newcombe 1998. */
  wilson: { '81/263': [0.2553, 0.3662], '15/148': [0.0624, 0.1605], '0/20': [0, 0.1611], '1/29': [0.0061, 0.1718] },
  /** Inspect: scores 0..19 in clusters of i mod 4. */
  clusteredError: 0.645,
  /** Student 1908. */
  sleep: {
    first: [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2],
    second: [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4],
    signFlip: 0.00390625,
  },
  /** Miller 2024: samples for a difference of .03 with a variance of 1/9, and what 198 samples of 1 and 10 trials show. */
  planning: { samples: 969, trials1: 3876, trials10: 1260, shown1: 0.133, shown10: 0.076 },
  /** 41 samples won, 22 lost of 500. */
  gap: { won: 41, lost: 22, n: 500, difference: 0.038, low: 0.007, high: 0.069 },
  holm: { plain: [0.01, 0.04, 0.03, 0.005], corrected: [0.03, 0.06, 0.06, 0.02] },
  /** Turns of one agent, then of four ways of coordinating several: their overhead over the one. */
  coordination: { single: 7.2, turns: [11.4, 27.7, 26.1, 44.3], overhead: [0.58, 2.85, 2.63, 5.15] },
  /** Krippendorff 2011: four observers, twelve units, missing ratings. */
  krippendorff: {
    observers: [
      [1, 2, 3, 3, 2, 1, 4, 1, 2, null, null, null],
      [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, null, 3],
      [null, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, null],
      [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, null],
    ],
    nominal: 0.743,
    interval: 0.849,
  },
} as const;
