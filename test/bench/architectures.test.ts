import { describe, expect, it } from 'vitest';
import { architecturesOf, sharedContentCollector } from '../../src/bench/architectures.ts';
import { loadPatterns } from '../../src/bench/parts.ts';
import { architectureTable } from '../../src/commands/shell/architecture-table.ts';
import { sampleTrace } from '../telemetry/random-trace.ts';
import { smallRun } from '../support/small-run.ts';

const { run } = smallRun();
const patterns = await loadPatterns();

describe('REP1 the patterns as architectures to choose from', () => {
  const rows = architecturesOf(run, patterns);

  it('have what a choice needs: what each is and is for, setup, cost, median time, tokens over one agent', () => {
    expect(rows.map(({ pattern }) => pattern)).toEqual(['router', 'single', 'graph', 'swarm']);
    const router = run.groups.find(({ pattern }) => pattern === 'router')!;
    expect(rows[0]).toMatchObject({
      scenario: 'support-desk',
      architecture: expect.stringContaining('classifier') as string,
      bestFor: expect.stringContaining('Requests fall into kinds') as string,
      setup: { options: expect.any(Number) as number, modelCalls: expect.any(String) as string },
      quality: router.quality!.mean,
      finished: 1,
      costUsdPer1kTasks: router.costUsdPer1kTasks,
      medianLatencyMs: router.latencyMs.p50,
      tokenOverhead: router.tokenOverhead,
      turnOverhead: router.coordination!.turnOverhead,
    });
    // One trial failed and one met a limit, out of thirty.
    expect(rows.at(-1)).toMatchObject({ pattern: 'swarm', costUsdPer1kTasks: null, finished: 0.933333 });
  });

  it.each([50, 80, 120])('stand beside each other at %d columns, below where the answers came from', (width) => {
    const lines = architectureTable(run, rows, width).split('\n');
    expect(lines[0]).toMatch(/^SIMULATED/);
    expect(lines.filter((line) => line.length > width)).toEqual([]);
    const head = lines.find((line) => line.startsWith('pattern'))!;
    const columns =
      width < 70 ? ['quality', '$/1K', 'p50', 'best for'] : ['setup', 'quality', '$/1K', 'p50', 'tokens', 'best for'];
    for (const column of columns) expect(head).toContain(column);
    expect(head.includes('msgs')).toBe(width >= 100);
    expect(lines.join('\n')).toContain('unpriced');
    expect(lines.join(' ').replace(/ +/g, ' ')).toContain('Finished by themselves: swarm 93%');
  });

  it('tell what agents were sent twice only where messages were captured', () => {
    const told = sharedContentCollector();
    const [root, ...rest] = sampleTrace();
    const named = {
      ...root!,
      attributes: { ...root!.attributes, 'patternbench.scenario.id': 'support-desk', 'patternbench.pattern.name': 'router' },
    };
    told.add([named, ...rest]);
    expect(told.of('support-desk/router')).toEqual({ redundancy: null, resent: null });
    const message = (content: string) => JSON.stringify([{ role: 'user', parts: [{ type: 'text', content }] }]);
    const captured = rest.map((span) =>
      span.attributes['gen_ai.operation.name'] === 'chat'
        ? {
            ...span,
            attributes: {
              ...span.attributes,
              'gen_ai.input.messages': message('the task'),
              'gen_ai.output.messages': message('one two three'),
            },
          }
        : span,
    );
    told.add([named, ...captured]);
    // Both agents were sent the same and said the same: the second half of all prompts was sent before.
    expect(told.of('support-desk/router')).toEqual({ redundancy: 1, resent: 0.5 });
    const table = architectureTable(run, architecturesOf(run, patterns, told.of), 80);
    expect(table.replace(/\s+/g, ' ')).toContain('Of prompts another agent was sent before: router 50%, answers alike by 100%.');
  });
});
