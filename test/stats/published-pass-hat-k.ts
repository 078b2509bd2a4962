// Published pass^1..pass^n with the number of tasks solved in exactly 0..n trials.
// Full precision: tau2-bench, web/leaderboard submissions (MIT). Three decimals: tau-bench README (MIT), histograms its unique integer solution.
export interface PublishedPassHatK {
  readonly source: string;
  readonly solvedIn: readonly number[];
  readonly passHatK: readonly number[];
}

export const fullPrecision: readonly PublishedPassHatK[] = [
  {
    source: 'tau2-bench banking_knowledge, submission 1',
    solvedIn: [45, 11, 8, 5, 28],
    passHatK: [0.3969072164948454, 0.32817869415807566, 0.3015463917525773, 0.28865979381443296],
  },
  {
    source: 'tau2-bench banking_knowledge, submission 2',
    solvedIn: [45, 8, 8, 14, 22],
    passHatK: [0.3969072164948454, 0.31271477663230246, 0.26288659793814434, 0.2268041237113402],
  },
  {
    source: 'tau2-bench banking_knowledge, submission 3',
    solvedIn: [42, 11, 12, 19, 13],
    passHatK: [0.3711340206185567, 0.25257731958762886, 0.18298969072164947, 0.13402061855670103],
  },
  {
    source: 'tau2-bench retail, submission 4',
    solvedIn: [7, 10, 11, 34, 52],
    passHatK: [0.75, 0.6213450292397662, 0.5307017543859649, 0.45614035087719296],
  },
  {
    source: 'tau2-bench banking_knowledge, submission 5',
    solvedIn: [43, 6, 6, 13, 29],
    passHatK: [0.44587628865979384, 0.37628865979381454, 0.3324742268041237, 0.29896907216494845],
  },
  {
    source: 'tau2-bench retail, submission 6',
    solvedIn: [5, 7, 8, 27, 67],
    passHatK: [0.8157894736842105, 0.7178362573099416, 0.6469298245614036, 0.5877192982456141],
  },
  {
    source: 'tau2-bench telecom, submission 7',
    solvedIn: [0, 0, 2, 15, 97],
    passHatK: [0.9583333333333335, 0.9195906432748537, 0.8837719298245613, 0.8508771929824561],
  },
  {
    source: 'tau2-bench banking_knowledge, submission 8',
    solvedIn: [56, 15, 7, 8, 11],
    passHatK: [0.25, 0.16666666666666663, 0.13402061855670103, 0.1134020618556701],
  },
  {
    source: 'tau2-bench banking_knowledge, submission 9',
    solvedIn: [39, 12, 13, 13, 20],
    passHatK: [0.40463917525773196, 0.2955326460481099, 0.23969072164948454, 0.20618556701030927],
  },
  { source: 'tau2-bench airline, submission 10', solvedIn: [9, 5, 1, 5, 30], passHatK: [0.71, 0.6533333333333334, 0.625, 0.6] },
  {
    source: 'tau2-bench retail, submission 11',
    solvedIn: [7, 6, 13, 22, 66],
    passHatK: [0.7938596491228069, 0.6944444444444445, 0.6271929824561403, 0.5789473684210527],
  },
  {
    source: 'tau2-bench telecom, submission 12',
    solvedIn: [0, 0, 1, 6, 107],
    passHatK: [0.9824561403508771, 0.9663742690058479, 0.9517543859649122, 0.9385964912280701],
  },
];

export const threeDecimals: readonly PublishedPassHatK[] = [
  { source: 'tau-bench airline TC, row 1', solvedIn: [14, 12, 10, 4, 10], passHatK: [0.42, 0.273, 0.22, 0.2] },
  { source: 'tau-bench airline TC, row 2', solvedIn: [30, 7, 6, 2, 5], passHatK: [0.225, 0.14, 0.11, 0.1] },
  { source: 'tau-bench airline Act, row 3', solvedIn: [17, 11, 11, 4, 7], passHatK: [0.365, 0.217, 0.16, 0.14] },
  { source: 'tau-bench airline ReAct, row 4', solvedIn: [26, 4, 7, 5, 8], passHatK: [0.325, 0.233, 0.185, 0.16] },
  { source: 'tau-bench retail TC, row 5', solvedIn: [22, 18, 9, 22, 44], passHatK: [0.604, 0.491, 0.43, 0.383] },
];
