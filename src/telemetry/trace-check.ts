import { EVENT, GEN_AI, OPERATION, OWN } from './attribute-names.ts';
import type { SpanRecord } from './span.ts';
import { roleOf, type SpanRole } from './span-role.ts';
import { structuralProblems, type SpanTree, type TraceProblem, treeOf } from './span-tree.ts';

/** What a span of each role must carry (semantic conventions v1.41, and what our reports read). */
const REQUIRED: Readonly<Record<SpanRole, readonly string[]>> = {
  workflow: [GEN_AI.workflowName],
  agent: [GEN_AI.agentName],
  llm: [GEN_AI.providerName, GEN_AI.requestModel, GEN_AI.agentName],
  tool: [GEN_AI.toolName],
  handoff: [GEN_AI.toolName],
  backoff: [],
  wait: [],
  step: [],
};

/** What a report knows of a trial, it knows from here. */
const REQUIRED_ON_ROOT: readonly string[] = [
  OWN.scenarioId,
  OWN.sampleId,
  OWN.adapter,
  OWN.patternName,
  OWN.runTrial,
  OWN.stop,
  OWN.outcome,
];

/**
 * Everything that is wrong with the spans of a trial; empty when nothing is. Checked: one root, every span ended, inside its parent and below
 * the root; required attributes by role; usage and cost on calls to models only, once; an evaluation event for each score; `after` points to spans that had ended by then.
 * Throws `broken_invariant` when there is no root.
 */
export function checkTrace(spans: readonly SpanRecord[]): TraceProblem[] {
  const tree = treeOf(spans);
  return [...structuralProblems(tree), ...tree.spans.flatMap((span) => spanProblems(tree, span))];
}

function spanProblems(tree: SpanTree, span: SpanRecord): TraceProblem[] {
  const role = roleOf(span);
  const required = span === tree.root ? [...REQUIRED[role], ...REQUIRED_ON_ROOT] : REQUIRED[role];
  const problems = required.filter((name) => span.attributes[name] === undefined).map((name) => `lacks ${name}`);
  if (span === tree.root && role !== 'workflow') problems.push(`is the root, but not an ${OPERATION.invokeWorkflow}`);
  if (span === tree.root) problems.push(...scoreProblems(span));
  if (role === 'llm') problems.push(...callProblems(tree, span));
  else problems.push(...keysOf(span, USAGE_OR_COST).map((key) => `carries ${key}, which belongs to calls to models only`));
  // A gen_ai attribute on a step would make Jaeger show it as an unknown kind of GenAI span.
  if (role === 'step' || role === 'backoff' || role === 'wait') {
    problems.push(...keysOf(span, /^gen_ai\./).map((key) => `is a step and carries ${key}`));
  }
  for (const path of span.after) {
    const before = tree.byPath.get(path);
    if (before && (before.endUs === -1 || before.endUs > span.startUs))
      problems.push(`starts after "${path}", which had not ended by then`);
  }
  return problems.map((problem) => ({ path: span.path, problem }));
}

/** Every score stands on the root twice: for our reports as an attribute, for everybody else as an event of the conventions. */
function scoreProblems(root: SpanRecord): string[] {
  const scores = root.attributes[OWN.scores];
  const named = new Set(
    root.events.filter(({ name }) => name === EVENT.evaluation).map(({ attributes }) => attributes[GEN_AI.evaluationName]),
  );
  return typeof scores === 'string'
    ? scoreNames(scores)
        .filter((name) => !named.has(name))
        .map((name) => `has a score "${name}" without an event ${EVENT.evaluation}`)
    : [];
}

function scoreNames(text: string): string[] {
  try {
    return Object.keys(JSON.parse(text) as object);
  } catch {
    return [];
  }
}

const USAGE_OR_COST = /^(gen_ai\.usage\.|patternbench\.cost\.)/;

const keysOf = (span: SpanRecord, pattern: RegExp): string[] => Object.keys(span.attributes).filter((key) => pattern.test(key));

function callProblems(tree: SpanTree, span: SpanRecord): string[] {
  const has = (name: string) => span.attributes[name] !== undefined;
  const problems: string[] = [];
  if (span.kind !== 'client') problems.push('is a call to a model, but not of kind client');
  const hasUsage = has(GEN_AI.inputTokens) && has(GEN_AI.outputTokens);
  const isMissing = span.attributes[OWN.usageMissing] === true;
  if (hasUsage && isMissing) problems.push(`has usage and says ${OWN.usageMissing}`);
  if (!span.error && !hasUsage && !isMissing) problems.push(`has neither usage nor ${OWN.usageMissing}`);
  if (!hasUsage && has(OWN.costUsd)) problems.push('has a cost without usage');
  if (!span.error && !has(OWN.provenance)) problems.push(`lacks ${OWN.provenance}`);
  if (hasUsage && holdsCall(tree, span)) problems.push('has usage and contains another call to a model: sums would count twice');
  return problems;
}

const holdsCall = (tree: SpanTree, span: SpanRecord): boolean =>
  (tree.children.get(span.path) ?? []).some((child) => roleOf(child) === 'llm' || holdsCall(tree, child));
