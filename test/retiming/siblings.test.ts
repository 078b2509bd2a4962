import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { retimedSpans } from '../../src/retiming/retimed-spans.ts';
import { simulate } from '../../src/retiming/simulate.ts';
import { trialGraph } from '../../src/retiming/trial-graph.ts';
import type { SpanRecord } from '../../src/telemetry/span.ts';
import { spanOf } from '../telemetry/random-trace.ts';
import { programs, runProgram, type Step } from './programs.ts';

function together(spans: readonly SpanRecord[]) {
  const graph = trialGraph(spans, { parallelSiblings: true });
  simulate([{ graph, atUs: 0 }], []);
  return { freed: graph.freed, spans: retimedSpans(graph), latencyUs: graph.root.end.atUs };
}

const model = (ms: number): Step => ({ kind: 'model', model: 'm1', ms, failures: 0 });
const asRun = (_model: string, ms: number) => ms;

/** The same with waits instead of tools: tools that follow one another are independent by themselves. */
const toolless = (steps: readonly Step[]): Step[] =>
  steps.map((step) => {
    if (step.kind === 'tool') return { ...step, kind: 'sleep' };
    if (step.kind === 'agent') return { ...step, steps: toolless(step.steps) };
    return step.kind === 'all' ? { ...step, branches: step.branches.map(toolless) } : step;
  });

/** Every bounded step of a program without its bound. */
const unbounded = (steps: readonly Step[]): Step[] =>
  steps.map((step) => {
    if (step.kind === 'agent') return { ...step, steps: unbounded(step.steps) };
    return step.kind === 'all' ? { ...step, concurrency: undefined, branches: step.branches.map(unbounded) } : step;
  });

const step = (path: string, [startUs, endUs]: readonly [number, number], after: string[], attributes: SpanRecord['attributes']) =>
  spanOf({ path, startUs, endUs, after, attributes });
const TOOL = { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'search' };
const CHAT = { 'gen_ai.operation.name': 'chat' };
const AGENT = { 'gen_ai.operation.name': 'invoke_agent' };

describe('independent siblings', () => {
  it('start together where they only waited for a place: as when the program is run again without its bounds', async () => {
    await fc.assert(
      fc.asyncProperty(programs({ timed: false, ties: true }).map(toolless), async (program) => {
        const { spans } = await runProgram(program, asRun);
        const rerun = await runProgram(unbounded(program), asRun);
        const times = (of: readonly SpanRecord[]) => of.map((span) => `${span.path} ${span.startUs} ${span.endUs}`).sort();
        expect(times(together(spans).spans)).toEqual(times(rerun.spans));
      }),
      { numRuns: 200 },
    );
  });

  it('are counted once each: three branches, one at a time, are two waits', async () => {
    const branches = [[model(10), model(5)], [model(20)], [model(30)]];
    const { spans, latencyMs } = await runProgram([{ kind: 'all', branches, concurrency: 1, first: undefined }], asRun);
    expect(latencyMs).toBe(65);
    expect(together(spans)).toMatchObject({ freed: 2, latencyUs: 30_000 });
  });

  it('are tool calls of one turn that ran one after another: nobody thought in between', () => {
    const trace = [
      spanOf({ path: '', startUs: 0, endUs: 110 }),
      step('chat#0', [0, 50], [], CHAT),
      step('tool#0', [50, 80], ['chat#0'], TOOL),
      step('tool#1', [80, 90], ['tool#0'], TOOL),
      step('tool#2', [90, 95], ['tool#1'], TOOL),
      step('chat#1', [95, 110], ['tool#2'], CHAT),
    ];
    // The answer needs all three, also where the trace names only the last of them.
    expect(together(trace)).toMatchObject({ freed: 2, latencyUs: 50 + 30 + 15 });
  });

  it('are not steps of which one may have used what the other said', () => {
    const dependent = [
      spanOf({ path: '', startUs: 0, endUs: 100 }),
      step('agent:a#0', [0, 40], [], AGENT),
      step('agent:b#0', [40, 60], ['agent:a#0'], AGENT),
      step('tool#0', [60, 70], ['agent:b#0'], TOOL),
      step('chat#0', [70, 90], ['tool#0'], CHAT),
      step('tool#1', [90, 100], ['chat#0'], TOOL),
    ];
    expect(together(dependent)).toMatchObject({ freed: 0, latencyUs: 100 });
  });
});
