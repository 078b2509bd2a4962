import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunksOf, completionOf } from '../../src/contracts/chat-chunks.ts';

const text = fc.string({ minLength: 1 });
const call = fc.record({ id: text, type: fc.constant('function'), function: fc.record({ name: text, arguments: fc.string() }) });
const message = fc.oneof(
  fc.record({ role: fc.constant('assistant'), content: text, refusal: fc.constant(null) }),
  fc.record({ role: fc.constant('assistant'), content: fc.constant(null), refusal: text }),
  fc.record({
    role: fc.constant('assistant'),
    content: fc.option(text),
    refusal: fc.constant(null),
    tool_calls: fc.array(call, { minLength: 1, maxLength: 3 }),
  }),
);
const completion = fc.record({
  id: text,
  object: fc.constant('chat.completion'),
  created: fc.nat(),
  model: text,
  choices: fc
    .array(fc.record({ message, logprobs: fc.constant(null), finish_reason: fc.constantFrom('stop', 'length', 'tool_calls') }), {
      minLength: 1,
      maxLength: 3,
    })
    .map((choices) => choices.map((choice, index) => ({ index, ...choice }))),
  usage: fc.record({ prompt_tokens: fc.nat(), completion_tokens: fc.nat() }),
});

describe('chunks of a chat completion', () => {
  it('make up the completion that they were made of', () => {
    fc.assert(
      fc.property(completion, (whole) => {
        expect(completionOf(chunksOf(whole, true))).toEqual(whole);
      }),
    );
  });

  it('are one for the text, one for each call, one for the end, and usage only where it is asked for', () => {
    const tool = (id: string) => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } });
    const whole = {
      id: '1',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Hm.', tool_calls: [tool('a'), tool('b')] },
          finish_reason: 'tool_calls',
        },
      ],
      usage: { prompt_tokens: 1 },
    };
    expect(chunksOf(whole, true)).toHaveLength(5);
    expect(chunksOf(whole, false)).toHaveLength(4);
    expect(
      chunksOf(
        { ...whole, choices: [{ index: 0, message: { role: 'assistant', content: null, tool_calls: [tool('a')] } }] },
        false,
      ),
    ).toHaveLength(2);
  });

  it('are put together however an endpoint cuts and interleaves them', () => {
    const delta = (part: object, index = 0) => ({ id: 'c', model: 'm', choices: [{ index, delta: part, finish_reason: null }] });
    const tool = (part: object) => delta({ tool_calls: [part] });
    const body = completionOf([
      // A gateway's own first chunk, with nothing in it.
      { id: '', model: '', choices: [], prompt_filter_results: [] },
      delta({ role: 'assistant', content: '' }),
      delta({ content: 'second' }, 1),
      tool({ index: 1, id: 'b', type: 'function', function: { name: 'g', arguments: '' } }),
      tool({ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '{"x"' } }),
      tool({ index: 1, function: { arguments: '{}' } }),
      tool({ index: 0, id: null, function: { name: null, arguments: ':1}' } }),
      { id: 'c', choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }], usage: null },
      'no object',
      { id: 'c', choices: [], usage: { prompt_tokens: 3 } },
    ]);
    expect(body).toMatchObject({
      id: 'c',
      model: 'm',
      usage: { prompt_tokens: 3 },
      choices: [
        {
          index: 0,
          finish_reason: 'tool_calls',
          message: {
            content: null,
            tool_calls: [
              { id: 'a', type: 'function', function: { name: 'f', arguments: '{"x":1}' } },
              { id: 'b', type: 'function', function: { name: 'g', arguments: '{}' } },
            ],
          },
        },
        { index: 1, finish_reason: null, message: { content: 'second' } },
      ],
    });
    expect(completionOf([])).toBeUndefined();
  });

  it('may leave out the index of calls, as some endpoints do', () => {
    const tool = (part: object) => ({ choices: [{ index: 0, delta: { tool_calls: [part] } }] });
    const whole = completionOf([
      tool({ id: 'a', function: { name: 'f', arguments: '{' } }),
      tool({ function: { arguments: '}' } }),
      tool({ id: 'b', function: { name: 'g', arguments: '[]' } }),
    ]) as { choices: { message: { tool_calls: object[] } }[] };
    expect(whole.choices[0]!.message.tool_calls).toEqual([
      { id: 'a', function: { name: 'f', arguments: '{}' } },
      { id: 'b', function: { name: 'g', arguments: '[]' } },
    ]);
  });

  it('of hostile shapes do no harm', () => {
    fc.assert(fc.property(fc.array(fc.jsonValue()), (chunks) => void completionOf(chunks)));
    const parsed = JSON.parse(
      '{"choices":[{"index":0,"delta":{"__proto__":{"polluted":1},"content":"x"}}],"__proto__":{"polluted":1}}',
    ) as object;
    completionOf([parsed]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});
