import { describe, expect, it } from 'vitest';
import { sequential } from '../../src/patterns/sequential.ts';
import { runBudget } from '../../src/state/run-budget.ts';
import { checkTrace } from '../../src/telemetry/trace-check.ts';
import { codeOf, llm, runScripted, tool } from '../support/trial.ts';

const [a, b] = [llm('a'), llm('b')];
const endless = llm('endless', { tools: [tool('again')], maxTurns: 100 });
const again = () => ({ toolCalls: [{ name: 'again' }], latencyMs: 10, usage: { inputTokens: 90, outputTokens: 10 } });

describe('CHK5 the latency budget of an agent', () => {
  const slow = (agentLatencyMs: Record<string, number>, timeoutMs?: number) =>
    runScripted({
      agent: sequential([{ agent: a, run: { fallback: [b], ...(timeoutMs === undefined ? {} : { timeoutMs }) } }]),
      script: (_request, call) => ({ content: call.agent, latencyMs: call.agent === 'a' ? 5000 : 1500 }),
      limits: { agentLatencyMs },
    });

  it('is measured and enforced, by name or by default, and stands on its span', async () => {
    const { result, latencyMs, spans } = await slow({ default: 2000, a: 3000 });
    expect(result?.output).toBe('b');
    expect(latencyMs).toBe(4500);
    const of = (name: string) => spans.find((span) => span.name === `invoke_agent ${name}`)!;
    expect(of('a').attributes).toMatchObject({ 'patternbench.budget.latency_ms': 3000, 'patternbench.budget.exceeded': true });
    expect(of('a').error).toMatchObject({ type: 'timeout', message: 'a did not answer within 3000 ms' });
    expect(of('b').attributes).toMatchObject({ 'patternbench.budget.latency_ms': 2000 });
    expect(of('b').attributes).not.toHaveProperty('patternbench.budget.exceeded');
    expect(checkTrace(spans)).toEqual([]);
  });

  it('BP3 gives way to a shorter timeout of the pattern', async () => {
    const { latencyMs, spans } = await slow({ a: 3000 }, 1000);
    // It holds for the fallback too.
    expect(latencyMs).toBe(2000);
    expect(spans.find((span) => span.name === 'invoke_agent a')!.attributes).not.toHaveProperty('patternbench.budget.exceeded');
  });
});

describe('CHK4 limits of a trial', () => {
  it.each([
    ['maxTurns', { maxTurns: 4 }, 4],
    ['maxCostUsd', { maxCostUsd: 250e-6 }, 3],
  ])('%s ends it', async (limit, limits, calls) => {
    const outcome = await runScripted({ agent: endless, script: again, limits });
    expect(outcome.error).toMatchObject({ code: 'limit_exceeded', facts: { limit } });
    expect(outcome.calls).toHaveLength(calls);
  });

  it('a turn that is tried several times is one', async () => {
    const script = (_request: unknown, { attempt }: { attempt: number }) => (attempt < 2 ? { status: 503 } : { content: 'x' });
    const { error, spent } = await runScripted({
      agent: a,
      script,
      modelRetry: { attempts: 3, baseMs: 1 },
      limits: { maxTurns: 1 },
    });
    expect([error, spent.turns, spent.modelCalls]).toEqual([undefined, 1, 3]);
  });

  it('are announced at 50, 80 and 100 percent, once each', async () => {
    const { spans } = await runScripted({ agent: endless, script: again, limits: { maxModelCalls: 10, maxTokens: 700 } });
    const alerts = spans[0]!.events
      .filter(({ name }) => name === 'patternbench.budget.alert')
      .map(({ attributes }) => Object.values(attributes));
    expect(alerts).toEqual([
      ['maxTokens', 0.5],
      ['maxModelCalls', 0.5],
      ['maxTokens', 0.8],
      ['maxTokens', 1],
    ]);
  });
});

describe('the budget of a run', () => {
  it('ends a trial that would go on spending', async () => {
    const budget = runBudget({ maxTokens: 250 });
    const { error, calls } = await runScripted({ agent: endless, script: again, runtime: { budget } });
    expect(codeOf(error)).toBe('limit_exceeded');
    expect(calls).toHaveLength(3);
    expect(budget.signal.aborted).toBe(true);
  });
});
