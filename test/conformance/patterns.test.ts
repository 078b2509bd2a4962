import { describe, expect, it } from 'vitest';
import { type Agent, defineAgent } from '../../src/contracts/agent.ts';
import type { ChatMessage } from '../../src/contracts/model.ts';
import { canonicalJson } from '../../src/kernel/canonical-json.ts';
import type { Pattern } from '../../src/contracts/pattern.ts';
import { z } from '../../src/schema/zod.ts';
import { writeOtlpLine } from '../../src/telemetry/otlp-json.ts';
import { checkTrace } from '../../src/telemetry/trace-check.ts';
import { person } from '../support/built.ts';
import { completedPaths, lostPaths, resumeFrom, runWithCrash } from '../support/crash.ts';
import { codeOf, runScripted, type ScriptedTrial } from '../support/trial.ts';
import { answers, built, INPUT, ITEMS, listening, type Logged, patterns, type Tampering, team } from './any-pattern.fixture.ts';
import { stubborn } from './stubborn.fixture.ts';

// What is promised of every pattern, checked on every file of src/patterns/. Nothing here knows a pattern by name: what differs among them,
// they declare.

const flawlessAnswers = answers();

/** Everybody who is asked agrees: whether somebody is asked at all is up to the pattern. */
const approver = person('approve', 1000);

async function run(pattern: Pattern, tampering: Tampering = {}, more: Partial<ScriptedTrial> = {}) {
  const log: Logged[] = [];
  const model = listening(flawlessAnswers, log, tampering);
  const outcome = await runScripted({
    agent: built(pattern),
    pattern: pattern.name,
    input: INPUT,
    items: ITEMS,
    model,
    approver,
    ...more,
  });
  return { ...outcome, log };
}

const neverDone = (agent: Agent) =>
  runScripted({ agent, input: INPUT, items: ITEMS, script: stubborn(), approver, limits: { maxModelCalls: 400 } });

const each = describe.each(patterns.map((pattern) => [pattern.name, pattern] as const));

const requestsIn = (log: readonly Logged[]) => log.map(({ request }) => canonicalJson(request)).sort();

each('%s', (_name, pattern) => {
  it('comes to an end, with an answer and a sound trace', async () => {
    const { result, error, spans, log } = await run(pattern);
    expect(error).toBeUndefined();
    expect(result?.output).not.toBe('');
    expect(log.length).toBeGreaterThan(0);
    expect(checkTrace(spans)).toEqual([]);
  });

  it('leaves the same bytes twice', async () => {
    const lineOf = async () =>
      writeOtlpLine({ traceId: '1'.repeat(32), resource: {}, spans: (await run(pattern)).spans }, { version: '0' });
    expect(await lineOf()).toBe(await lineOf());
  });

  it('answers each tool call with exactly one tool message', async () => {
    const { log } = await run(pattern);
    expect(log.flatMap(({ request, path }) => toolProblems(request.messages).map((problem) => `${path}: ${problem}`))).toEqual(
      [],
    );
  });

  it('ends within its limits, and says so, when the model never wants to', async () => {
    const { result, error, spans, spent, calls } = await neverDone(built(pattern));
    expect(result === undefined ? codeOf(error) : 'completed').toBe('completed');
    expect(spent.modelCalls).toBeLessThan(400);
    expect(calls.flatMap(({ request }) => toolProblems(request.messages))).toEqual([]);
    // Whoever was cut short says so: the pattern, or the agents in it.
    const stops = [result!.stop, ...spans.flatMap(({ attributes }) => attributes['patternbench.stop'] ?? [])];
    expect(stops.some((stop) => stop !== 'final' && stop !== 'handoff')).toBe(true);
    expect(checkTrace(spans)).toEqual([]);
  });

  it('is stopped by the limits of its trial, wherever it stands', async () => {
    for (const maxModelCalls of [1, 2, 3]) {
      const { error, spans, log } = await run(pattern, {}, { limits: { maxModelCalls } });
      if (error === undefined) expect(log.length).toBeLessThanOrEqual(maxModelCalls);
      else expect(codeOf(error)).toBe('limit_exceeded');
      expect(checkTrace(spans)).toEqual([]);
    }
  });

  it('comes to what it declares when any one of its calls fails for good', async () => {
    const { log: whole } = await run(pattern);
    const came: string[] = [];
    for (let failing = 0; failing < whole.length; failing++) {
      const { result, error, spans, log } = await run(pattern, { failing });
      const { agent, path } = log[failing]!;
      expect(checkTrace(spans)).toEqual([]);
      expect(error === undefined || ['model_error', 'all_branches_failed'].includes(codeOf(error)), String(error)).toBe(true);
      const declared = pattern.onFailure[isOwn(agent, path) ? 'coordinator' : 'agent'];
      if ((result === undefined ? 'fail' : 'continue') !== declared) came.push(`${path} failed, declared: ${declared}`);
    }
    expect(came).toEqual([]);
  });

  it('does not hang on the order in which calls come back', async () => {
    const usual = await run(pattern);
    for (const shuffled of [1, 2, 3]) {
      const { result, log, spans } = await run(pattern, { shuffled });
      expect(result?.output).toBe(usual.result?.output);
      expect(requestsIn(log)).toEqual(requestsIn(usual.log));
      expect(checkTrace(spans)).toEqual([]);
    }
  });

  it('behaves the same as a part of something else', async () => {
    const usual = await run(pattern, {}, { items: undefined as never });
    const composite = patterns.find(({ name }) => name === 'composite')!;
    const tree = { pattern: pattern.name, agents: team.agents.map(({ name }) => name), options: {} };
    const around = defineAgent('around', '', (input, ctx) => ctx.run(built(pattern), input));
    for (const agent of [built(composite, { tree }), around]) {
      const nested = await run(pattern, {}, { agent, items: undefined as never });
      expect(nested.result?.output).toBe(usual.result?.output);
      expect(requestsIn(nested.log)).toEqual(requestsIn(usual.log));
      expect(checkTrace(nested.spans)).toEqual([]);
    }
  });

  it('goes on where it was, whatever step it is cut off at', async () => {
    expect(await cutOffEverywhere(built(pattern))).toBeGreaterThan(0);
  });

  it('tells what it is for, what it costs, and what each of its options does', () => {
    for (const sentence of [pattern.description, pattern.whenToUse, pattern.whenNot])
      expect(sentence).toMatch(/^[A-Z].{20,}\.$/s);
    expect(pattern.calls).not.toBe('');
    const { properties = {} } = z.toJSONSchema(pattern.options, { io: 'input', unrepresentable: 'any' });
    const silent = Object.entries(properties).filter(([, option]) => typeof option === 'object' && !option.description);
    expect(silent.map(([name]) => name)).toEqual([]);
    expect(['task', 'last', 'text', 'all']).toContain(pattern.context(pattern.options.parse({})));
  });

  it('needs nothing but the roster, and says in a sentence when that is not enough', () => {
    const options = pattern.options.parse({});
    expect(pattern.notApplicable(team, options)).toBeUndefined();
    const alone = team.within(team.agents.slice(0, 1));
    const reason = pattern.notApplicable(alone, options);
    if (reason !== undefined) expect(reason).toMatch(/^[a-z]\w* (?:\S+ ){2,}\S*[^.]$/);
    else expect(pattern.build(alone, options).run).toBeTypeOf('function');
  });

  it('refuses options that it does not know', () => {
    expect(pattern.options.safeParse({ noSuchOption: 1 }).success).toBe(false);
  });
});

/** Every choice that an option offers beside its default, alone: modes, policies, switches. */
const variants = patterns.flatMap((pattern) =>
  Object.entries(z.toJSONSchema(pattern.options, { io: 'input', unrepresentable: 'any' }).properties ?? {}).flatMap(
    ([name, option]) => {
      if (typeof option !== 'object') return [];
      const choices = option.type === 'boolean' ? [true, false] : (option.enum ?? []);
      const others = choices.filter((choice) => choice !== option.default);
      return others.map((choice) => ({ name: pattern.name, pattern, options: { [name]: choice } }));
    },
  ),
);

describe('every other choice of an option', () => {
  it.each(variants)('$name with $options keeps the promises too', async ({ pattern, options }) => {
    const agent = built(pattern, options);
    const { result, error, spans, log } = await run(pattern, {}, { agent });
    expect(error).toBeUndefined();
    expect(result?.output).not.toBe('');
    expect(checkTrace(spans)).toEqual([]);
    expect(log.flatMap(({ request }) => toolProblems(request.messages))).toEqual([]);
    const endless = await neverDone(agent);
    expect(endless.result === undefined ? codeOf(endless.error) : 'completed').toBe('completed');
    expect(checkTrace(endless.spans)).toEqual([]);
    await cutOffEverywhere(agent);
  });
});

it('there are patterns and choices to check', () => {
  expect(patterns.length).toBeGreaterThanOrEqual(14);
  expect(variants.length).toBeGreaterThanOrEqual(14);
});

/** Whether a call is the pattern's own: its coordinator's, and not made within somebody whom the pattern has set to work. */
const isOwn = (agent: string, path: string): boolean =>
  agent === team.coordinator.name &&
  [...path.matchAll(/(?:^|\/)agent:([^#]*)#/g)].every(([, name]) => name === team.coordinator.name);

/** Ends the process before each step, gently and hard, and takes the trial up again from its journal. Returns the number of steps. */
async function cutOffEverywhere(agent: Agent): Promise<number> {
  const subject = (log: Logged[]) => ({ agent, input: INPUT, items: ITEMS, approver, model: listening(flawlessAnswers, log) });
  const whole = await runWithCrash({ ...subject([]), crashAt: Number.POSITIVE_INFINITY });
  for (let crashAt = 0; crashAt < whole.begun.length; crashAt++) {
    for (const hard of [false, true]) {
      const log: Logged[] = [];
      const crashed = await runWithCrash({ ...subject(log), crashAt, hard });
      const lost = lostPaths(crashed.records);
      const resumed = await resumeFrom(crashed.records, subject(log));
      expect([resumed.result?.output, resumed.latencyMs], `step ${crashAt}`).toEqual([whole.result?.output, whole.latencyMs]);
      // Nothing is left out and nothing done twice, save what was under way when the process was killed.
      expect([...new Set(completedPaths(resumed.records))].toSorted()).toEqual(completedPaths(whole.records).toSorted());
      const asked = log.map(({ path }) => path);
      expect(asked.filter((path, i) => asked.indexOf(path) < i && !lost.includes(path))).toEqual([]);
      // A tool that is itself an agent is cut off with what it had begun; a call never is.
      if (!hard) expect(lost.filter((path) => asked.includes(path))).toEqual([]);
      expect(checkTrace(resumed.spans)).toEqual([]);
    }
  }
  return whole.begun.length;
}

function toolProblems(messages: readonly ChatMessage[]): string[] {
  const problems: string[] = [];
  let open: string[] = [];
  for (const message of messages) {
    if (message.role === 'tool') {
      if (!open.includes(message.tool_call_id)) problems.push(`a result of ${message.tool_call_id}, which nobody waits for`);
      open = open.filter((id) => id !== message.tool_call_id);
      continue;
    }
    problems.push(...open.map((id) => `no result of ${id}`));
    open = message.role === 'assistant' ? (message.tool_calls ?? []).map(({ id }) => id) : [];
  }
  return [...problems, ...open.map((id) => `no result of ${id}`)];
}
