import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import parallelPattern, { labelled, parallel } from '../../src/patterns/parallel.ts';
import { usOf } from '../../src/kernel/clock.ts';
import { checkTrace } from '../../src/telemetry/trace-check.ts';
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
});
