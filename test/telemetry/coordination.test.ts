import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coordinationOf } from '../../src/telemetry/coordination.ts';
import { writeOtlpLine } from '../../src/telemetry/otlp-json.ts';
import { parseOtlpLine } from '../../src/telemetry/otlp-parse.ts';
import { sharedContentOf } from '../../src/telemetry/shared-content.ts';
import type { SpanRecord } from '../../src/telemetry/span.ts';
import { randomTrace, spanOf } from './random-trace.ts';

const root = spanOf({ path: '', startUs: 0, endUs: 100 });

/** The run of an agent with one model call in it: `agent:<name>` and `agent:<name>/chat`. */
const agent = (name: string, from: number, after: readonly string[] = [], parentPath = ''): SpanRecord[] => {
  const path = `${parentPath === '' ? '' : `${parentPath}/`}agent:${name}`;
  const named = { 'gen_ai.agent.name': name };
  const at = { startUs: from, endUs: from + 5, after };
  return [
    spanOf({ path, parentPath, ...at, attributes: { ...named, 'gen_ai.operation.name': 'invoke_agent' } }),
    spanOf({ path: `${path}/chat`, parentPath: path, ...at, attributes: { ...named, 'gen_ai.operation.name': 'chat' } }),
  ];
};
const tool = (path: string, parentPath: string, span: { startUs: number; endUs: number; after: readonly string[] }) =>
  spanOf({
    path,
    parentPath,
    ...span,
    attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': path.split(':').at(-1)! },
  });
const messages = (...spans: SpanRecord[]) => coordinationOf([root, ...spans]).messages;

describe('messages between agents', () => {
  it('are none of an agent alone, whatever tools it calls', () => {
    const [run, chat] = agent('a', 0);
    const search = tool('agent:a/tool:search', 'agent:a', { startUs: 5, endUs: 8, after: ['agent:a/chat'] });
    const again = spanOf({ ...chat!, path: 'agent:a/chat2', startUs: 8, endUs: 9, after: [search.path] });
    expect(messages(run!, chat!, search, again)).toBe(0);
  });

  it('are one for each step of a pipeline, and one for each branch that a join waits for', () => {
    expect(messages(...agent('a', 0), ...agent('b', 5, ['agent:a/chat']), ...agent('c', 10, ['agent:b/chat']))).toBe(2);
    const join = spanOf({ path: 'join', startUs: 10, endUs: 10, after: ['agent:a/chat', 'agent:b/chat'] });
    expect(messages(...agent('a', 0), ...agent('b', 0), join, ...agent('c', 10, ['join']))).toBe(2);
  });

  it('are two where an agent is asked as a tool: the question and the answer', () => {
    const [run, chat] = agent('boss', 0);
    const ask = tool('agent:boss/tool:worker', 'agent:boss', { startUs: 5, endUs: 20, after: ['agent:boss/chat'] });
    const worker = agent('worker', 6, ['agent:boss/chat'], ask.path);
    const then = spanOf({ ...chat!, path: 'agent:boss/chat2', startUs: 20, endUs: 25, after: [ask.path] });
    expect(messages(run!, chat!, ask, ...worker, then)).toBe(2);
  });

  it('tell what was done in order of its start', () => {
    const [run, chat] = agent('a', 0);
    const search = tool('agent:a/tool:search', 'agent:a', { startUs: 5, endUs: 8, after: ['agent:a/chat'] });
    expect(coordinationOf([root, run!, chat!, search, ...agent('b', 9, [search.path])]).steps).toEqual(['@a', 'search', '@b']);
  });

  it('are the same read back from a file, and counted to an end in any trace', () => {
    fc.assert(
      fc.property(randomTrace, (spans) => {
        const line = writeOtlpLine({ traceId: 'ab'.repeat(16), resource: {}, spans }, { version: '1' });
        expect(coordinationOf(parseOtlpLine(line).spans)).toEqual(coordinationOf(spans));
      }),
      { numRuns: 100 },
    );
  });
});

describe('what agents repeat', () => {
  const said = (spans: SpanRecord[], input: string[], output: string): SpanRecord[] =>
    spans.map((span) => {
      if (!span.path.endsWith('chat')) return span;
      const parts = (texts: string[]) =>
        JSON.stringify(texts.map((content) => ({ role: 'user', parts: [{ type: 'text', content }] })));
      return {
        ...span,
        attributes: { ...span.attributes, 'gen_ai.input.messages': parts(input), 'gen_ai.output.messages': parts([output]) },
      };
    });

  it('is unknown without captured messages', () =>
    expect(sharedContentOf([root, ...agent('a', 0)])).toEqual({ redundancy: null, resent: null }));

  it('is likeness of answers by words, and the share of prompts that somebody else was sent', () => {
    const a = said(agent('a', 0), ['the same text'], 'red green blue');
    const b = said(agent('b', 5), ['the same text', 'some other one'], 'Blue, green: yellow!');
    const { redundancy, resent } = sharedContentOf([root, ...a, ...b]);
    expect(redundancy).toBe(0.5);
    // 13 characters, then the same 13 and 14 others.
    expect(resent).toBeCloseTo(13 / 40, 12);
  });

  it('finds a transcript in the longer one that it has become', () => {
    const a = said(agent('a', 0), ['first line\nsecond'], 'x');
    const b = said(agent('b', 5), ['first line\nsecond\na third, new'], 'y');
    // 16 characters, then the same 16 and 12 new ones.
    expect(sharedContentOf([root, ...a, ...b]).resent).toBeCloseTo(16 / 44, 12);
  });

  it('is no repetition where an agent is sent its own history again', () => {
    const a = said(agent('a', 0), ['the task'], 'x');
    const again = said(
      agent('a', 6).map((span) => ({ ...span, path: `second/${span.path}`, parentPath: '' })),
      ['the task'],
      'x',
    );
    expect(sharedContentOf([root, ...a, ...again])).toEqual({ redundancy: null, resent: 0 });
  });
});
