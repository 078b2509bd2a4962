import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { labelled } from '../../src/contracts/combine.ts';
import parallelPattern, { parallel } from '../../src/patterns/parallel.ts';
import { usOf } from '../../src/kernel/clock.ts';
import { checkTrace } from '../../src/telemetry/trace-check.ts';
import { built } from '../support/built.ts';
import { codeOf, lastText, llm, runScripted, type Script, team } from '../support/trial.ts';

const agents = ['tech', 'biz', 'risk', 'law'].map((name) => llm(name));
const LATENCY: Readonly<Record<string, number>> = { tech: 1200.5, biz: 337.75, risk: 2337.001, law: 90, judge: 1000.125 };
const script: Script = (_request, { agent }) => ({ content: `${agent} says`, latencyMs: LATENCY[agent]! });
const failing =
  (...names: readonly string[]): Script =>
  (request, call) =>
    names.includes(call.agent) ? { status: 400, latencyMs: 10 } : script(request, call);

const judge = llm('judge');

describe('parallel', () => {
  it('PAR1 all agents run at the same time; failures are collected, not thrown', async () => {
    const { calls, result, spans } = await runScripted({
      agent: parallel({ agents, aggregate: labelled }),
      script: failing('biz', 'law'),
    });
    expect(calls.map(({ agent, atMs }) => [agent, atMs])).toEqual(agents.map(({ name }) => [name, 0]));
    expect(result?.output).toBe('[tech]: tech says\n\n[risk]: risk says');
    expect(checkTrace(spans)).toEqual([]);
  });

  it('PAR1 only when every branch has failed is that an error, and it names all', async () => {
    const { error } = await runScripted({
      agent: parallel({ agents, aggregate: labelled }),
      script: failing('tech', 'biz', 'risk', 'law'),
    });
    expect(codeOf(error)).toBe('all_branches_failed');
    for (const { name } of agents) expect(String(error)).toContain(`${name}: the endpoint answered 400`);
  });

  it('PAR2 the result has aggregated_result, individual_results and failures, in the order of the roster', async () => {
    const { result } = await runScripted({ agent: parallel({ agents, aggregate: judge }), script: failing('biz') });
    expect(result?.data).toEqual({
      aggregated_result: 'judge says',
      individual_results: ['tech', 'risk', 'law'].map((agent) => ({ agent, result: `${agent} says` })),
      failures: [{ agent: 'biz', error: 'the endpoint answered 400' }],
    });
  });

  it('PAR3 the aggregator is given the successes, and only who is missing', async () => {
    const { calls } = await runScripted({ agent: parallel({ agents, aggregate: judge }), input: 'Go?', script: failing('biz') });
    expect(lastText(calls.at(-1)!.request)).toBe(
      'Question: Go?\n\n[tech]: tech says\n\n[risk]: risk says\n\n[law]: law says\n\nNo answer from: biz',
    );
  });

  it('PAR4 the whole takes as long as the slowest branch, not the sum', async () => {
    const { latencyMs, spans } = await runScripted({ agent: parallel({ agents, aggregate: judge }), script });
    expect(latencyMs).toBe(2337.001 + 1000.125);
    const join = spans.find(({ name }) => name === 'join branches')!;
    expect([join.startUs, join.endUs]).toEqual([2_337_001, 2_337_001]);
    expect(spans.find(({ path }) => path === 'agent:judge#0')!.after).toEqual([join.path]);
  });

  it('PAR4 with a bound on concurrency it takes as long as the list schedule', async () => {
    const { latencyMs, calls } = await runScripted({
      agent: parallel({ agents, aggregate: labelled, branches: { concurrency: 2 } }),
      script,
    });
    expect(calls.map(({ agent, atMs }) => [agent, atMs])).toEqual([
      ['tech', 0],
      ['biz', 0],
      ['risk', 337.75],
      ['law', 1200.5],
    ]);
    expect(latencyMs).toBe(337.75 + 2337.001);
  });

  it('PAR5 branches know nothing of one another: each is given the input alone', async () => {
    const { calls } = await runScripted({
      agent: parallel({ agents, aggregate: labelled, branches: { concurrency: 1 } }),
      input: 'Go?',
      script,
    });
    expect(calls.map(({ request }) => request.messages.slice(1))).toEqual(agents.map(() => [{ role: 'user', content: 'Go?' }]));
  });

  it('PAR7 branches may have inputs of their own', async () => {
    const options = parallelPattern.options.parse({ aggregate: 'join', inputs: { biz: 'Costs of: {input}? {input}!' } });
    const { calls } = await runScripted({ agent: parallelPattern.build(team(...agents), options), input: '$& Go', script });
    expect(calls.map(({ request }) => lastText(request))).toEqual(['$& Go', 'Costs of: $& Go? $& Go!', '$& Go', '$& Go']);
  });

  it('stops the others at the first failure when told so, and throws it', async () => {
    const { error, latencyMs, spans } = await runScripted({
      agent: parallel({ agents, aggregate: judge, branches: { failFast: true } }),
      script: failing('biz'),
    });
    expect(codeOf(error)).toBe('model_error');
    expect(latencyMs).toBe(10);
    expect(checkTrace(spans)).toEqual([]);
  });

  it('keeps the order of the roster and gives the same spans, whatever the order in which branches finish', async () => {
    const latency = fc.integer({ min: 0, max: 5_000_000 }).map((us) => us / 1000);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ latency, fails: fc.boolean() }), { minLength: 2, maxLength: 8 }),
        async (branches) => {
          const roster = branches.map((_branch, index) => llm(`a${index}`));
          const run = () =>
            runScripted({
              agent: parallel({ agents: roster, aggregate: (ok, failed) => JSON.stringify({ ok, failed }) }),
              script: (_request, { agent }) => {
                const { latency: latencyMs, fails } = branches[Number(agent.slice(1))]!;
                return fails ? { status: 400, latencyMs } : { content: agent, latencyMs };
              },
            });
          const { result, error, latencyMs, spans } = await run();
          const names = (fails: boolean) => branches.flatMap((branch, index) => (branch.fails === fails ? [`a${index}`] : []));
          if (names(false).length === 0) expect(codeOf(error)).toBe('all_branches_failed');
          else {
            expect(result?.data).toMatchObject({
              individual_results: names(false).map((agent) => ({ agent, result: agent })),
              failures: names(true).map((agent) => ({ agent, error: 'the endpoint answered 400' })),
            });
          }
          expect(usOf(latencyMs)).toBe(Math.max(...branches.map((branch) => usOf(branch.latency))));
          expect(checkTrace(spans)).toEqual([]);
          expect(JSON.stringify((await run()).spans)).toBe(JSON.stringify(spans));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('PAR6 without waiting: everybody is set to work, the answer says so at once, and what they do is counted', async () => {
    const outcome = await runScripted({
      agent: built(parallelPattern, team(...agents), { wait: false }),
      script: failing('biz'),
    });
    expect(outcome.result?.output).toBe('Set to work: tech, biz, risk, law.');
    expect(outcome.calls.map(({ atMs }) => atMs)).toEqual([0, 0, 0, 0]);
    // The trial lasts as long as the last of them; a failure stands in the trace and ends nothing.
    expect(outcome.latencyMs).toBe(2337.001);
    expect(outcome.spans.filter(({ error }) => error).map(({ name }) => name)).toContain('invoke_agent biz');
    expect(checkTrace(outcome.spans)).toEqual([]);
  });

  it('a race goes on with the first answers and stops the others', async () => {
    const outcome = await runScripted({
      agent: built(parallelPattern, team(...agents), { first: 2, aggregate: 'join' }),
      script,
    });
    expect(outcome.result?.output).toBe('[biz]: biz says\n\n[law]: law says');
    expect(outcome.latencyMs).toBe(337.75);
    expect(checkTrace(outcome.spans)).toEqual([]);
  });

  it('a hedge asks once more when an answer is late, and takes whichever comes first', async () => {
    const hedged = (first: number, second: number) =>
      runScripted({
        agent: built(parallelPattern, team(llm('tech')), { copies: 2, first: 1, hedgeAfterMs: 500, aggregate: 'vote' }),
        script: (request) => (request.seed === 7 ? { content: 'one', latencyMs: first } : { content: 'two', latencyMs: second }),
      });
    const quick = await hedged(400, 100);
    expect([quick.result?.output, quick.latencyMs, quick.calls.length]).toEqual(['one', 400, 1]);
    const slow = await hedged(5000, 100);
    expect([slow.result?.output, slow.latencyMs, slow.calls.length]).toEqual(['two', 600, 2]);
  });

  it('too few successes are a failure that names who failed', async () => {
    const options = { minSuccess: 4, aggregate: 'join' };
    expect((await runScripted({ agent: built(parallelPattern, team(...agents), options), script })).error).toBeUndefined();
    const { error } = await runScripted({ agent: built(parallelPattern, team(...agents), options), script: failing('law') });
    expect(codeOf(error)).toBe('all_branches_failed');
    expect(String(error)).toContain('3 of 4 branches succeeded: law: the endpoint answered 400');
  });

  it('copies of one voter are asked with different seeds, and the majority counts, whatever its spelling', async () => {
    const votes = ['blue', 'Red.', 'red'];
    const outcome = await runScripted({
      agent: built(parallelPattern, team(llm('voter')), { copies: 3, aggregate: 'vote' }),
      script: (request) => votes[request.seed! - 7]!,
    });
    expect(outcome.calls.map(({ request }) => request.seed)).toEqual([7, 8, 9]);
    expect(outcome.result?.output).toBe('Red.');
  });

  it('there is nothing to run side by side with one agent and one copy', () => {
    const reason = (options: object) => parallelPattern.notApplicable(team(llm('a')), parallelPattern.options.parse(options));
    expect(reason({})).toBe('there is nothing to run side by side');
    expect(reason({ copies: 2 })).toBeUndefined();
  });
});
