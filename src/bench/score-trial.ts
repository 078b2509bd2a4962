import type { Judge } from '../contracts/judge.ts';
import type { Score } from '../contracts/scorer.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import type { Sample, Scenario } from '../schema/scenario.ts';
import type { TrialRecord } from '../schema/trial-record.ts';
import { EVENT, type KnownAttributes, OWN } from '../telemetry/attribute-names.ts';
import type { OtlpTrace } from '../telemetry/otlp-json.ts';
import type { SpanEvent, SpanRecord } from '../telemetry/span.ts';
import { totalsOf } from '../telemetry/trial-totals.ts';
import { type JudgeDesk, judgeDesk, type JudgeSurroundings } from './ask-judge.ts';
import { describeMessages } from './describe-messages.ts';
import { dueApprovals } from './due-approvals.ts';
import type { AppliedScorer } from './plan.ts';
import { redactSpans } from './redact-spans.ts';
import { scoredOf } from './scored-of.ts';
import type { FinishedTrial } from './trial.ts';
import { trialRecordOf } from './trial-record-of.ts';

/** By what a trial is judged. */
export interface Judging {
  readonly scenario: Pick<Scenario, 'primary' | 'passThreshold'>;
  readonly sample: Sample;
  readonly scorers: readonly AppliedScorer[];
  /** What judges are asked through; without it those that need one leave the trial unscored. */
  readonly judge?: JudgeSurroundings | undefined;
}

/**
 * Judges a finished trial: secrets leave its spans, scores stand on the root span and in the record, every number of the record comes from
 * the spans. A trial that did not complete has no output to judge; its record carries no scores, and counts as a failure wherever one is needed.
 */
export function scoreTrial(finished: FinishedTrial, judge?: JudgeSurroundings): Promise<TrialRecord> {
  const { plan, spans } = finished;
  describeEnd(finished);
  describeMessages(finished.said, { output: finished.output, isDue: dueApprovals(plan.cell.scenario) });
  // Before anybody judges: who scores the saved spans again finds nothing else there, and must come to the same.
  redactSpans(spans);
  const { scenario, scorers } = plan.cell;
  return judgeSpans({ traceId: finished.traceId(), spans }, { scenario, sample: plan.sample, scorers, judge });
}

/** Scores a trial by its spans, which hold no scores yet, and writes them on its root. */
export async function judgeSpans(trace: Pick<OtlpTrace, 'traceId' | 'spans'>, judging: Judging): Promise<TrialRecord> {
  const { scenario, sample, scorers, judge } = judging;
  const root = trace.spans.find((span) => span.parentPath === null)!;
  const totals = totalsOf(trace.spans);
  const desk = judge && judgeDesk(judge);
  const hasOutput = root.attributes[OWN.output] !== undefined;
  const scores = hasOutput ? await scoresOf(scorers, scoredOf(sample, trace.spans, totals), desk) : {};
  const values = Object.fromEntries(Object.entries(scores).map(([name, score]) => [name, score.value]));
  const passed = passedOf(root, values[scenario.primary], scenario.passThreshold);
  const judged: KnownAttributes = root.attributes;
  judged['patternbench.scores'] = canonicalJson(values);
  judged['patternbench.why'] = canonicalJson(Object.fromEntries(Object.entries(scores).map(([name, { why }]) => [name, why])));
  if (passed !== null) judged['patternbench.passed'] = passed;
  for (const [name, score] of Object.entries(scores)) root.events.push(evaluation(name, score, root.endUs));
  if (desk) root.events.push(...desk.events(root.endUs));
  // A reason may quote what was expected.
  redactSpans([root]);
  return trialRecordOf(trace, { totals });
}

/** Takes the verdict off a trial's root, so that it can be judged anew. */
export function unjudge(root: SpanRecord): void {
  for (const name of [OWN.scores, OWN.why, OWN.passed]) delete root.attributes[name];
  const kept = root.events.filter(({ name }) => !VERDICT.has(name));
  root.events.splice(0, root.events.length, ...kept);
}

const VERDICT: ReadonlySet<string> = new Set([EVENT.evaluation, EVENT.judgeCall, EVENT.judgeSwap]);

const NO_JUDGE: Judge = {
  ask: async () => ({ ok: false, problem: 'there is nobody to ask' }),
  noteSwap: () => undefined,
};

async function scoresOf(
  scorers: readonly AppliedScorer[],
  scored: ReturnType<typeof scoredOf>,
  desk: JudgeDesk | undefined,
): Promise<Record<string, Score>> {
  const scores: Record<string, Score> = {};
  for (const { name, scorer, options } of scorers) {
    const given = scorer.score(scored, options, desk?.ofScorer(name) ?? NO_JUDGE);
    const score = given instanceof Promise ? await given : given;
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
function passedOf(root: SpanRecord, primary: number | null | undefined, threshold: number): boolean | null {
  const outcome = JSON.parse(String(root.attributes[OWN.outcome] ?? 'null')) as { readonly status?: string } | null;
  if (outcome?.status !== 'completed') return false;
  return primary === null || primary === undefined ? null : primary >= threshold;
}

function describeEnd({ spans, outcome, output, stop }: FinishedTrial): void {
  const root = spans[0]!;
  root.attributes[OWN.stop] = stop;
  root.attributes[OWN.outcome] = canonicalJson(outcome);
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
