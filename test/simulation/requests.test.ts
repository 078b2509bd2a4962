import { describe, expect, it } from 'vitest';
import { flawless } from '../../src/simulation/controls.ts';
import type { Profile } from '../../src/simulation/profiles.ts';
import {
  BILLING,
  callsOf,
  choiceOf,
  helpDeskModel,
  inputOf,
  system,
  TECHNICAL,
  textOf,
  toolOffers,
  user,
} from './world.fixture.ts';

// How requests are understood, whatever arrangement of agents sends them. All rates are perfect, except where a test says otherwise.

const sure = helpDeskModel({ adjust: flawless });
const but = (change: Partial<Profile>) => helpDeskModel({ adjust: (profile) => ({ ...flawless(profile), ...change }) });
const q = inputOf(0);
const ROSTER = '- billing: Invoices and refunds.\n- technical: Logs and outages.';
const object = { response_format: { type: 'json_object' } };
const jsonOf = (messages: readonly object[], extra: object = {}, model = sure) =>
  JSON.parse(textOf(model, { messages, ...extra })) as unknown;
const toolOf = (name: string, properties: object, description = 'Somebody') => ({
  type: 'function',
  function: { name, description, parameters: { type: 'object', properties, required: Object.keys(properties) } },
});

describe('choosing a category', () => {
  const name = system(
    `Classify the user's request into one of these categories. Reply with ONLY the category name.\n\n${ROSTER}`,
  );
  const json = system(
    `Classify the user's request.\n\n${ROSTER}\n\nReply with JSON {"category": "name", "confidence": 0.0, "entities": {}}`,
  );

  it('gives the name, or JSON of the shape shown', () => {
    expect(textOf(sure, { messages: [name, user(q)] })).toBe('billing');
    expect(jsonOf([json, user(q)], object)).toEqual({
      category: 'billing',
      confidence: expect.any(Number) as number,
      entities: { customer_id: 'C-0', device_id: 'X-0' },
    });
  });

  it('takes the confusable one by mistake', () => {
    expect(textOf(but({ classify: 0 }), { messages: [name, user(q)] })).toBe('technical');
  });

  it('keeps to the list when it is asked again after a bad answer', () => {
    const again = [
      json,
      user(q),
      { role: 'assistant', content: 'Hm.' },
      user('That is not valid JSON. Categories: billing, technical.'),
    ];
    expect(jsonOf(again, object)).toMatchObject({ category: 'billing' });
  });

  it('does not take a routing note for an instruction', () => {
    const note = `${q}\n\nRouting: {"category":"technical","confidence":0.7,"entities":{"customer_id":"C-0"}}`;
    expect(textOf(sure, { messages: [system(BILLING), user(note)] })).toContain('100 days');
  });
});

describe('dividing work', () => {
  const lead = system(
    `You manage these workers:\n${ROSTER}\nReply with JSON {"delegate":[{"worker":"name","subtask":"what it needs"}]} or {"final_answer":"..."}`,
  );
  const BILLED = 'On ticket 7000: The invoice was 100.40 EUR. The rule allows 100 days for that. We owe you 100.70 EUR back.';
  const FIXED = 'On ticket 7000: The log shows code E-100. Hold the key for 100 seconds.';

  it('gives each part to whom it belongs, at once or one after the other', () => {
    const workers = (model = sure) =>
      (jsonOf([lead, user(q)], {}, model) as { delegate: { worker: string }[] }).delegate.map(({ worker }) => worker);
    expect(workers()).toEqual(['billing', 'technical']);
    expect(workers(but({ parallel: 0 }))).toEqual(['billing']);
  });

  it('writes subtasks that stand for themselves', () => {
    const { delegate } = jsonOf([lead, user(q)]) as { delegate: { worker: string; subtask: string }[] };
    const [billing, technical] = [BILLING, TECHNICAL].map((prompt, i) =>
      textOf(sure, { messages: [system(prompt), user(delegate[i]!.subtask)] }),
    );
    expect(billing).toContain('100 days');
    expect(technical).toContain('100 seconds');
  });

  it('answers when all parts are covered, with what the workers said', () => {
    const messages = [lead, user(q), user(`Result from billing:\n${BILLED}`), user(`Result from technical:\n${FIXED}`)];
    const { final_answer: text } = jsonOf(messages) as { final_answer: string };
    for (const mark of ['100.40 EUR', '100 days', '100.70 EUR back', 'code E-100', '100 seconds']) expect(text).toContain(mark);
  });

  it('names a gap once, and then takes what there is', () => {
    const half = user('Result from technical:\nOn ticket 7000: The log shows code E-100.');
    const first = jsonOf([lead, user(q), user(`Result from billing:\n${BILLED}`), half]) as {
      delegate: { worker: string; subtask: string }[];
    };
    expect(first.delegate).toMatchObject([
      { worker: 'technical', subtask: expect.stringContaining('Missing: reset step.') as string },
    ]);
    const asked = { role: 'assistant', content: JSON.stringify(first) };
    expect(jsonOf([lead, user(q), user(`Result from billing:\n${BILLED}`), half, asked, half])).toHaveProperty('final_answer');
  });

  it('stops when it is told to, in plain text, whatever form its prompt describes', () => {
    for (const order of ['Synthesize all results into a final answer now.', 'Give your final answer now.']) {
      expect(textOf(sure, { messages: [lead, user(q), user(order)] })).toMatch(/^On ticket 7000:/);
    }
  });

  it.each(['Failed: technical', 'No answer from: technical', 'technical failed: no answer in time'])(
    'does not take a report of failure for what is asked: %s',
    (report) => {
      const prompt = system('You combine the answers of several agents into one answer to the question.');
      const text = textOf(but({ carry: 0 }), { messages: [prompt, user(`Question: ${q}\n\n[billing]: ${BILLED}\n\n${report}`)] });
      for (const mark of ['100.40 EUR', '100 days', '100.70 EUR back']) expect(text).toContain(mark);
    },
  );

  it('plans with criteria, or with a member for each team', () => {
    const plan = system(
      `Plan. Workers:\n${ROSTER}\nJSON {"assignments":[{"id":"1","worker":"name","task":"...","criteria":"..."}]}`,
    );
    expect(jsonOf([plan, user(q)])).toMatchObject({
      assignments: [
        { id: '1', worker: 'billing', criteria: 'ticket 7000: must state invoice amount, refund rule, refund due' },
        { id: '2', worker: 'technical' },
      ],
    });
    const teams = system(`You manage these teams:\n${ROSTER}\nDecompose the task. JSON {"assignments":{"team":"subtask"}}`);
    expect(Object.keys((jsonOf([teams, user(q)]) as { assignments: object }).assignments)).toEqual(['billing', 'technical']);
  });

  it('divides only what it was itself asked for', () => {
    const { delegate } = jsonOf([lead, user(`ticket 7000: cover the technical side. The request was: ${q}`)]) as {
      delegate: { worker: string }[];
    };
    expect(delegate.map(({ worker }) => worker)).toEqual(['technical']);
  });

  it('is not skilled in what its roster can do', () => {
    const ignorant = but({ general: 0, expert: 1, outside: 1 });
    const text = textOf(ignorant, { messages: [system(`You lead these agents:\n${ROSTER}`), user(q)] });
    expect(text).not.toContain('100 days');
    expect(text).not.toContain('100 seconds');
  });

  it('passes what is known to whoever draws conclusions from it', () => {
    const steps = `Task: ${q}\n\nPrevious steps:\n[desk]: The invoice was 100.40 EUR. The rule allows 100 days for that.\n\n[desk]: Hold the key for 100 seconds.`;
    const text = textOf(but({ expert: 1 }), { messages: [system(BILLING), user(steps)] });
    for (const mark of ['100.40 EUR', '100 days', '100.70 EUR back', '100 seconds']) expect(text).toContain(mark);
  });
});

describe('agents behind tools', () => {
  it('calls agents as tools with a task for each, and ends when they have answered', () => {
    const tools = [toolOf('billing', { input: { type: 'string' } }), toolOf('technical', { input: { type: 'string' } })];
    const messages = [system('You coordinate the others and answer the customer.'), user(q)];
    const calls = callsOf(sure, { messages, tools });
    expect(calls.map(({ name }) => name)).toEqual(['billing', 'technical']);
    expect(calls[1]!.args['input']).toContain('cover the technical side');
    const answered = [
      ...messages,
      choiceOf(sure, { messages, tools }).message,
      {
        role: 'tool',
        tool_call_id: 'a',
        content: 'The invoice was 100.40 EUR. The rule allows 100 days for that. We owe you 100.70 EUR back.',
      },
      { role: 'tool', tool_call_id: 'b', content: 'The log shows code E-100. Hold the key for 100 seconds.' },
    ];
    expect(callsOf(sure, { messages: answered, tools })).toEqual([]);
  });

  it.each([
    ['transfer_to_technical', {}],
    ['handoff_to_technical', { reason: { type: 'string' } }],
    ['transfer_to_technical_desk', {}],
  ])('hands over with %s, and says what it knows first', (name, properties) => {
    const tools = [toolOf(name, properties, 'Hand off to the technical side')];
    const { message } = choiceOf(sure, { messages: [system(BILLING), user(q)], tools });
    expect(message.tool_calls!.map((call) => call.function.name)).toEqual([name]);
    expect(Object.keys(JSON.parse(message.tool_calls![0]!.function.arguments) as object)).toEqual(Object.keys(properties));
    expect(message.content).toContain('100 days');
    expect(message.content).not.toContain('100 seconds');
  });

  it('hands over in a conversation of a framework that names speakers and answers hand-off calls itself', () => {
    const tools = [toolOf('transfer_to_billing', {}, 'Ask billing')];
    const messages = [
      system(`${TECHNICAL}\nYou are part of a team of agents.`),
      { role: 'user', content: [{ type: 'text', text: q }] },
      {
        role: 'assistant',
        name: 'billing',
        content: 'On ticket 7000: The invoice was 100.40 EUR. The rule allows 100 days for that.',
      },
      {
        role: 'assistant',
        name: 'billing',
        content: null,
        tool_calls: [{ id: 'r4nd0m', type: 'function', function: { name: 'transfer_to_technical', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'r4nd0m', content: 'Successfully transferred to technical' },
    ];
    // Billing has spoken; what it left out is asked for once more, and then the conversation ends.
    const spoken = textOf(sure, { messages: [...messages, user('Feedback. Missing: nothing')], tools });
    expect(spoken).toContain('100 seconds');
    expect(spoken).toContain('100 days');
  });

  it('prefers its own tools to hand-offs, and gives a form only as its last word', () => {
    const tools = [...toolOffers.slice(0, 1), toolOf('transfer_to_technical', {})];
    expect(callsOf(sure, { messages: [system(BILLING), user(q)], tools }).map(({ name }) => name)).toEqual(['find_invoice']);
    const schema = { type: 'object', properties: { days: { type: 'integer' } }, required: ['days'] };
    const form = { response_format: { type: 'json_schema', json_schema: { name: 'x', schema } } };
    expect(callsOf(sure, { messages: [system(BILLING), user(q)], tools: toolOffers, ...form })).not.toEqual([]);
    expect(jsonOf([system(BILLING), user(q)], form)).toEqual({ days: 100 });
  });

  it('fills the form of a tool that the caller insists on', () => {
    const tool = toolOf('route', { next: { enum: ['billing', 'technical', 'FINISH'] } });
    const extra = { tools: [tool], tool_choice: { type: 'function', function: { name: 'route' } } };
    const step = (text: string) =>
      callsOf(sure, { messages: [system('Who is next?'), user(q), user(text)], ...extra })[0]!.args['next'];
    expect(step('')).toBe('billing');
    expect(step('[billing]: We owe you 100.70 EUR back. The rule allows 100 days for that. The invoice was 100.40 EUR.')).toBe(
      'technical',
    );
    expect(
      step(
        'The invoice was 100.40 EUR. The rule allows 100 days for that. We owe you 100.70 EUR back. The log shows code E-100. Hold the key for 100 seconds.',
      ),
    ).toBe('FINISH');
  });
});
