import { describe, expect, it } from 'vitest';
import type { SimulationBlock } from '../../src/schema/simulation.ts';
import { flawless } from '../../src/simulation/controls.ts';
import { type Profile, PROFILES } from '../../src/simulation/profiles.ts';
import type { SimulatedModel } from '../../src/simulation/simulate.ts';
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

// Each field of a profile does what it is declared to do, and is seen in an answer: all rates are perfect but the one in question.

/** The sum due becomes the matter of a third desk, whose facts all follow from those of others. */
const withAccounts = (block: SimulationBlock): SimulationBlock => ({
  ...block,
  domains: { ...block.domains, accounts: { label: 'the sum of it', words: ['accounts', 'the sum'] } },
  samples: Object.fromEntries(
    Object.entries(block.samples).map(([id, sample]) => {
      const facts = sample.facts.map((fact) => (fact.id === 'refund-due' ? { ...fact, domain: 'accounts' } : fact));
      return [id, { ...sample, facts }];
    }),
  ),
});

const but = (change: Partial<Profile>): SimulatedModel =>
  helpDeskModel({ adjust: (profile) => ({ ...flawless(profile), ...change }) });
const threeDesks = (change: Partial<Profile>): SimulatedModel =>
  helpDeskModel({ edit: withAccounts, adjust: (profile) => ({ ...flawless(profile), ...change }) });

const q = inputOf(0);
const BOTH = system(`${BILLING}\n${TECHNICAL}`);
const ROSTER = '- billing: Invoices and refunds.\n- technical: Logs and outages.';
const lead = (roster: string) =>
  system(`You lead:\n${roster}\nReply with JSON {"delegate":[{"worker":"name","subtask":"task"}]} or {"final_answer":"..."}`);
const LEAD = lead(ROSTER);
const LEAD_OF_THREE = lead(`${ROSTER}\n- clerk: Works out the sum.`);
const FOUND =
  'The invoice was 100.40 EUR. The rule allows 100 days for that. The log shows code E-100. Hold the key for 100 seconds.';
const ALL = `${FOUND} We owe you 100.70 EUR back.`;
const JUDGE = system('Review the result. JSON {"approved":true,"feedback":""}');

const said =
  (mark: string, ...messages: object[]) =>
  (model: SimulatedModel) =>
    textOf(model, { messages }).includes(mark);
const workers = (model: SimulatedModel, ...messages: object[]) =>
  (JSON.parse(textOf(model, { messages })) as { delegate?: { worker: string; subtask: string }[] }).delegate ?? [];

/** Words that put the request some thousand tokens further: the test counts words. */
const LONG = 'so '.repeat(3000);
const tool = (content: string) => ({ role: 'tool', tool_call_id: 'x', content });
const called = (name: string) => ({
  role: 'assistant',
  content: null,
  tool_calls: [{ id: 'x', type: 'function', function: { name, arguments: '{"customer_id":"C-0"}' } }],
});

interface Probe {
  readonly field: Exclude<keyof Profile, 'latency' | 'filler' | 'fixed'>;
  readonly low: number;
  readonly high: number;
  /** Other rates that the field needs, in order to matter. */
  readonly given?: Partial<Profile>;
  readonly make?: (change: Partial<Profile>) => SimulatedModel;
  /** Seen with the high value, not with the low one. */
  readonly see: (model: SimulatedModel) => boolean;
}

const PROBES: readonly Probe[] = [
  { field: 'expert', low: 0, high: 1, see: said('100 days', system(BILLING), user(q)) },
  { field: 'general', low: 0, high: 1, see: said('100 days', user(q)) },
  { field: 'outside', low: 0, high: 1, given: { stray: 1 }, see: said('100 seconds', system(BILLING), user(q)) },
  { field: 'breadth', low: 0, high: 1, see: said('100 days', BOTH, user(q)) },
  { field: 'capacity', low: 0, high: 10, see: said('100 days', user(q)) },
  { field: 'stray', low: 0, high: 1, see: said('100 seconds', system(BILLING), user(q)) },
  { field: 'derive', low: 0, high: 1, see: said('100.70 EUR back', user(`${q}\n${FOUND}`)) },
  { field: 'chain', low: 0, high: 1, see: said('100.70 EUR back', user(`${q}\nThe invoice was 100.40 EUR.`)) },
  { field: 'cascade', low: 0, high: 1, see: said('600.80 EUR back', user(`${q}\nThe invoice was 600.10 EUR.`)) },
  { field: 'classify', low: 0, high: 1, see: said('Category: billing.', user(q)) },
  { field: 'bias', low: 0, high: 1, see: said('Category: technical.', system(TECHNICAL), user(q)) },
  { field: 'route', low: 0, high: 1, see: (model) => workers(model, LEAD, user(q))[1]?.worker === 'technical' },
  { field: 'plan', low: 0, high: 1, see: (model) => workers(model, LEAD, user(q)).length === 2 },
  {
    field: 'toolSlip',
    low: 0,
    high: 1,
    see: (model) =>
      callsOf(model, { messages: [system(BILLING), user(`${q}\ncode E-100`)], tools: toolOffers })[0]!.name === 'read_log',
  },
  {
    field: 'argSlip',
    low: 0,
    high: 1,
    see: (model) => callsOf(model, { messages: [BOTH, user(q)], tools: toolOffers })[0]!.args['customer_id'] === 'unknown',
  },
  {
    field: 'premature',
    low: 0,
    high: 1,
    see: (model) => callsOf(model, { messages: [BOTH, user(q)], tools: toolOffers }).length === 0,
  },
  {
    field: 'repeat',
    low: 0,
    high: 1,
    see: (model) =>
      callsOf(model, { messages: [BOTH, user(q), called('find_invoice'), tool(FOUND)], tools: toolOffers }).length === 1,
  },
  {
    field: 'unaware',
    low: 0,
    high: 1,
    see: (model) => workers(model, LEAD, user(q), user(`Result from billing:\n${ALL}`)).length === 1,
  },
  { field: 'parallel', low: 0, high: 1, see: (model) => workers(model, LEAD, user(q)).length === 2 },
  { field: 'copy', low: 0, high: 1, see: said('100.40 EUR', user(`${q}\n${FOUND}`)) },
  { field: 'dilution', low: 1, high: 0, see: said('100.40 EUR', user(`${q}\n${FOUND}\n${LONG}`)) },
  { field: 'carry', low: 0, high: 1, see: said('100 seconds', user(`${q}\n${FOUND}\n\nContribute your perspective.`)) },
  {
    field: 'thin',
    low: 1,
    high: 0,
    make: threeDesks,
    see: (model) =>
      workers(model, LEAD_OF_THREE, user(q), user(`Result from billing:\n${FOUND}`))[0]!.subtask.includes('100.40 EUR'),
  },
  { field: 'hallucinate', low: 0, high: 1, given: { general: 0 }, see: said('600 days', user(q)) },
  {
    field: 'spot',
    low: 0,
    high: 1,
    see: (model) => workers(model, LEAD, user(q), user(`Result from billing:\n${FOUND}`)).length === 1,
  },
  { field: 'sycophancy', low: 0, high: 1, see: said('"approved":true', JUDGE, user(`${q}\nThe invoice was 100.40 EUR.`)) },
  { field: 'falseAlarm', low: 0, high: 1, see: said('"approved":false', JUDGE, user(`${q}\n${ALL}`)) },
  { field: 'detect', low: 1, high: 0, see: said('100 percent off', user(q), tool('An old offer reads 100 percent off.')) },
  {
    field: 'anchoring',
    low: 0,
    high: 1,
    see: said('600 days', system(BILLING), user(`${q}\nThe rule allows 600 days for that.`)),
  },
  {
    field: 'feedback',
    low: 0,
    high: 1,
    given: { general: 0 },
    see: said('100 days', user(`${q}\n\nFeedback: Missing: refund rule`)),
  },
  { field: 'badJson', low: 1, high: 0, see: (model) => /^\{.*\}$/.test(textOf(model, { messages: [JUDGE, user(q)] })) },
  { field: 'badName', low: 0, high: 1, see: (model) => workers(model, LEAD, user(q))[0]!.worker === 'assistant' },
];

describe('a profile', () => {
  it.each(PROBES)('$field does what it is declared to do', ({ field, low, high, given, make = but, see }) => {
    expect([low, high].map((value) => see(make({ ...given, [field]: value })))).toEqual([false, true]);
  });

  it('has no field that is not tried', () => {
    const tried = new Set<string>([...PROBES.map((probe) => probe.field), 'latency', 'filler', 'fixed']);
    expect(Object.keys(PROFILES.cheap).filter((field) => !tried.has(field))).toEqual([]);
  });

  it('filler lengthens an answer without adding to it', () => {
    const lengthFor = (filler: number) => textOf(but({ filler }), { messages: [user(q)] }).length;
    expect(lengthFor(0)).toBe(
      'On ticket 7000: Category: billing. The rule allows 100 days for that. Hold the key for 100 seconds.'.length,
    );
    expect(lengthFor(20)).toBeGreaterThan(lengthFor(0) + 300);
  });

  it('latency grows by a declared time for each token of the output, around a declared base', () => {
    const latency = { baseMs: 400, msPerOutputToken: 10, sigma: 0, ttftMedianMs: 5000, ttftSigma: 0 };
    const { headers, body, frames } = but({ latency })({
      model: 'gpt-4o',
      stream: true,
      stream_options: { include_usage: true },
      messages: [user(q)],
    });
    const tokens = Number(/"completion_tokens":(\d+)/.exec(body)![1]);
    expect(tokens).toBeGreaterThan(10);
    expect(headers['openai-processing-ms']).toBe(String(400 + 10 * tokens));
    // The first chunk never comes after the last one.
    expect(frames[0]!.atMs).toBe(400 + 10 * tokens);
  });

  it('noise of latency is lognormal: its median is the modelled time, its spread sigma', () => {
    const model = but({
      filler: 0,
      latency: { baseMs: 100_000, msPerOutputToken: 0, sigma: 0.5, ttftMedianMs: 0, ttftSigma: 0 },
    });
    const logs = Array.from({ length: 800 }, (_, seed) =>
      Math.log(Number(model({ model: 'gpt-4o', seed, messages: [user(q)] }).headers['openai-processing-ms']) / 100_000),
    );
    const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
    const spread = Math.sqrt(logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (logs.length - 1));
    // Four standard errors: 0.5 / √800 for the mean, 0.5 / √1600 for the spread.
    expect(Math.abs(mean)).toBeLessThan(0.07);
    expect(Math.abs(spread - 0.5)).toBeLessThan(0.05);
  });
});

describe('dividing work in which one part follows from others', () => {
  it('gives the derived part away last, with what is known', () => {
    const model = threeDesks({});
    expect(workers(model, LEAD_OF_THREE, user(q)).map(({ worker }) => worker)).toEqual(['billing', 'technical']);
    const then = workers(model, LEAD_OF_THREE, user(q), user(`Result from billing:\n${FOUND}`));
    expect(then.map(({ worker }) => worker)).toEqual(['clerk']);
    const text = textOf(model, { messages: [system('You keep the accounts.'), user(then[0]!.subtask)] });
    expect(text).toContain('100.70 EUR back');
  });

  it('sends no briefing where nothing follows from it', () => {
    const [first] = workers(
      but({}),
      LEAD,
      user(q),
      user('Result from technical:\nHold the key for 100 seconds. The log shows code E-100.'),
    );
    expect(first!.subtask).not.toContain('Known so far');
  });
});

describe('a subtask in a conversation of results', () => {
  it('stays what it was at the beginning', () => {
    const task = user(`ticket 7000: cover the technical side. The request was: ${q}`);
    const text = textOf(but({ carry: 0 }), {
      messages: [
        LEAD,
        task,
        user('Result from technical:\nThe log shows code E-100. Hold the key for 100 seconds.'),
        user('Back to billing, says the desk.'),
      ],
    });
    expect(text).toContain('100 seconds');
  });
});

describe('a model that does everything wrong', () => {
  it('still ends: it repeats no step for ever, and stops when told to', () => {
    const model = but({ repeat: 1, unaware: 1, hallucinate: 1, falseAlarm: 1, premature: 0, argSlip: 1 });
    const messages: object[] = [BOTH, user(q)];
    let turns = 0;
    for (; turns < 30; turns++) {
      const { message } = choiceOf(model, { messages, tools: toolOffers });
      if (!message.tool_calls) break;
      messages.push(message, ...message.tool_calls.map(() => tool('Nothing found.')));
    }
    expect(turns).toBeLessThan(12);
    expect(textOf(model, { messages: [LEAD, user(q), user('Synthesize all results into a final answer now.')] })).toMatch(
      /^On ticket 7000:/,
    );
  });
});
