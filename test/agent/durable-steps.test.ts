import { describe, expect, it } from 'vitest';
import monitor from '../../src/patterns/monitor.ts';
import { sequential } from '../../src/patterns/sequential.ts';
import { isKnown } from '../../src/schema/journal.ts';
import { runStatus } from '../../src/state/run-status.ts';
import { lostPaths, resumeFrom, runWithCrash } from '../support/crash.ts';
import { codeOf, llm, runScripted, type Scripted, team, tool } from '../support/trial.ts';

const WHOLE = { crashAt: Number.POSITIVE_INFINITY };
const [a, b, spare] = [llm('a'), llm('b'), llm('spare')];

describe('a journal', () => {
  it('refuses to go on with another prompt, and says where and what', async () => {
    const crashed = await runWithCrash({ agent: sequential([{ agent: a }, { agent: b }]), crashAt: 1 });
    const changed = sequential([{ agent: llm('a', { instructions: 'You are somebody else.' }) }, { agent: b }]);
    const { error, calls } = await resumeFrom(crashed.records, { agent: changed });
    expect(error).toMatchObject({
      code: 'divergence',
      message: expect.stringMatching(/^agent:a#0\/model:chat#0: recorded \S+, now \S+;/) as string,
    });
    expect(calls).toEqual([]);
  });

  it('has no secrets, and what is gone on with is the same nevertheless', async () => {
    const secret = `sk-${'x'.repeat(30)}`;
    const subject = { agent: sequential([{ agent: a }, { agent: b }]), script: () => `the key is ${secret}` };
    const whole = await runWithCrash({ ...subject, ...WHOLE });
    expect(JSON.stringify(whole.records)).not.toContain(secret);
    const crashed = await runWithCrash({ ...subject, crashAt: 1 });
    expect((await resumeFrom(crashed.records, subject)).error).toBeUndefined();
  });

  it('says which calls to models were lost: they are made again, and marked', async () => {
    const subject = { agent: sequential([{ agent: a }, { agent: b }]), script: () => ({ content: 'x', latencyMs: 5 }) };
    const whole = await runWithCrash({ ...subject, ...WHOLE });
    const cut = whole.records.findIndex((record) => isKnown(record) && record.t === 'begin' && record.path.includes('agent:b'));
    const records = whole.records.slice(0, cut + 1);
    expect(lostPaths(records)).toEqual(['agent:b#0/model:chat#0']);
    expect(runStatus(records).unknownSteps).toEqual(['scripted/sample/0:agent:b#0/model:chat#0']);
    const resumed = await resumeFrom(records, subject);
    expect(resumed.result).toEqual(whole.result);
    expect(resumed.spans.filter(({ attributes }) => attributes['patternbench.wasted'] === true).map(({ path }) => path)).toEqual([
      'agent:b#0/model:chat#0',
    ]);
  });
});

/** A payment that was begun, and of which nobody knows whether it was made. */
async function cutOff(extra: Parameters<typeof tool>[1] = {}) {
  let paid = 0;
  const pay = tool('pay', { effect: 'write', execute: () => `payment ${++paid}`, ...extra });
  const subject = {
    agent: sequential([{ agent: llm('clerk', { tools: [pay] }) }]),
    script: (request: { readonly messages: readonly unknown[] }): Scripted =>
      request.messages.length < 3 ? { toolCalls: [{ name: 'pay' }] } : { content: 'done' },
  };
  const whole = await runWithCrash({ ...subject, ...WHOLE });
  const cut = whole.records.findIndex((record) => isKnown(record) && record.t === 'begin' && record.kind === 'tool');
  paid = 0;
  return { subject, records: whole.records.slice(0, cut + 1), paid: () => paid };
}

const HAPPENED = 'agent:clerk#0/all:tools#0[0]/tool:pay#0/ask:happened-1#0';

describe('BP2 a write that was cut off', () => {
  it('is not made again before a person has told whether it happened', async () => {
    const { subject, records, paid } = await cutOff();
    const asked = await resumeFrom(records, subject);
    expect(asked.error).toMatchObject({ code: 'suspended', place: { path: HAPPENED } });
    expect(paid()).toBe(0);
    const yes = await resumeFrom(asked.records, { ...subject, answers: { [HAPPENED]: { happened: true, result: 'payment 1' } } });
    expect([yes.result?.output, paid()]).toEqual(['done', 0]);
    expect(yes.calls.at(-1)!.request.messages.at(-1)).toMatchObject({ role: 'tool', content: 'payment 1' });
    const no = await resumeFrom(asked.records, { ...subject, answers: { [HAPPENED]: 'no' } });
    expect([no.result?.output, paid()]).toEqual(['done', 1]);
  });

  it('that is cut off once more is a question of its own', async () => {
    const { subject, records, paid } = await cutOff();
    const asked = await resumeFrom(records, subject);
    const again = await resumeFrom(asked.records, { ...subject, answers: { [HAPPENED]: 'no' } });
    const cut = again.records.findLastIndex((record) => isKnown(record) && record.t === 'begin' && record.kind === 'tool');
    expect(paid()).toBe(1);
    const { error } = await resumeFrom(again.records.slice(0, cut + 1), subject);
    expect(error).toMatchObject({ code: 'suspended', place: { path: HAPPENED.replace('happened-1', 'happened-2') } });
    expect(paid()).toBe(1);
  });

  it.each([
    ['is made again when it is idempotent, under the same key', { idempotent: true }],
    ['is made again when the tool says so', { onUnknown: 'retry' as const }],
    ['is made again when it only reads', { effect: 'read' as const }],
  ])('%s', async (_what, extra) => {
    const { subject, records, paid } = await cutOff(extra);
    expect((await resumeFrom(records, subject)).result?.output).toBe('done');
    expect(paid()).toBe(1);
  });

  it('ends the trial when the tool says so', async () => {
    const { subject, records, paid } = await cutOff({ onUnknown: 'fail' });
    expect(codeOf((await resumeFrom(records, subject)).error)).toBe('unknown_effect');
    expect(paid()).toBe(0);
  });
});

describe('CHK7 a replay', () => {
  it.each([
    ['denies a write that would really be done', {}, 0, /^Error: pay changes the world outside/],
    ['lets declared results pass', { canned: true }, 1, /^"?payment 1/],
    ['lets reads pass', { effect: 'read' as const }, 1, /^"?payment 1/],
  ])('%s', async (_what, extra, times, told) => {
    const { subject, paid } = await cutOff(extra);
    const { calls } = await runScripted({ ...subject, runtime: { denyWrites: true } });
    expect(paid()).toBe(times);
    expect(calls.at(-1)!.request.messages.at(-1)!.content).toMatch(told);
  });
});

const tasksOf = async (subject: Parameters<typeof runWithCrash>[0]) => runStatus((await runWithCrash(subject)).records);

describe('MON1 CHK2 a monitor that has run out of remedies', () => {
  it('escalates to a person, who answers in another process; what its workers did is not done again', async () => {
    const agent = monitor.build(team(a, b), monitor.options.parse({ policy: ['restart', 'reassign', 'escalate'] }));
    const script = (_request: unknown, call: { readonly agent: string }): Scripted => ({
      status: call.agent === 'a' ? 400 : 422,
      latencyMs: 10,
    });
    const items = ['one'];
    const asked = await runWithCrash({ agent, script, items, ...WHOLE });
    expect(codeOf(asked.error)).toBe('suspended');
    expect(asked.calls.map(({ agent: name }) => name)).toEqual(['a', 'a', 'b']);
    const [question] = runStatus(asked.records).pending;
    expect(question).toMatchObject({ name: 'escalate', question: { item: 'one', worker: 'b' } });
    const resumed = await resumeFrom(asked.records, { agent, script, items, answers: { [question!.path]: 'I did it.' } });
    expect(resumed.result?.output).toBe('[person]: I did it.');
    expect(resumed.calls).toEqual([]);
  });
});

describe('good practice', () => {
  it('BP1 an output that breaks its contract fails where it was made, and stays failed when the trial is taken up again', async () => {
    const outputSchema = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] };
    const agent = sequential([{ agent: a, run: { outputSchema } }, { agent: b }]);
    const subject = { agent, script: () => '{"n":"one"}' };
    const first = await runWithCrash({ ...subject, ...WHOLE });
    expect(codeOf(first.error)).toBe('contract_violation');
    const again = await resumeFrom(first.records, subject);
    expect(again.error).toMatchObject({ code: 'contract_violation', message: (first.error as Error).message });
    expect(again.calls).toEqual([]);
  });

  it('BP5 every task and every step has its span', async () => {
    const { records, spans } = await runWithCrash({ agent: sequential([{ agent: a }, { agent: b }]), ...WHOLE });
    const paths = new Set(spans.map(({ path }) => path));
    const told = records.flatMap((record) =>
      isKnown(record) && (record.t === 'task' || record.t === 'begin') ? [record.path] : [],
    );
    expect(told.filter((path) => !paths.has(path))).toEqual([]);
    expect(told.length).toBeGreaterThan(4);
  });
});

describe('tasks', () => {
  it('ST1 ST2 ST3 go from pending to completed, know their parents and children, and are written at every change', async () => {
    const inner = sequential([{ agent: a }, { agent: b }]);
    const { records } = await runWithCrash({ agent: sequential([{ agent: { ...inner, name: 'inner' } }]), ...WHOLE });
    const changes = records.flatMap((record) =>
      isKnown(record) && record.t === 'task' ? [`${record.agent} ${record.status}`] : [],
    );
    expect(changes).toEqual([
      'inner pending',
      'inner in_progress',
      'a pending',
      'a in_progress',
      'a completed',
      'b pending',
      'b in_progress',
      'b completed',
      'inner completed',
    ]);
    const { tasks } = runStatus(records);
    const [outer, first, second] = tasks;
    expect(outer).toMatchObject({
      agent: 'inner',
      parentId: null,
      children: [first!.id, second!.id],
      status: 'completed',
      attempts: 1,
    });
    expect(first).toMatchObject({
      agent: 'a',
      parentId: outer!.id,
      children: [],
      input: expect.stringContaining('task') as string,
      output: 'ok',
    });
  });

  it('ST4 are counted: total, by status, completion rate, which is 0 when there are none', async () => {
    expect(runStatus([])).toMatchObject({ totalTasks: 0, completionRate: 0, pending: [] });
    const agent = sequential([{ agent: a }, { agent: b }]);
    const status = await tasksOf({ agent, script: (_request, call) => (call.agent === 'b' ? { status: 400 } : 'ok'), ...WHOLE });
    expect(status).toMatchObject({
      totalTasks: 2,
      completionRate: 0.5,
      statusBreakdown: { completed: 1, failed: 1, pending: 0, in_progress: 0, cancelled: 0, interrupted: 0 },
    });
  });

  it('ERR1 are tried again after 1, 2 and 4 seconds, and the last error is thrown', async () => {
    const agent = sequential([{ agent: a, run: { retry: { attempts: 4, baseMs: 1000 } } }]);
    const { calls, error } = await runScripted({ agent, script: (_request, { atMs }) => ({ status: 400, retryAfterMs: atMs }) });
    expect(calls.map(({ atMs }) => atMs)).toEqual([0, 1000, 3000, 7000]);
    expect(error).toMatchObject({ code: 'model_error', facts: { retryAfterMs: 7000 } });
    const { tasks } = await tasksOf({ agent, script: () => ({ status: 400 }), ...WHOLE });
    expect(tasks[0]).toMatchObject({ status: 'failed', attempts: 4 });
  });

  it('ERR2 CHK2 go to an alternative agent, which says what it recovered from', async () => {
    const { tasks } = await tasksOf({
      agent: sequential([{ agent: a, run: { fallback: [spare] } }]),
      script: (_request, call) => (call.agent === 'a' ? { status: 400 } : 'saved'),
      ...WHOLE,
    });
    expect(tasks.map(({ agent, status }) => [agent, status])).toEqual([
      ['a', 'failed'],
      ['spare', 'completed'],
    ]);
    expect(tasks[1]!.metadata).toEqual({ recovered: true, original_error: 'the endpoint answered 400' });
  });

  it('ERR3 fail with their error when nobody recovers them, and the error is thrown', async () => {
    const crashed = await runWithCrash({ agent: sequential([{ agent: a }]), script: () => ({ status: 401 }), ...WHOLE });
    expect(codeOf(crashed.error)).toBe('model_error');
    expect(runStatus(crashed.records).tasks[0]).toMatchObject({ status: 'failed', error: 'the endpoint answered 401' });
  });

  it('BP4 are cancelled, not failed, when a race was lost', async () => {
    const agent = {
      ...a,
      name: 'race',
      run: async (input: Parameters<typeof a.run>[0], ctx: Parameters<typeof a.run>[1]) => {
        await ctx.all([a, b], (each, _i, branch) => branch.run(each, input), { first: 1 });
        return { output: 'x', messages: [], stop: 'final' as const };
      },
    };
    const { tasks } = await tasksOf({
      agent,
      script: (_request, call) => ({ content: 'x', latencyMs: call.agent === 'a' ? 1 : 9 }),
      ...WHOLE,
    });
    expect(tasks.map(({ agent: name, status }) => [name, status])).toEqual([
      ['a', 'completed'],
      ['b', 'cancelled'],
    ]);
  });
});
