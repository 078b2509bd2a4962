import { describe, expect, it } from 'vitest';
import { defineAgent, resultOf } from '../../src/contracts/agent.ts';
import { labelled } from '../../src/contracts/combine.ts';
import { parallel } from '../../src/patterns/parallel.ts';
import { sequential } from '../../src/patterns/sequential.ts';
import { checkTrace } from '../../src/telemetry/trace-check.ts';
import { completedPaths, resumeFrom, runWithCrash } from '../support/crash.ts';
import { llm, type Script, tool, type TrialOutcome } from '../support/trial.ts';

const [a, b, c] = [llm('a'), llm('b'), llm('c')];

/** Every agent says something of its own, after a time of its own. */
const script: Script = (request, { agent }) => ({
  content: `${agent} on ${request.messages.length}`,
  latencyMs: 100 * agent.charCodeAt(0) + request.messages.length,
});

const clerk = llm('clerk', { tools: [tool('look', { latencyMs: 30 }), tool('find', { latencyMs: 70 })] });

const twoTools: Script = (request, call) =>
  call.agent === 'clerk' && request.messages.length < 4
    ? {
        toolCalls: [
          { name: 'look', id: 'x' },
          { name: 'find', id: 'y' },
        ],
        latencyMs: 500,
      }
    : script(request, call);

const failing: Script = (request, call) =>
  call.attempt < 2 && call.agent === 'b' ? { status: 503, latencyMs: 40 } : script(request, call);

const SUBJECTS = {
  'a pipeline': { agent: sequential([{ agent: a }, { agent: b }, { agent: c }]), script },
  branches: { agent: parallel({ agents: [a, b, c], aggregate: labelled }), script },
  'tools in parallel': { agent: sequential([{ agent: clerk }, { agent: a }]), script: twoTools },
  'retries of calls': {
    agent: parallel({ agents: [a, b], aggregate: labelled }),
    script: failing,
    modelRetry: { attempts: 4, baseMs: 250, jitter: 0.5 },
  },
  'retries of agents and a fallback': {
    agent: sequential([{ agent: a, run: { retry: { attempts: 2, baseMs: 1000 }, fallback: [c] } }, { agent: b }]),
    script: ((request, call) => (call.agent === 'a' ? { status: 400, latencyMs: 5 } : script(request, call))) satisfies Script,
  },
  'a timeout': {
    agent: sequential([{ agent: a, run: { timeoutMs: 50, fallback: [b] } }, { agent: c }]),
    script: ((_request, call) => ({ content: call.agent, latencyMs: call.agent === 'a' ? 500 : 40 })) satisfies Script,
  },
  'a race': {
    agent: defineAgent('race', 'Race.', async (input, ctx) => {
      const settled = await ctx.all([a, b, c], (each, _i, branch) => branch.run(each, input), { first: 1 });
      const after = await ctx.run(c, JSON.stringify(settled));
      return resultOf(after.output);
    }),
    script: ((request, call) => ({
      content: call.agent,
      latencyMs: call.agent === 'b' ? 10 : 500,
      usage: { inputTokens: request.messages.length },
    })) satisfies Script,
  },
  'waits and background work': {
    agent: defineAgent('late', 'Late.', async (input, ctx) => {
      ctx.background('audit', async (own) => {
        await own.sleep(3000);
        await own.run(c, input);
      });
      await ctx.sleep(123.456);
      return ctx.run(a, input);
    }),
    script,
  },
  'an agent as a tool': {
    agent: sequential([
      {
        agent: llm('boss', {
          tools: [tool('ask_b', { latencyMs: 5, execute: async (_args, ctx) => (await ctx.run(b, 'do it')).output })],
        }),
      },
    ]),
    script: ((request, call) =>
      call.agent === 'boss' && request.messages.length < 4
        ? { toolCalls: [{ name: 'ask_b' }], latencyMs: 20 }
        : script(request, call)) satisfies Script,
  },
};

const spanFacts = (spans: TrialOutcome['spans']) =>
  spans.map(({ path, startUs, endUs, attributes: { 'patternbench.wasted': _wasted, ...attributes }, error, after }) => ({
    path,
    startUs,
    endUs,
    attributes,
    error,
    after,
  }));

describe('CHK1 a trial that is taken up again', () => {
  it.each(Object.entries(SUBJECTS))(
    '%s: crashed before every step, hard and soft, gives what it would have given',
    async (_name, subject) => {
      const whole = await runWithCrash({ ...subject, crashAt: Number.POSITIVE_INFINITY });
      expect(whole.error).toBeUndefined();
      expect(checkTrace(whole.spans)).toEqual([]);
      const steps = whole.begun.length;
      expect(steps).toBeGreaterThan(1);
      for (let crashAt = 0; crashAt < steps; crashAt++) {
        for (const hard of [false, true]) {
          const crashed = await runWithCrash({ ...subject, crashAt, hard });
          expect(crashed.crashed).toBe(true);
          const done = completedPaths(crashed.records);
          const resumed = await resumeFrom(crashed.records, subject);
          expect(resumed.error).toBeUndefined();
          expect(resumed.result).toEqual(whole.result);
          expect(resumed.latencyMs).toBe(whole.latencyMs);
          expect(resumed.spent).toEqual(whole.spent);
          expect(spanFacts(resumed.spans)).toEqual(spanFacts(whole.spans));
          // What is done is never done again.
          expect(resumed.begun.filter((path) => done.includes(path))).toEqual([]);
          if (!hard) expect(new Set([...done, ...resumed.begun])).toEqual(new Set(whole.begun));
        }
      }
    },
  );
});
