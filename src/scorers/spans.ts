import { defineScorer } from '../contracts/scorer.ts';

const ROLES = ['agent', 'llm', 'tool', 'handoff', 'backoff', 'wait', 'step'] as const;

/** 1 when the spans that are meant (by role, agent, tool, text in the name) are as many, as fast and as sound as is said; else 0. */
export default defineScorer({
  name: 'spans',
  description: 'Whether certain steps of the trace are as many, as fast and as free of errors as they should be',
  options: (z) => {
    const count = z.int().min(0).optional();
    const ms = z.number().min(0).optional();
    return z.strictObject({
      role: z.enum(ROLES).optional().describe('only spans of this role'),
      agent: z.string().optional().describe('only spans of this agent'),
      tool: z.string().optional().describe('only calls of this tool'),
      text: z.string().min(1).optional().describe('only spans whose name holds this text'),
      least: count.describe('at least so many of them'),
      most: count.describe('at most so many of them'),
      eachMs: ms.describe('milliseconds that each of them may take'),
      totalMs: ms.describe('milliseconds that all of them may take, added up'),
      errors: count.describe('how many of them may have failed'),
    });
  },
  score: ({ spans }, { role, agent, tool, text, ...conditions }) => {
    const meant = spans.filter(
      (span) =>
        span.parentPath !== null &&
        (role === undefined || span.role === role) &&
        (agent === undefined || span.agent === agent) &&
        (tool === undefined || span.tool === tool) &&
        (text === undefined || span.name.includes(text)),
    );
    const total = meant.reduce((sum, { durationMs }) => sum + durationMs, 0);
    const longest = meant.reduce((most, { durationMs }) => Math.max(most, durationMs), 0);
    const failed = meant.filter(({ error }) => error !== null).length;
    const { least, most, eachMs, totalMs, errors } = conditions;
    const rules: readonly (readonly [limit: number | undefined, isBroken: (limit: number) => boolean, said: string])[] = [
      [least, (limit) => meant.length < limit, `${meant.length} spans, at least ${least}`],
      [most, (limit) => meant.length > limit, `${meant.length} spans, at most ${most}`],
      [eachMs, (limit) => longest > limit, `the longest took ${longest} ms, at most ${eachMs}`],
      [totalMs, (limit) => total > limit, `together ${Number(total.toFixed(3))} ms, at most ${totalMs}`],
      [errors, (limit) => failed > limit, `${failed} failed, at most ${errors}`],
    ];
    const set = rules.filter(([limit]) => limit !== undefined);
    if (set.length === 0) return { value: null, why: 'Unscored: no condition is set (least, most, eachMs, totalMs, errors).' };
    const broken = set.filter(([limit, isBroken]) => isBroken(limit!));
    if (broken.length > 0)
      return { value: 0, why: `Not as expected: ${broken.map(([, , said]) => said).join('; ')} are allowed.` };
    return { value: 1, why: `As expected: ${set.map(([, , said]) => said).join('; ')}.` };
  },
});
