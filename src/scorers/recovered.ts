import type { ScoredSpan } from '../contracts/scored-trial.ts';
import { defineScorer } from '../contracts/scorer.ts';
import { quoted } from './text/expected.ts';

/**
 * The share of faults that the trial got over: after a failing call of a model or a tool, planted or real, somebody later made the same call
 * (that model, that tool) or one that stands `instead`, and it went well. A call that its own retries mended counts as recovered.
 */
export default defineScorer({
  name: 'recovered',
  description: 'Share of the faults on the way that the trial recovered from',
  options: (z) =>
    z.strictObject({
      of: z
        .enum(['any', 'planted'])
        .default('any')
        .describe('any = every failing call; planted = only faults that were planted on purpose'),
      instead: z
        .record(z.string(), z.array(z.string()).min(1))
        .default({})
        .describe('tool or model → others whose success makes up for its failure'),
    }),
  score: ({ spans }, { of, instead }) => {
    const calls = spans.filter(({ role }) => role === 'llm' || role === 'tool');
    const retried = new Set(spans.filter((span) => isAttempt(span) && span.error !== null).map(({ parentPath }) => parentPath));
    const planted = new Set(spans.flatMap((span) => (span.faults.length > 0 ? [span.path, span.parentPath] : [])));
    const isFaulty = (span: ScoredSpan) =>
      planted.has(span.path) || (of === 'any' && ((span.error !== null && !span.denied) || retried.has(span.path)));
    const faulty = calls.filter(isFaulty);
    if (faulty.length === 0)
      return { value: null, why: `Unscored: there was no ${of === 'planted' ? 'planted ' : ''}fault to recover from.` };
    const lost = faulty.filter((span) => {
      if (span.error === null) return false;
      const target = targetOf(span);
      const others = Object.hasOwn(instead, target) ? instead[target]! : [];
      const endMs = span.startMs + span.durationMs;
      return !calls.some((one) => one.error === null && one.startMs >= endMs && [target, ...others].includes(targetOf(one)));
    });
    const mended = faulty.length - lost.length;
    const detail = lost.length > 0 ? ` Not made up for: ${quoted([...new Set(lost.map(targetOf))])}.` : '';
    return { value: mended / faulty.length, why: `${mended} of ${faulty.length} faults were recovered from.${detail}` };
  },
});

const targetOf = (span: ScoredSpan): string => (span.role === 'tool' ? span.tool : span.model) ?? span.name;

/** One try of a call, below it; a call that needed a single one has none. */
const isAttempt = ({ role, name }: ScoredSpan): boolean => role === 'step' && name === 'POST';
