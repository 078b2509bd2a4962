import type { Score, Scored } from '../contracts/scorer.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import type { TrialRecord } from '../schema/trial-record.ts';
import { EVENT, type KnownAttributes, OWN } from '../telemetry/attribute-names.ts';
import type { SpanEvent } from '../telemetry/span.ts';
import { totalsOf, type TrialTotals } from '../telemetry/trial-totals.ts';
import { describeMessages } from './describe-messages.ts';
import { dueApprovals } from './due-approvals.ts';
import type { AppliedScorer } from './plan.ts';
import { redactSpans } from './redact-spans.ts';
import type { FinishedTrial } from './trial.ts';
import { trialRecordOf } from './trial-record-of.ts';

/**
 * Judges a finished trial: scores stand on the root span and in the record, every number of the record comes from the spans.
 * A trial that did not complete has no output to judge; its record carries no scores, and counts as a failure wherever one is needed.
 */
export function scoreTrial(finished: FinishedTrial): TrialRecord {
  const { plan, spans } = finished;
  const { cell } = plan;
  const totals = totalsOf(spans);
  const scores = finished.output === null ? {} : judge(cell.scorers, scoredOf(finished, totals));
  const values = Object.fromEntries(Object.entries(scores).map(([name, score]) => [name, score.value]));
  const why = Object.fromEntries(Object.entries(scores).map(([name, score]) => [name, score.why]));
  const passed = passedOf(finished, values[cell.scenario.primary]);
  describeRoot(finished, { scores, values, why, passed });
  describeMessages(finished.said, { output: finished.output, isDue: dueApprovals(cell.scenario) });
  redactSpans(spans);
  return trialRecordOf({ ...finished, traceId: finished.traceId() }, { totals });
}

function scoredOf({ plan, output }: FinishedTrial, totals: TrialTotals): Scored {
  return {
    sample: plan.sample,
    output: output ?? '',
    agents: totals.agentOrder,
    toolCalls: totals.toolCallList,
    routed: totals.routed,
  };
}

function judge(scorers: readonly AppliedScorer[], scored: Scored): Record<string, Score> {
  const scores: Record<string, Score> = {};
  for (const { name, scorer, options } of scorers) {
    const score = scorer.score(scored, options);
    if (score.value !== null && !(score.value >= 0 && score.value <= 1)) {
      throw new PatternbenchError(
        'broken_invariant',
        `the scorer "${scorer.name}" gave ${score.value}; a score lies between 0 and 1`,
      );
    }
    scores[name] = score;
  }
  return scores;
}

/** Failed means not passed; a completed trial that its primary scorer could not judge is neither. */
function passedOf({ plan, outcome }: FinishedTrial, primary: number | null | undefined): boolean | null {
  if (outcome.status !== 'completed') return false;
  return primary === null || primary === undefined ? null : primary >= plan.cell.scenario.passThreshold;
}

interface Verdict {
  readonly scores: Readonly<Record<string, Score>>;
  readonly values: Readonly<Record<string, number | null>>;
  readonly why: Readonly<Record<string, string>>;
  readonly passed: boolean | null;
}

function describeRoot({ spans, outcome, output, stop }: FinishedTrial, verdict: Verdict): void {
  const root = spans[0]!;
  root.attributes[OWN.stop] = stop;
  root.attributes[OWN.outcome] = canonicalJson(outcome);
  root.attributes[OWN.scores] = canonicalJson(verdict.values);
  root.attributes[OWN.why] = canonicalJson(verdict.why);
  for (const [name, score] of Object.entries(verdict.scores)) root.events.push(evaluation(name, score, root.endUs));
  if (verdict.passed !== null) root.attributes[OWN.passed] = verdict.passed;
  if (output !== null) root.attributes[OWN.output] = output;
  if (outcome.status === 'failed') root.error = { type: outcome.code, message: outcome.message };
  if (outcome.status === 'limit') root.error = { type: 'limit_exceeded', message: outcome.message };
  if (outcome.status === 'cancelled') root.error = { type: 'cancelled', message: 'the run was interrupted' };
}

/** A score as the conventions have it, on the span that it judges: viewers know it without knowing us. An unscored one has no value. */
function evaluation(name: string, { value, why }: Score, atUs: number): SpanEvent {
  const attributes: KnownAttributes = { 'gen_ai.evaluation.name': name, 'gen_ai.evaluation.explanation': why };
  if (value === null) attributes['gen_ai.evaluation.score.label'] = 'unscored';
  else attributes['gen_ai.evaluation.score.value'] = value;
  return { name: EVENT.evaluation, atUs, attributes };
}
