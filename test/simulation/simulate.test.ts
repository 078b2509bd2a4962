import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flawless } from '../../src/simulation/controls.ts';
import {
  BILLING,
  callsOf,
  choiceOf,
  countWords,
  helpDeskModel,
  inputOf,
  numberOf,
  system,
  TECHNICAL,
  textOf,
  toolOffers,
  user,
} from './world.fixture.ts';

const model = helpDeskModel();
const body = (i: number, extra: object = {}) => ({
  model: 'gpt-4o-mini',
  messages: [system(BILLING), user(inputOf(i))],
  ...extra,
});

const REQUESTS: readonly object[] = [
  body(0),
  body(1),
  body(1, { seed: 7 }),
  body(1, { tools: toolOffers }),
  body(2, {
    response_format: { type: 'json_object' },
    messages: [system('JSON {"approved":true,"feedback":""}'), user(inputOf(2))],
  }),
  { model: 'tiny', messages: [user(inputOf(2))] },
  { model: 'nobody', messages: [user(inputOf(2))] },
];

interface Chunk {
  readonly choices: readonly {
    readonly delta: { readonly content?: string | null; readonly tool_calls?: readonly object[] };
    readonly finish_reason: string | null;
  }[];
  readonly usage?: object;
}

/** The message, the reason and the usage that a client puts together from events. */
function assembled(stream: string) {
  const events = stream.split('\n\n').filter(Boolean);
  expect(events.at(-1)).toBe('data: [DONE]');
  const chunks = events.slice(0, -1).map((event) => JSON.parse(event.slice('data: '.length)) as Chunk);
  const deltas = chunks.flatMap((chunk) => chunk.choices.map((choice) => choice.delta));
  const texts = deltas.flatMap((delta) => (typeof delta.content === 'string' ? [delta.content] : []));
  return {
    content: texts.length > 0 ? texts.join('') : null,
    calls: deltas.flatMap((delta) => delta.tool_calls ?? []).map(({ index: _, ...call }: { index?: number }) => call),
    finish: chunks.flatMap((chunk) => chunk.choices.flatMap((choice) => choice.finish_reason ?? []))[0],
    usage: chunks.at(-1)!.usage,
  };
}

describe('simulate', () => {
  it('gives equal requests equal bytes, in any order, by any instance', () => {
    const expected = REQUESTS.map((request) => model(request));
    fc.assert(
      fc.property(fc.shuffledSubarray([...REQUESTS.keys()], { minLength: 1 }), fc.boolean(), (order, afresh) => {
        const one = afresh ? helpDeskModel() : model;
        for (const i of order) expect(one(REQUESTS[i])).toEqual(expected[i]);
      }),
      { numRuns: 20 },
    );
  });

  it('answers otherwise with another seed of the request, and with another seed of the scenario', () => {
    expect(model(body(1)).body).not.toBe(model(body(1, { seed: 7 })).body);
    expect(model(body(1)).body).not.toBe(helpDeskModel({ seed: 2 })(body(1)).body);
  });

  it('streams what it would have said at once', () => {
    for (const extra of [{}, { tools: toolOffers }, { max_tokens: 5 }]) {
      const whole = choiceOf(model, body(1, extra));
      const streamed = model(body(1, { ...extra, stream: true, stream_options: { include_usage: true } }));
      const { content, calls, finish, usage } = assembled(streamed.body);
      expect(streamed.headers['content-type']).toBe('text/event-stream');
      expect(content).toBe(whole.message.content);
      expect(calls).toEqual(whole.message.tool_calls ?? []);
      expect(finish).toBe(whole.finish_reason);
      expect(usage).toEqual((JSON.parse(model(body(1, extra)).body) as Chunk).usage);
      expect(streamed.frames.map((frame) => frame.text).join('')).toBe(streamed.body);
      expect(streamed.frames.at(-1)!.atMs).toBe(Number(streamed.headers['openai-processing-ms']));
    }
  });

  it('does not look at ids, users, temperatures or other fields that say nothing', () => {
    const withIds = (id: string, extra: object) =>
      model(
        body(1, {
          tools: toolOffers,
          messages: [
            system(BILLING),
            user(inputOf(1)),
            {
              role: 'assistant',
              content: null,
              tool_calls: [{ id, type: 'function', function: { name: 'find_invoice', arguments: '{}' } }],
            },
            { role: 'tool', tool_call_id: id, content: 'The invoice was 101.40 EUR.' },
          ],
          ...extra,
        }),
      ).body;
    fc.assert(
      fc.property(fc.uuid(), fc.uuid(), fc.double({ min: 0, max: 2, noNaN: true }), (id, name, temperature) => {
        expect(withIds(id, { user: name, temperature, metadata: { run: name } })).toBe(withIds('call_1', {}));
      }),
      { numRuns: 20 },
    );
  });

  it('refuses for good what it cannot understand', () => {
    const refused = (request: unknown) => {
      const { status, headers, body: text } = model(request);
      return [status, headers['x-should-retry'], (JSON.parse(text) as { error: { code: string } }).error.code];
    };
    expect(refused(body(0, { messages: [user('What is the weather like?')] }))).toEqual([400, 'false', 'not_simulated']);
    expect(refused(body(0, { model: 'nobody' }))).toEqual([404, 'false', 'model_not_found']);
    for (const broken of [
      null,
      [],
      {},
      'text',
      { model: 'gpt-4o', messages: [] },
      body(0, { messages: [{ role: 'king', content: '' }] }),
    ]) {
      expect(refused(broken)).toEqual([400, 'false', 'invalid_request']);
    }
  });

  it('throws at nothing that JSON can carry', () => {
    const hostile = fc.record({
      model: fc.constant('gpt-4o'),
      messages: fc.array(
        fc.oneof(
          fc.constant(user(inputOf(0))),
          fc.record({ role: fc.constantFrom('user', 'assistant', 'tool'), content: fc.jsonValue() }),
        ),
      ),
      tools: fc.option(fc.jsonValue()),
      response_format: fc.oneof(
        fc.jsonValue(),
        fc.record({ type: fc.constant('json_schema'), json_schema: fc.record({ schema: fc.jsonValue() }) }),
      ),
    });
    fc.assert(
      fc.property(hostile, (request) => {
        expect([200, 400]).toContain(model(request).status);
      }),
    );
  });

  it('names itself in headers and fingerprint, and is made at no time', () => {
    const { headers, body: text } = model(body(0));
    expect(headers['x-simulated']).toBe('profile=cheap; seed=1');
    expect(Number(headers['openai-processing-ms'])).toBeGreaterThan(0);
    expect(JSON.parse(text)).toMatchObject({ system_fingerprint: 'simulated:cheap', created: 1767225600, model: 'gpt-4o-mini' });
  });

  it('recognises a sample by its subject alone, and takes the one quoted last', () => {
    const sure = helpDeskModel({ adjust: flawless });
    expect(textOf(sure, { messages: [user('ticket 7002: cover the billing side.')] })).toContain(`${numberOf(2)} days`);
    expect(textOf(sure, { messages: [user(inputOf(0)), user(inputOf(1))] })).toContain(`${numberOf(1)} days`);
  });

  it('reads content in parts like content in one', () => {
    const sure = helpDeskModel({ adjust: flawless });
    const parts = [
      { type: 'text', text: inputOf(0).slice(0, 9) },
      { type: 'text', text: inputOf(0).slice(9) },
    ];
    expect(textOf(sure, { messages: [{ role: 'user', content: parts }] })).toBe(textOf(sure, { messages: [user(inputOf(0))] }));
  });

  it('stops at the limit of tokens and says so', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), (limit) => {
        const choice = choiceOf(model, body(0, { max_completion_tokens: limit }));
        const whole = choiceOf(model, body(0));
        expect(countWords(choice.message.content!)).toBeLessThanOrEqual(limit);
        expect(choice.finish_reason).toBe(choice.message.content === whole.message.content ? 'stop' : 'length');
      }),
    );
  });

  it('bills as cached the prefix before the last turn, from 1,024 tokens in steps of 128', () => {
    const cachedOf = (words: number) => {
      const messages = [user(`${inputOf(0)} ${'so '.repeat(words)}`), { role: 'assistant', content: 'Well.' }, user('Go on.')];
      const parsed = JSON.parse(model(body(0, { messages })).body) as {
        usage: { prompt_tokens_details: { cached_tokens: number } };
      };
      return parsed.usage.prompt_tokens_details.cached_tokens;
    };
    expect([cachedOf(900), cachedOf(1024), cachedOf(1250)]).toEqual([0, 1024, 1152]);
  });
});

describe('knowledge', () => {
  const sure = helpDeskModel({ adjust: flawless });
  const ask = (messages: readonly object[], extra: object = {}) => textOf(sure, { messages, ...extra });

  it('depends on who is asked: a specialist says its own side, whoever has both prompts says both', () => {
    const n = numberOf(0);
    expect(ask([system(BILLING), user(inputOf(0))])).toContain(`${n} days`);
    expect(ask([system(BILLING), user(inputOf(0))])).not.toContain(`${n} seconds`);
    expect(ask([system(TECHNICAL), user(inputOf(0))])).toContain(`${n} seconds`);
    const both = ask([system(`## billing\n${BILLING}\n\n## technical\n${TECHNICAL}`), user(inputOf(0))]);
    expect(both).toContain(`${n} days`);
    expect(both).toContain(`${n} seconds`);
  });

  it('is confined to what a subtask names', () => {
    const text = ask([user(`ticket 7000: cover the technical side. The request was: ${inputOf(0)}`)]);
    expect(text).toContain('100 seconds');
    expect(text).not.toContain('100 days');
  });

  it('never holds what only a tool yields, until a tool has yielded it; then draws the conclusion and leaves the decoy', () => {
    const before = ask([system(BILLING), user(inputOf(0))]);
    expect(before).not.toContain('100.40 EUR');
    expect(before).not.toContain('100.70 EUR back');
    const after = ask([
      system(BILLING),
      user(inputOf(0)),
      { role: 'tool', tool_call_id: 'x', content: 'The invoice was 100.40 EUR. An old offer reads 100 percent off.' },
    ]);
    expect(after).toContain('100.40 EUR');
    expect(after).toContain('100.70 EUR back');
    expect(after).not.toContain('100 percent off');
  });

  it('asks for what is missing with the arguments of the sample, and never twice when it was answered', () => {
    const messages = [system(`${BILLING}\n${TECHNICAL}`), user(inputOf(0))];
    expect(callsOf(sure, { messages, tools: toolOffers })).toEqual([
      { name: 'find_invoice', args: { customer_id: 'C-0' } },
      { name: 'read_log', args: { device_id: 'X-0' } },
    ]);
    const results = [
      { role: 'tool', tool_call_id: 'x', content: 'The invoice was 100.40 EUR.' },
      { role: 'tool', tool_call_id: 'y', content: '{"log":"code E-100"}' },
    ];
    expect(callsOf(sure, { messages: [...messages, ...results], tools: toolOffers })).toEqual([]);
    expect(callsOf(sure, { messages, tools: toolOffers, tool_choice: 'none' })).toEqual([]);
  });

  it('keeps the fact and scope when feedback names a gap', () => {
    const text = ask([
      user(`${inputOf(0)}\n\nPrevious answer:\nOn ticket 7000: Hold the key for 100 seconds.\n\nFeedback: Missing: refund rule`),
    ]);
    expect(text).toContain('100 seconds');
    expect(text).toContain('100 days');
  });
});
