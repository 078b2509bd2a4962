import { describe, expect, it } from 'vitest';
import { describeMessages } from '../../src/bench/describe-messages.ts';
import { dueApprovals } from '../../src/bench/due-approvals.ts';
import { messageLog } from '../../src/bench/message-log.ts';
import { phrasesOf, similarity } from '../../src/bench/text-similarity.ts';
import { type Agent, defineAgent } from '../../src/contracts/agent.ts';
import { labelled } from '../../src/contracts/combine.ts';
import { parallel } from '../../src/patterns/parallel.ts';
import type { SpanRecord } from '../../src/telemetry/span.ts';
import { llm, runScripted, type Script, tool } from '../support/trial.ts';

async function described(agent: Agent, script: Script, isDue?: ReturnType<typeof dueApprovals>): Promise<readonly SpanRecord[]> {
  const log = messageLog();
  const { spans, result } = await runScripted({ agent, script, runtime: { content: log } });
  describeMessages(log, { output: result?.output ?? null, isDue });
  return spans;
}
const callsOf = (spans: readonly SpanRecord[]) => spans.filter(({ name }) => name.startsWith('chat '));
const fact = (spans: readonly SpanRecord[], name: string) =>
  callsOf(spans).map(({ attributes }) => attributes[`patternbench.${name}`]);

const paragraph = 'A paragraph that is long enough to be told from a mere phrase of a prompt.';
const asking = (...questions: readonly (readonly [agent: string, text: string])[]): Agent =>
  defineAgent('asking', 'Asks.', async (_input, ctx) => {
    const results = [];
    for (const [name, text] of questions) results.push(await ctx.run(llm(name), text));
    return results.at(-1)!;
  });

describe('what spans tell of messages, without the messages', () => {
  it('equal messages have equal digests, and no message stands on a span', async () => {
    const spans = await described(
      asking(['a', paragraph], ['b', paragraph], ['a', 'else']),
      () => 'a secret answer of the model',
    );
    const digests = fact(spans, 'message.digests') as string[][];
    expect(digests.map((own) => own.length)).toEqual([2, 2, 2]);
    expect(digests[0]![1]).toBe(digests[1]![1]);
    expect(digests[0]![0]).toBe(digests[2]![0]);
    expect(digests[0]![0]).not.toBe(digests[1]![0]);
    expect(new Set(fact(spans, 'output.digest')).size).toBe(1);
    expect(JSON.stringify(spans)).not.toContain('secret answer');
    expect(JSON.stringify(spans)).not.toContain(paragraph);
  });

  it('a secret has the digest of its replacement: no digest tells which secret it was', async () => {
    const key = (tail: string) => `use sk-proj-${tail.repeat(24)} please`;
    const [one] = fact(await described(asking(['a', key('a')]), () => 'ok'), 'message.digests') as string[][];
    const [other] = fact(await described(asking(['a', key('b')]), () => 'ok'), 'message.digests') as string[][];
    expect(one).toEqual(other);
  });

  it('what another agent had been sent is counted, what an agent itself had been sent is not', async () => {
    const other = `Also ${paragraph}`;
    const spans = await described(
      asking(['a', paragraph], ['a', paragraph], ['b', `${paragraph}\n\n${other}`], ['c', other]),
      () => 'ok',
    );
    expect(fact(spans, 'prompt.resent_characters')).toEqual([undefined, undefined, paragraph.length, other.length]);
    expect(fact(spans, 'prompt.characters')).toEqual(
      [paragraph, paragraph, `${paragraph}\n\n${other}`, other].map((text) => text.length + 'You are a.'.length),
    );
  });

  it('a request reads the answers that it holds, as far as they were given before it', async () => {
    const agents = [llm('a'), llm('b')];
    const script: Script = (_request, { agent }) => ({
      content: agent === 'w' ? 'page' : `${agent} says: the matter is settled`,
      latencyMs: 10,
    });
    const spans = await described(
      parallel({ agents, aggregate: llm('w'), inputOf: () => 'a says: the matter is settled' }),
      script,
    );
    const [a, b] = callsOf(spans).map(({ path }) => path);
    expect(fact(spans, 'prompt.reads')).toEqual([undefined, undefined, [a, b]]);
    expect(fact(spans, 'output.in_answer')).toEqual([undefined, undefined, true]);
  });

  it('of its own conversation a request tells nothing: it holds that by nature', async () => {
    const script: Script = (_request, { path }) =>
      path.endsWith('#0') ? { content: 'first I will have to look this up', toolCalls: [{ name: 'look' }] } : 'done with it';
    const agent = defineAgent('one', 'One.', (input, ctx) => ctx.run(llm('a', { tools: [tool('look')] }), input));
    expect(fact(await described(agent, script), 'prompt.reads')).toEqual([undefined, undefined]);
  });

  it('an answer is known again by its longest line, and in the answer of the trial', async () => {
    const text = 'Short.\nThis line is the longest one of what was said.\nEnd.';
    const spans = await described(parallel({ agents: [llm('a'), llm('b')], aggregate: labelled }), (_r, { agent }) =>
      agent === 'a' ? text : 'b'.repeat(30),
    );
    expect(fact(spans, 'output.in_answer')).toEqual([true, true]);
    const cut = await described(
      defineAgent('cut', 'Passes on a part.', async (_input, ctx) => {
        const { output } = await ctx.run(llm('a'), 'task');
        return ctx.run(llm('b'), output.split('\n')[1]!);
      }),
      (_r, { agent }) => (agent === 'a' ? text : 'done'),
    );
    expect(fact(cut, 'prompt.reads')).toEqual([undefined, ['agent:a#0/model:chat#0']]);
  });

  it('tools: equal arguments in any spelling, whether the result changed, whether a person should be asked', async () => {
    const spellings = ['{"a":1,"b":2}', '{ "b": 2, "a": 1 }', '{"a":2}'];
    const script: Script = (_request, { path }) => {
      const turn = Number(path.split('#').at(-1));
      return turn < 3 ? { toolCalls: [{ name: 'look', arguments: spellings[turn]! }] } : 'done';
    };
    const isDue = dueApprovals({ findings: { 'missing-approval': { when: 'args.a > 1' } } });
    const spans = await described(llm('a', { tools: [tool('look')] }), script, isDue);
    const tools = spans.filter(({ name }) => name.startsWith('execute_tool'));
    const [one, two, three] = tools.map(({ attributes }) => attributes['patternbench.tool.arguments.digest']);
    expect(one).toBe(two);
    expect(one).not.toBe(three);
    expect(tools.map(({ attributes }) => attributes['patternbench.approval.due'])).toEqual([undefined, undefined, true]);
    expect(dueApprovals({ findings: { loop: { repeats: 3 } } })).toBeUndefined();
    expect(dueApprovals({})).toBeUndefined();
  });
});

describe('similarity: the Jaccard index of three-word phrases', () => {
  it.each([
    ['one two three four five six seven eight', 'One, two; three four five six seven eight!', 1],
    ['one two three four five six seven eight', 'one two three four five six seven nine', 5 / 7],
    ['one two three four five six seven eight', 'a b c d e f g h', 0],
    ['yes', 'yes', undefined],
  ])('%s | %s', (a, b, expected) => {
    expect(similarity(phrasesOf(a), phrasesOf(b))).toBe(expected);
  });
});
