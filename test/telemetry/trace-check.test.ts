import { describe, expect, it } from 'vitest';
import type { SpanRecord } from '../../src/telemetry/span.ts';
import { checkTrace } from '../../src/telemetry/trace-check.ts';
import { sampleTrace } from './random-trace.ts';

const CHAT = 'agent:writer#0/model:chat#0';
const changed = (path: string, change: (span: SpanRecord) => Partial<SpanRecord>): SpanRecord[] =>
  sampleTrace().map((span) => (span.path === path ? { ...span, ...change(span) } : span));
const plus = (name: string, value: string | number | boolean) => (span: SpanRecord) => ({
  attributes: { ...span.attributes, [name]: value },
});
const minus = (name: string) => (span: SpanRecord) => ({
  attributes: Object.fromEntries(Object.entries(span.attributes).filter(([key]) => key !== name)),
});

describe('checkTrace', () => {
  it('finds nothing wrong with a sound trace', () => {
    expect(checkTrace(sampleTrace())).toEqual([]);
  });

  it.each<[string, string, (span: SpanRecord) => Partial<SpanRecord>, string]>([
    ['open span', CHAT, () => ({ endUs: -1 }), 'was never ended'],
    ['orphan', CHAT, () => ({ parentPath: 'gone' }), 'has no parent'],
    ['child that outlives its parent', CHAT, () => ({ endUs: 2_700_001 }), 'is outside its parent'],
    ['cause that does not exist', CHAT, () => ({ after: ['gone'] }), 'does not exist'],
    ['cause that had not ended', 'agent:writer#0', () => ({ after: ['agent:writer#0/tool:search#0'] }), 'had not ended by then'],
    ['link to nowhere', CHAT, () => ({ links: ['gone'] }), 'links to "gone"'],
    ['usage on an agent', 'agent:writer#0', plus('gen_ai.usage.input_tokens', 1), 'belongs to calls to models only'],
    ['cost on a tool', 'agent:writer#0/tool:search#0', plus('patternbench.cost.usd', 1), 'belongs to calls to models only'],
    ['call without model', CHAT, minus('gen_ai.request.model'), 'lacks gen_ai.request.model'],
    ['call without agent', CHAT, minus('gen_ai.agent.name'), 'lacks gen_ai.agent.name'],
    ['call without provenance', CHAT, minus('patternbench.provenance'), 'lacks patternbench.provenance'],
    ['call without usage', CHAT, minus('gen_ai.usage.output_tokens'), 'has neither usage nor'],
    ['call of the wrong kind', CHAT, () => ({ kind: 'internal' }), 'not of kind client'],
    ['usage that is missing and there', CHAT, plus('patternbench.usage.missing', true), 'has usage and says'],
    ['tool without name', 'agent:writer#0/tool:search#0', minus('gen_ai.tool.name'), 'lacks gen_ai.tool.name'],
    ['root without outcome', '', minus('patternbench.outcome'), 'lacks patternbench.outcome'],
    ['score without its event', '', plus('patternbench.scores', '{"facts":1}'), 'has a score "facts" without an event'],
    ['root of another kind', '', minus('gen_ai.operation.name'), 'is the root, but not'],
    ['gen_ai on a step', 'agent:writer#0', minus('gen_ai.operation.name'), 'is a step and carries gen_ai.agent.name'],
    ['call around a call', 'agent:writer#0', plus('gen_ai.operation.name', 'chat'), 'lacks gen_ai.provider.name'],
  ])('finds: %s', (_case, path, change, problem) => {
    expect(checkTrace(changed(path, change))).toContainEqual({ path, problem: expect.stringContaining(problem) as string });
  });

  it('finds a call with usage around another one', () => {
    const outer = changed('agent:writer#0', (span) => ({
      attributes: {
        ...span.attributes,
        'gen_ai.operation.name': 'chat',
        'gen_ai.usage.input_tokens': 1,
        'gen_ai.usage.output_tokens': 1,
      },
    }));
    expect(checkTrace(outer)).toContainEqual({
      path: 'agent:writer#0',
      problem: expect.stringContaining('count twice') as string,
    });
  });

  it('asks a failed call for no usage', () => {
    const failed = changed(CHAT, () => ({
      error: { type: 'timeout', message: '' },
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': 'gpt-4o',
        'gen_ai.agent.name': 'writer',
      },
    }));
    expect(checkTrace(failed)).toEqual([]);
  });
});
