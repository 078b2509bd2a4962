import fc from 'fast-check';
import type { Attributes, SpanRecord } from '../../src/telemetry/span.ts';

/** A span with what a test does not care about filled in. */
export const spanOf = (span: Partial<SpanRecord> & Pick<SpanRecord, 'path' | 'startUs' | 'endUs'>): SpanRecord => ({
  parentPath: span.path === '' ? null : '',
  name: span.path || 'invoke_workflow test',
  kind: 'internal',
  attributes: {},
  events: [],
  error: undefined,
  after: [],
  links: [],
  ...span,
});

const ATTRIBUTES: readonly Attributes[] = [
  { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm' },
  { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'search' },
  { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'transfer_to_b' },
  { 'patternbench.step.type': 'backoff' },
  { 'patternbench.step.type': 'wait' },
  { 'patternbench.step.type': 'join' },
  { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'a' },
  { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'b' },
];

/**
 * Whole traces of random shape: children inside their parents, on a coarse grid of time so that abutting, equal and empty intervals are
 * frequent; `after` names spans that had ended by then.
 */
export const randomTrace: fc.Arbitrary<SpanRecord[]> = fc
  .record({
    durationUs: fc.constantFrom(0, 1, 4, 12, 1000),
    spans: fc.array(
      fc.record({
        parent: fc.nat(),
        from: fc.nat(12),
        to: fc.nat(12),
        attributes: fc.constantFrom(...ATTRIBUTES),
        failed: fc.boolean(),
        cause: fc.nat(),
        hasCause: fc.boolean(),
      }),
      { maxLength: 14 },
    ),
  })
  .map(({ durationUs, spans }) => {
    const trace = [
      spanOf({ path: '', startUs: 0, endUs: durationUs, attributes: { 'gen_ai.operation.name': 'invoke_workflow' } }),
    ];
    for (const [index, draft] of spans.entries()) {
      const parent = trace[draft.parent % trace.length]!;
      const at = (share: number) => parent.startUs + Math.floor(((parent.endUs - parent.startUs) * share) / 12);
      const startUs = at(Math.min(draft.from, draft.to));
      const ended = trace.filter((span) => span !== parent && span.endUs <= startUs && !isAbove(trace, span, parent));
      trace.push(
        spanOf({
          path: `step:s${index}#0`,
          parentPath: parent.path,
          startUs,
          endUs: at(Math.max(draft.from, draft.to)),
          attributes: { ...draft.attributes },
          error: draft.failed ? { type: 'model_error', message: 'failed' } : undefined,
          after: draft.hasCause && ended.length > 0 ? [ended[draft.cause % ended.length]!.path] : [],
        }),
      );
    }
    return trace;
  });

const isAbove = (trace: readonly SpanRecord[], span: SpanRecord, below: SpanRecord): boolean =>
  below.parentPath !== null &&
  (below.parentPath === span.path ||
    isAbove(
      trace,
      span,
      trace.find((other) => other.path === below.parentPath)!,
    ));

/** A trial of two agents, the second with a tool, as the runner would leave it: 1.5 s of model, 0.2 s of tool, 1 s of model. */
export const sampleTrace = (): SpanRecord[] => [
  spanOf({
    path: '',
    name: 'invoke_workflow sequential',
    startUs: 0,
    endUs: 2_700_000,
    attributes: {
      'gen_ai.operation.name': 'invoke_workflow',
      'gen_ai.workflow.name': 'sequential',
      'patternbench.scenario.id': 'demo',
      'patternbench.sample.id': 's1',
      'patternbench.adapter': 'native',
      'patternbench.pattern.name': 'sequential',
      'patternbench.run.trial': 0,
      'patternbench.stop': 'final',
      'patternbench.outcome': '{"status":"completed"}',
    },
  }),
  agentSpan('agent:researcher#0', 'researcher', [0, 1_500_000], []),
  chatSpan('agent:researcher#0', 'researcher', [0, 1_500_000], { in: 100, out: 50, cached: 40, usd: 0.25 }),
  agentSpan('agent:writer#0', 'writer', [1_500_000, 2_700_000], ['agent:researcher#0']),
  {
    ...spanOf({ path: 'agent:writer#0/tool:search#0', parentPath: 'agent:writer#0', startUs: 1_500_000, endUs: 1_700_000 }),
    name: 'execute_tool search',
    attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'search' },
    after: ['agent:researcher#0/model:chat#0'],
  },
  {
    ...chatSpan('agent:writer#0', 'writer', [1_700_000, 2_700_000], { in: 200, out: 30, cached: 0, usd: 0.5 }),
    after: ['agent:writer#0/tool:search#0'],
  },
];

const agentSpan = (path: string, name: string, [startUs, endUs]: readonly [number, number], after: string[]): SpanRecord =>
  spanOf({
    path,
    name: `invoke_agent ${name}`,
    startUs,
    endUs,
    after,
    attributes: { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': name },
  });

const chatSpan = (
  parentPath: string,
  agent: string,
  [startUs, endUs]: readonly [number, number],
  usage: { in: number; out: number; cached: number; usd: number },
): SpanRecord =>
  spanOf({
    path: `${parentPath}/model:chat#0`,
    parentPath,
    name: 'chat gpt-4o',
    kind: 'client',
    startUs,
    endUs,
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.request.temperature': 0,
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.agent.name': agent,
      'gen_ai.usage.input_tokens': usage.in,
      'gen_ai.usage.output_tokens': usage.out,
      'gen_ai.usage.cache_read.input_tokens': usage.cached,
      'patternbench.cost.usd': usage.usd,
      'patternbench.provenance': 'simulated',
    },
  });
