import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportOfSpans } from '../../src/bench/report-of-spans.ts';
import { otlp } from '../telemetry/foreign-samples.ts';
import { type Draft, looping } from './planted/foreign-loop.ts';

const usage = { 'gen_ai.usage.input_tokens': 100, 'gen_ai.usage.output_tokens': 10 };
describe('findings in traces of other frameworks, as far as they tell', () => {
  let folder: string;
  beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'patternbench-foreign-'))));
  afterAll(() => rm(folder, { recursive: true }));
  const findingsOf = async (spans: readonly Draft[], settings = {}) => {
    const file = join(folder, 'spans.json');
    await writeFile(file, otlp(spans));
    return (await reportOfSpans(file, { settings })).findings;
  };

  it('a loop, from the arguments that stand on the spans', async () => {
    const loops = (await findingsOf(looping())).filter(({ kind }) => kind === 'loop');
    expect(loops).toMatchObject([{ agent: 'helper', wastedTokens: 330, wastedMs: 450 }]);
    expect(loops[0]!.wastedUsd).toBeGreaterThan(0);
    expect(await findingsOf(looping(), { loop: false, 'framework-lock-in': false })).toEqual([]);
  });

  it('framework lock-in: a hint where nothing goes over an open protocol, and none where something does', async () => {
    const kinds = async (tool: Readonly<Record<string, string>>) => (await findingsOf(looping(tool))).map(({ kind }) => kind);
    expect(await kinds({})).toContain('framework-lock-in');
    expect(await kinds({ 'mcp.method.name': 'tools/call' })).not.toContain('framework-lock-in');
  });

  it('missing approval, at a threshold that is named when looking', async () => {
    const settings = { 'missing-approval': { when: 'args.q == "tea"' } };
    const found = (await findingsOf(looping(), settings)).filter(({ kind }) => kind === 'missing-approval');
    expect(found).toHaveLength(4);
    expect((await findingsOf(looping())).filter(({ kind }) => kind === 'missing-approval')).toEqual([]);
  });

  it('says nothing of what the spans do not tell: who read what', async () => {
    const spans: Draft[] = [
      { id: 'root', name: 'flow', ms: [0, 3000] },
      ...['a', 'b', 'c'].flatMap((agent, i): Draft[] => [
        {
          id: agent,
          parent: 'root',
          name: `invoke_agent ${agent}`,
          ms: [i * 1000, i * 1000 + 1000],
          attributes: { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': agent },
        },
        {
          id: `${agent}c`,
          parent: agent,
          name: 'chat',
          ms: [i * 1000, i * 1000 + 1000],
          attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'gpt-4o', ...usage },
        },
      ]),
    ];
    expect((await findingsOf(spans)).map(({ kind }) => kind)).toEqual(['framework-lock-in']);
  });
});
