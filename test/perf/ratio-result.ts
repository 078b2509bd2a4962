import type { GoalResult, Row } from './goal.ts';
import type { Comparison, Measured } from './slices.ts';

interface RatioGoal {
  readonly goal: string;
  readonly limit: number;
  /** The variant whose ratio the goal is about. */
  readonly variant: string;
  readonly conditions: string;
}

/** A comparison as the result of a goal: the ratio of one variant, and a row for each, the baseline's A/A first. */
export function ratioResult(compared: Comparison, { goal, limit, variant, conditions }: RatioGoal): GoalResult {
  const { median, low, high } = compared.variants.get(variant)!.ratio;
  return {
    goal,
    value: median,
    limit,
    pass: compared.isVoid ? null : median <= limit,
    aa: compared.aa.ratio.median,
    iqr: [low, high],
    isVoid: compared.isVoid,
    rows: [...compared.variants].map(([name, measured], index): Row => {
      const label = index === 1 ? 'the same again (A/A)' : name;
      return { what: label, value: ratioText(measured) };
    }),
    conditions,
  };
}

const ratioText = ({ ratio, unitUs }: Measured): string =>
  `${unitUs.median.toFixed(1).padStart(7)} us${ratio.median.toFixed(3).padStart(8)}${`(${ratio.low.toFixed(3)} to ${ratio.high.toFixed(3)})`.padStart(20)}`;
