import type { GroupFigures } from '../../contracts/run-comparison.ts';
import type { Group } from '../../schema/run-record.ts';
import { fixed } from '../fixed.ts';

/** The figures of a group that people read side by side, before and after. */
export const figuresOf = (group: Group): GroupFigures => ({
  quality: group.quality?.mean ?? null,
  passRate: group.passHatK[0] ?? null,
  passHatK: group.passHatK.at(-1) ?? null,
  costUsdPer1kTasks: group.costUsdPer1kTasks,
  costUsdPerSuccess: group.costUsdPerSuccess,
  p50Ms: group.latencyMs.n > 0 ? group.latencyMs.p50 : null,
  p95Ms: group.latencyMs.n > 0 ? group.latencyMs.p95 : null,
  tokensPerTrial: group.trials > 0 ? fixed((group.inputTokens + group.outputTokens) / group.trials) : null,
  failed: group.errors + group.limits,
  trials: group.trials,
});
