import { GEN_AI, OWN } from '../telemetry/attribute-names.ts';
import type { SpanRecord } from '../telemetry/span.ts';
import { NOBODY } from '../telemetry/span-role.ts';
import { defineDetector, type Sighting } from './seen/detector.ts';
import { textsOf, type TrialView } from './seen/trial-view.ts';

/** Reasons of an endpoint for ending an answer before the model was done with it. */
const CUT: ReadonlySet<string> = new Set(['length', 'content_filter', 'max_tokens']);

export default defineDetector({
  name: 'premature-termination',
  description: 'Work ends before it is done: an answer is cut off, the trial ends on a rejection, or says nothing at all.',
  severity: 'error',
  advice:
    'check that an answer is whole before it is passed on (finish reason, output contract), raise max tokens where answers are cut, and let the termination condition ask for the result, not for the end of a list of steps',
  mast: 'FM-3.1',
  settings: (z) =>
    z.strictObject({
      cut: z.boolean().default(true).describe('an answer that its endpoint cut off'),
      empty: z.boolean().default(true).describe('a trial that completes with an empty answer'),
      rejected: z.boolean().default(true).describe('a trial that completes although its last review did not approve'),
    }),
  detect: (view, { cut, empty, rejected }) => [
    ...(cut ? cutAnswers(view) : []),
    ...(empty ? emptyAnswer(view) : []),
    ...(rejected ? rejectedAnswer(view) : []),
  ],
});

const cutAnswers = (view: TrialView): Sighting[] =>
  view.calls.flatMap((call) => {
    const reason = textsOf(call.attributes[GEN_AI.responseFinishReasons]).find((one) => CUT.has(one));
    if (reason === undefined) return [];
    const agent = view.agentOf(call);
    return [{ agent, spans: [call], why: `an answer of ${agent} ends because of "${reason}", not because it is complete` }];
  });

function emptyAnswer(view: TrialView): Sighting[] {
  const { record, tree, runs } = view;
  if (record.outcome.status !== 'completed' || tree.root.attributes[OWN.output] === undefined) return [];
  if ((record.output ?? '').trim() !== '') return [];
  const last = runs.at(-1);
  return [
    { agent: last ? view.agentOf(last) : NOBODY, spans: [last ?? tree.root], why: 'the trial completes with an empty answer' },
  ];
}

/** What a review of ours says on its span. */
const APPROVED = 'patternbench.review.approved';

function rejectedAnswer(view: TrialView): Sighting[] {
  if (view.record.outcome.status !== 'completed' || view.record.stop !== 'final') return [];
  const review: SpanRecord | undefined = view.tree.spans.findLast(({ attributes }) => attributes[APPROVED] !== undefined);
  if (!review || review.attributes[APPROVED] !== false) return [];
  // What was mended after the last review is another answer than the one it rejected.
  if (view.calls.some(({ startUs }) => startUs >= review.endUs)) return [];
  const agent = String(review.attributes[OWN.stepName] ?? view.agentOf(review));
  return [{ agent, spans: [review], why: `${agent} does not approve, and the trial ends with that answer all the same` }];
}
