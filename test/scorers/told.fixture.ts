import { join } from 'node:path';
import { scoredOf } from '../../src/bench/scored-of.ts';
import { loadParts } from '../../src/contracts/parts.ts';
import type { Judge, JudgeQuestion } from '../../src/contracts/judge.ts';
import type { Score, Scored, Scorer } from '../../src/contracts/scorer.ts';
import type { Json } from '../../src/kernel/json.ts';
import type { Sample } from '../../src/schema/scenario.ts';
import type { SpanRecord } from '../../src/telemetry/span.ts';
import { totalsOf } from '../../src/telemetry/trial-totals.ts';

export const SCORERS = await loadParts<Scorer>(join(import.meta.dirname, '../../src/scorers'));

/** A step of a trial as a test tells it, one after another. */
export interface Step {
  readonly agent?: string;
  readonly tool?: string;
  readonly args?: Json;
  readonly model?: string;
  /** Of a hand-off from `agent`. */
  readonly to?: string;
  readonly routed?: string;
  readonly ms?: number;
  readonly tokens?: number;
  readonly usd?: number;
  readonly error?: string;
  readonly fault?: string;
  readonly denied?: boolean;
}

export interface Told {
  readonly output?: string;
  readonly input?: string;
  readonly expected?: Record<string, Json>;
  readonly trace?: readonly Step[];
}

/** A trial as its scorers see it, made of spans as a run leaves them. */
export function toldTrial({ output = '', input = 'in', expected = {}, trace = [] }: Told): Scored {
  const totalUs = trace.reduce((sum, { ms = 1 }) => sum + ms * 1000, 0);
  const root = span('', {
    endUs: totalUs,
    attributes: { 'gen_ai.operation.name': 'invoke_workflow', 'patternbench.output': output },
  });
  let atUs = 0;
  const steps = trace.map((step, index) => {
    const startUs = atUs;
    atUs += (step.ms ?? 1) * 1000;
    return stepSpan(step, { path: `step#${index}`, startUs, endUs: atUs });
  });
  const spans = [root, ...steps];
  return scoredOf({ id: 's01', input, expected: expected as Sample['expected'], metadata: {} }, spans, totalsOf(spans));
}

function span(path: string, facts: Partial<SpanRecord>): SpanRecord {
  const parentPath = path === '' ? null : '';
  return {
    path,
    parentPath,
    name: path,
    kind: 'internal',
    startUs: 0,
    endUs: 0,
    attributes: {},
    events: [],
    error: undefined,
    after: [],
    links: [],
    ...facts,
  };
}

function stepSpan(step: Step, at: { readonly path: string; readonly startUs: number; readonly endUs: number }): SpanRecord {
  const { agent, tool, args, model, to, routed, tokens, usd, error, fault, denied } = step;
  const attributes: Record<string, string | number | boolean> = {
    ...(agent === undefined ? {} : { 'gen_ai.agent.name': agent }),
    ...(tool === undefined ? {} : { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': tool }),
    ...(args === undefined ? {} : { 'gen_ai.tool.call.arguments': JSON.stringify(args) }),
    ...(model === undefined ? {} : { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': model }),
    ...(tokens === undefined ? {} : { 'gen_ai.usage.input_tokens': tokens, 'gen_ai.usage.output_tokens': 0 }),
    ...(usd === undefined ? {} : { 'patternbench.cost.usd': usd }),
    ...(routed === undefined ? {} : { 'patternbench.route.choice': routed }),
    ...(denied === undefined ? {} : { 'patternbench.tool.denied': denied }),
    ...(fault === undefined ? {} : { 'patternbench.fault.type': fault }),
    ...([tool, model, to, routed].every((one) => one === undefined) ? { 'gen_ai.operation.name': 'invoke_agent' } : {}),
  };
  const handed =
    to === undefined
      ? []
      : [
          {
            name: 'patternbench.handoff',
            atUs: at.startUs,
            attributes: { 'patternbench.handoff.from': agent ?? 'a', 'patternbench.handoff.to': to },
          },
        ];
  return span(at.path, {
    startUs: at.startUs,
    endUs: at.endUs,
    name: tool === undefined ? (model === undefined ? 'step' : `chat ${model}`) : `execute_tool ${tool}`,
    attributes,
    events: handed,
    error: error === undefined ? undefined : { type: error, message: error },
  });
}

/** A judge who says these things, in this order; a problem where there is nothing left to say. */
export function scriptedJudge(says: readonly unknown[]): Judge & { readonly asked: JudgeQuestion[]; readonly swaps: boolean[] } {
  const left = [...says];
  const asked: JudgeQuestion[] = [];
  const swaps: boolean[] = [];
  return {
    asked,
    swaps,
    noteSwap: (agrees) => void swaps.push(agrees),
    ask: async (question) => {
      asked.push(question);
      const value = left.shift();
      return value === undefined ? { ok: false, problem: 'its answer is not JSON' } : { ok: true, value };
    },
  };
}

/** What a scorer says of a told trial, with options as a scenario gives them. */
export async function scoreOf(
  name: string,
  {
    options = {},
    judge = scriptedJudge([]),
    ...told
  }: Told & { readonly options?: Readonly<Record<string, unknown>>; readonly judge?: Judge },
): Promise<Score> {
  const scorer = SCORERS.find((candidate) => candidate.name === name);
  if (!scorer) throw new Error(`no scorer ${name}`);
  return scorer.score(toldTrial(told), scorer.options.parse(options), judge);
}
