import { describe, expect, it } from 'vitest';
import { defineAgent, resultOf } from '../../src/contracts/agent.ts';
import { labelled } from '../../src/contracts/combine.ts';
import { parallel } from '../../src/patterns/parallel.ts';
import { sequential } from '../../src/patterns/sequential.ts';
import { writeOtlpLine } from '../../src/telemetry/otlp-json.ts';
import { parseOtlpLine } from '../../src/telemetry/otlp-parse.ts';
import type { SpanRecord } from '../../src/telemetry/span.ts';
import { checkTrace } from '../../src/telemetry/trace-check.ts';
import { llm, runScripted, type ScriptedTrial, tool } from '../support/trial.ts';

/** The spans of a trial as a reader of its file gets them: sound, and nothing lost on the way. */
async function traced(trial: ScriptedTrial): Promise<readonly SpanRecord[]> {
  const { spans } = await runScripted(trial);
  expect(checkTrace(spans)).toEqual([]);
  const read = parseOtlpLine(writeOtlpLine({ traceId: 'a'.repeat(32), resource: {}, spans }, { version: '0' })).spans;
  expect(read.map(({ path }) => path).sort()).toEqual(spans.map(({ path }) => path).sort());
  return read;
}
const named = (spans: readonly SpanRecord[], name: string) =>
  spans.filter((span) => span.name === name || span.name.startsWith(`${name} `));

describe('OBS1: the span table: what happened has a span or an event', () => {
  it('attempts of a call, the backoff between them, and why', async () => {
    const spans = await traced({
      agent: llm('a'),
      script: (_request, { attempt }) => (attempt < 2 ? { status: 503, latencyMs: 10 } : { content: 'ok', latencyMs: 20 }),
      modelRetry: { attempts: 4, baseMs: 100 },
    });
    const [call] = named(spans, 'chat');
    const attempts = named(spans, 'POST');
    expect(
      attempts.map(({ attributes, error }) => [
        attributes['http.request.resend_count'],
        attributes['http.response.status_code'],
        error?.type,
      ]),
    ).toEqual([
      [undefined, 503, 'model_error'],
      [1, 503, 'model_error'],
      [2, undefined, undefined],
    ]);
    expect(call!.attributes['patternbench.llm.attempts']).toBe(3);
    expect(
      call!.events.map(({ name, attributes }) => [name, attributes['patternbench.retry.attempt'], attributes['error.type']]),
    ).toEqual([
      ['patternbench.retry', 1, 'model_error'],
      ['patternbench.retry', 2, 'model_error'],
    ]);
    const backoffs = named(spans, 'backoff');
    expect(backoffs.map(({ after }) => after)).toEqual(attempts.slice(0, 2).map(({ path }) => [path]));
    expect(attempts.slice(1).map(({ after }) => after)).toEqual(backoffs.map(({ path }) => [path]));
    expect(backoffs.map(({ startUs, endUs }) => endUs - startUs)).toEqual(
      call!.events.map(({ attributes }) => Number(attributes['patternbench.retry.delay_ms']) * 1000),
    );
  });

  it('a join, with links to what it joins', async () => {
    const spans = await traced({ agent: parallel({ agents: [llm('a'), llm('b')], aggregate: labelled }) });
    const [join] = named(spans, 'join');
    const calls = named(spans, 'chat').map(({ path }) => path);
    expect([...join!.links].sort()).toEqual(calls.sort());
    expect(join!.attributes).toMatchObject({ 'patternbench.step.type': 'join' });
    expect(Object.keys(join!.attributes).filter((key) => key.startsWith('gen_ai.'))).toEqual([]);
  });

  it('a wait, a retry of an agent, a fallback', async () => {
    const sleepy = defineAgent('sleepy', 'Sleeps.', async (_input, ctx) => {
      await ctx.sleep(250);
      return resultOf('awake');
    });
    const waits = named(await traced({ agent: sequential([{ agent: sleepy }]) }), 'wait');
    expect(waits).toMatchObject([{ startUs: 0, endUs: 250_000, attributes: { 'patternbench.step.type': 'wait' } }]);
    const failing = await traced({
      agent: sequential([{ agent: llm('a'), run: { retry: { attempts: 2, baseMs: 100 }, fallback: [llm('spare')] } }]),
      script: (_request, { agent }) => (agent === 'a' ? { status: 400 } : 'ok'),
    });
    const events = failing.flatMap((span) => span.events);
    expect(events.map(({ name }) => name).sort()).toEqual(['patternbench.fallback', 'patternbench.retry']);
    expect(events.find(({ name }) => name === 'patternbench.fallback')!.attributes).toMatchObject({
      'patternbench.fallback.from': 'a',
      'patternbench.fallback.to': 'spare',
    });
    expect(named(failing, 'backoff')).toHaveLength(1);
  });

  it('a tool that is denied, and one that fails', async () => {
    const broken = tool('broken', { execute: () => Promise.reject(new Error('no')) });
    const spans = await traced({
      agent: llm('a', { tools: [broken] }),
      script: (_request, { path }) => (path.endsWith('#0') ? { toolCalls: [{ name: 'broken' }, { name: 'forbidden' }] } : 'ok'),
    });
    expect(
      named(spans, 'execute_tool').map(({ attributes, error }) => [
        attributes['gen_ai.tool.name'],
        error?.type,
        attributes['patternbench.tool.denied'],
      ]),
    ).toEqual([
      ['broken', 'Error', undefined],
      ['forbidden', 'tool_denied', true],
    ]);
  });

  it('a hand-off: who to whom', async () => {
    const spans = await traced({
      agent: sequential([{ agent: llm('a', { tools: [tool('transfer_to_b')] }) }]),
      script: (_request, { path }) => (path.endsWith('#0') ? { toolCalls: [{ name: 'transfer_to_b' }] } : 'ok'),
    });
    expect(named(spans, 'execute_tool').map(({ attributes }) => attributes)).toMatchObject([
      { 'patternbench.handoff.from': 'a', 'patternbench.handoff.to': 'b', 'patternbench.handoff.mode': 'pass_control' },
    ]);
  });

  it('an approval that is asked for, and one that goes to somebody above', async () => {
    const pay = tool('pay', { effect: 'write', needsApproval: () => true });
    const spans = await traced({
      agent: sequential([{ agent: llm('a', { tools: [pay] }) }]),
      script: (_request, { path }) => (path.endsWith('#0') ? { toolCalls: [{ name: 'pay' }] } : 'ok'),
      approver: { latencyMs: 5, answer: ({ name }) => (name === 'escalate' ? 'approve' : 'escalate') },
    });
    expect(
      named(spans, 'await_approval').map(({ name, attributes }) => [name, attributes['patternbench.approval.decision']]),
    ).toEqual([
      ['await_approval pay', 'escalate'],
      ['await_approval escalate', 'approve'],
    ]);
    const [agent] = named(spans, 'invoke_agent');
    expect(agent!.events).toMatchObject([{ name: 'patternbench.escalation', attributes: { 'gen_ai.tool.name': 'pay' } }]);
  });
});
