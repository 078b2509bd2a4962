import type { ThresholdResult } from '../../contracts/run-comparison.ts';
import { PatternbenchError } from '../../kernel/errors.ts';
import type { Group } from '../../schema/run-record.ts';
import { cellName } from '../comparisons.ts';
import { fixed } from '../fixed.ts';
import { numberOf } from './tolerances.ts';

type Relation = '>=' | '<=' | '>' | '<';

/** A bar for a figure, of every pattern or of one. */
export interface Threshold {
  readonly text: string;
  readonly scope: string | null;
  readonly metric: string;
  readonly relation: Relation;
  readonly value: number;
}

/** Figures of a group that a threshold can name; null where the run does not know them. */
const FIGURES: Readonly<Record<string, (group: Group) => number | null>> = {
  quality: (group) => group.quality?.mean ?? null,
  'quality.low': (group) => group.quality?.low ?? null,
  costUsdPer1kTasks: (group) => group.costUsdPer1kTasks,
  costUsdPerSuccess: (group) => group.costUsdPerSuccess,
  'latencyMs.p50': (group) => (group.latencyMs.n === 0 ? null : group.latencyMs.p50),
  'latencyMs.p95': (group) => (group.latencyMs.n === 0 ? null : group.latencyMs.p95),
  'latencyMs.max': (group) => (group.latencyMs.n === 0 ? null : group.latencyMs.max),
  tokensPerTrial: (group) => (group.trials === 0 ? null : fixed((group.inputTokens + group.outputTokens) / group.trials)),
  tokenOverhead: (group) => group.tokenOverhead,
  errors: (group) => group.errors,
  limits: (group) => group.limits,
  unscored: (group) => group.unscored,
};

/** Reads `quality>=0.8`, `pass^3>=60%` or `support-desk/router:latencyMs.p95<=12000`; throws `usage` for anything else. */
export function thresholdOf(text: string): Threshold {
  const match = /^(?:([^:]+):)?([\w.^]+)\s*(>=|<=|>|<)\s*(.+)$/.exec(text.trim());
  const value = match ? numberOf(match[4]!) : null;
  if (!match || value === null)
    throw new PatternbenchError('usage', `"${text}" is no threshold`, {
      remedy: "write it as --threshold 'quality>=0.8', for one pattern as --threshold 'support-desk/router:quality>=0.8'",
    });
  const metric = match[2]!;
  if (!Object.hasOwn(FIGURES, metric) && !/^pass\^[1-9]\d*$/.test(metric))
    throw new PatternbenchError('usage', `there is no figure "${metric}" to hold against a threshold`, {
      remedy: `name one of ${Object.keys(FIGURES).join(', ')}, pass^2`,
    });
  return { text: text.trim(), scope: match[1]?.trim() ?? null, metric, relation: match[3] as Relation, value };
}

/** Holds the groups of a run against a threshold. One that meets no group at all is not met: it would otherwise guard nothing. */
export function heldAgainst(groups: readonly Group[], threshold: Threshold): ThresholdResult[] {
  const { scope, text } = threshold;
  const own = groups.filter((group) => {
    const name = `${group.scenario}/${cellName(group)}`;
    return group.notApplicable === undefined && (scope === null || scope === name || scope === group.scenario);
  });
  if (own.length === 0) return [{ threshold: text, scenario: scope ?? 'any', pattern: 'any', value: null, met: false }];
  return own.map((group) => {
    const value = figureOf(group, threshold.metric);
    const met = value !== null && meets(value, threshold);
    return { threshold: text, scenario: group.scenario, pattern: cellName(group), value, met };
  });
}

function figureOf(group: Group, metric: string): number | null {
  const power = /^pass\^(\d+)$/.exec(metric);
  if (power) return group.passHatK[Number(power[1]) - 1] ?? null;
  return FIGURES[metric]?.(group) ?? null;
}

function meets(value: number, { relation, value: bar }: Threshold): boolean {
  switch (relation) {
    case '>=':
      return value >= bar;
    case '<=':
      return value <= bar;
    case '>':
      return value > bar;
    case '<':
      return value < bar;
  }
}
