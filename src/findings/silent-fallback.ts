import { EVENT, GEN_AI, OWN } from '../telemetry/attribute-names.ts';
import type { SpanRecord } from '../telemetry/span.ts';
import { defineDetector, type Sighting } from './seen/detector.ts';
import { tokensOf, type TrialView } from './seen/trial-view.ts';

export default defineDetector({
  name: 'silent-fallback',
  description: 'Something failed, a substitute stepped in or it was left out, and the answer does not tell.',
  severity: 'warning',
  advice:
    'degrade gracefully, but say so: put into the answer what it was made without, alert when a fallback is used, and mend the first choice if it fails more often than you planned for',
  settings: (z) =>
    z.strictObject({
      agents: z.boolean().default(true).describe('an agent that failed and was replaced or left out'),
      decisions: z.boolean().default(true).describe('a decision that was not usable and was replaced by a default'),
      models: z.boolean().default(true).describe('one requested model served by several'),
    }),
  detect: (view, { agents, decisions, models }) => {
    if (view.record.outcome.status !== 'completed') return [];
    return [
      ...(agents ? [...replaced(view), ...leftOut(view)] : []),
      ...(decisions ? defaulted(view) : []),
      ...(models ? servedByOthers(view) : []),
    ];
  },
});

const isFallback = ({ name }: SpanRecord['events'][number]): boolean => name === EVENT.fallback;

function replaced(view: TrialView): Sighting[] {
  return view.tree.spans.flatMap((span) =>
    span.events.filter(isFallback).map(({ attributes, atUs }) => {
      const from = String(attributes[OWN.fallbackFrom]);
      const failed = view.childrenOf(span).filter((run) => run.error && run.endUs <= atUs && view.agentOf(run) === from);
      const why = `${from} failed (${String(attributes[GEN_AI.errorType])}), ${String(attributes[OWN.fallbackTo])} answered in its place`;
      return { agent: from, spans: failed.length > 0 ? failed : [span], why, wasted: callsIn(view, failed) };
    }),
  );
}

/** A branch that failed while its siblings went on, and for which nobody stepped in. */
function leftOut(view: TrialView): Sighting[] {
  const failed = view.runs.filter((run) => {
    const parent = view.tree.byPath.get(run.parentPath ?? '') ?? view.tree.root;
    return run.error && run.error.type !== 'cancelled' && !parent.error && !parent.events.some(isFallback);
  });
  return failed.map((run) => {
    const agent = view.agentOf(run);
    const why = `${agent} failed (${run.error!.type}), and the trial was completed without it`;
    return { agent, spans: [run], why, wasted: callsIn(view, [run]) };
  });
}

function defaulted(view: TrialView): Sighting[] {
  return view.tree.spans
    .filter((span) => view.roleOf(span) === 'step' && span.attributes[OWN.problem] !== undefined && !span.error)
    .map((span) => {
      const agent = String(span.attributes[OWN.stepName] ?? view.agentOf(span));
      const why = `the ${String(span.attributes[OWN.stepType] ?? 'step')} of ${agent} could not be used as it was (${String(span.attributes[OWN.problem])}); a default took its place`;
      return { agent, spans: [span], why, wasted: callsIn(view, [span]) };
    });
}

/** Several models behind one requested name: the endpoint chose another for some calls, and results mix the two. */
function servedByOthers(view: TrialView): Sighting[] {
  const told = view.calls.filter(({ attributes }) => attributes[GEN_AI.responseModel] !== undefined);
  return [...Map.groupBy(told, ({ attributes }) => String(attributes[GEN_AI.requestModel]))].flatMap(([model, calls]) => {
    const served = Map.groupBy(calls, ({ attributes }) => String(attributes[GEN_AI.responseModel]));
    if (served.size < 2) return [];
    const usual = [...served].reduce((most, one) => (one[1].length > most[1].length ? one : most))[0];
    return [...served].flatMap(([name, own]) => {
      if (name === usual) return [];
      const why = `${own.length} of ${calls.length} calls to ${model} were answered by ${name} instead of ${usual}`;
      return [{ agent: view.agentOf(own[0]!), spans: own, why }];
    });
  });
}

function callsIn(view: TrialView, containers: readonly SpanRecord[]): SpanRecord[] {
  const inside = new Set(containers.flatMap((span) => view.within(span)));
  return view.calls.filter((call) => inside.has(call) && tokensOf(call) > 0);
}
