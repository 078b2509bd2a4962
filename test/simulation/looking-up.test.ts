import { describe, expect, it } from 'vitest';
import type { SimulatedFact, SimulationBlock } from '../../src/schema/simulation.ts';
import { flawless } from '../../src/simulation/controls.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { worldOf } from '../../src/simulation/world.ts';
import {
  BILLING,
  callsOf,
  countWords,
  helpDesk,
  helpDeskModel,
  inputOf,
  numberOf,
  system,
  TECHNICAL,
  textOf,
  toolOffers,
  user,
} from './world.fixture.ts';

// Which tools are asked, and when: another one after a failure, none before its arguments are known, none for what was not asked for.

const q = inputOf(0);
const n = numberOf(0);
const change = (changes: Record<string, Partial<SimulatedFact>>) => (block: SimulationBlock) => {
  const sample = block.samples['t0']!;
  const facts = sample.facts.map((fact) => ({ ...fact, ...changes[fact.id] }));
  return { ...block, samples: { ...block.samples, t0: { ...sample, facts } } };
};
const names = (model: ReturnType<typeof helpDeskModel>, messages: readonly object[]) =>
  callsOf(model, { messages, tools: toolOffers }).map((call) => call.name);
const both = system(`${BILLING}\n${TECHNICAL}`);
const called = (name: string, result: string) => [
  { role: 'assistant', content: null, tool_calls: [{ id: 'x', type: 'function', function: { name, arguments: '{}' } }] },
  { role: 'tool', tool_call_id: 'x', content: result },
];

describe('a tool that was asked in vain', () => {
  const model = helpDeskModel({
    adjust: flawless,
    edit: change({ 'error-code': { instead: 'find_invoice' }, 'invoice-amount': { tool: 'read_log', instead: 'find_invoice' } }),
  });

  it('is followed by the other one that yields the same', () => {
    expect(names(model, [both, user(q)])).toEqual(['read_log']);
    expect(names(model, [both, user(q), ...called('read_log', 'Error: down')])).toEqual(['find_invoice']);
  });

  it('is asked again where there is no other, but not for ever', () => {
    const plain = helpDeskModel({ adjust: flawless });
    const failed = called('read_log', 'Error: down');
    const done = called('find_invoice', `The invoice was ${n}.40 EUR.`);
    expect(names(plain, [both, user(q), ...done, ...failed])).toEqual(['read_log']);
    expect(names(plain, [both, user(q), ...done, ...failed, ...failed, ...failed])).toEqual([]);
  });
});

describe('a tool whose arguments have to be found first', () => {
  const model = helpDeskModel({ adjust: flawless, edit: change({ 'error-code': { needs: ['invoice-amount'] } }) });

  it('waits for them', () => {
    expect(names(model, [both, user(q)])).toEqual(['find_invoice']);
    expect(names(model, [both, user(q), ...called('find_invoice', `The invoice was ${n}.40 EUR.`)])).toEqual(['read_log']);
  });

  it('stays idle in the hands of somebody who cannot find them', () => {
    expect(callsOf(model, { messages: [system(TECHNICAL), user(q)], tools: toolOffers.slice(1) })).toEqual([]);
  });

  it('makes whoever is asked for its part alone look them up, too', () => {
    expect(names(model, [both, user(`ticket 7000: cover the technical side. The request was: ${q}`)])).toEqual(['find_invoice']);
  });
});

describe('somebody with the tools of a whole team', () => {
  it('uses those of the part that it is asked for', () => {
    const model = helpDeskModel({ adjust: flawless });
    expect(names(model, [both, user(`ticket 7000: cover the technical side. The request was: ${q}`)])).toEqual(['read_log']);
    expect(names(model, [both, user(q)])).toEqual(['find_invoice', 'read_log']);
  });
});

describe('a conversation of several turns', () => {
  const scenario = helpDesk();
  const [first, ...others] = scenario.samples;
  const input = 'I was charged twice, refunds please, says customer C-0 (ticket 7000).';
  const turn = 'And what does the log say?';
  const model = simulate(worldOf({ ...scenario, samples: [{ ...first!, input, turns: [turn] }, ...others] }), {
    countTokens: countWords,
    adjust: flawless,
  });
  const code = `code E-${n}`;

  it('is answered as far as it was asked', () => {
    expect(names(model, [both, user(input)])).toEqual(['find_invoice']);
    const answered = [
      ...called('find_invoice', `The invoice was ${n}.40 EUR.`),
      { role: 'assistant', content: `It was ${n}.40 EUR.` },
    ];
    expect(names(model, [both, user(input), ...answered, user(turn)])).toEqual(['read_log']);
  });

  it('means all that was asked so far where the last word names nothing', () => {
    const told = `[desk]: The invoice was ${n}.40 EUR. The log shows ${code}.`;
    const all = textOf(model, { messages: [both, user(`${input}\n${turn}\n${told}`), user('Now put it together.')] });
    expect(all).toContain(`${n}.40 EUR`);
    expect(all).toContain(code);
  });
});

describe('a plan that gives one team several parts', () => {
  it('names all of them', () => {
    const model = helpDeskModel({ adjust: flawless });
    const lead = system(
      'You direct these teams:\n- desk: Invoices, refunds, logs and outages.\n\nReply with JSON {"assignments": {"team": "what to do"}}.',
    );
    const { assignments } = JSON.parse(textOf(model, { messages: [lead, user(q)] })) as { assignments: Record<string, string> };
    expect(Object.keys(assignments)).toEqual(['desk']);
    expect(assignments['desk']).toContain('cover the billing side');
    expect(assignments['desk']).toContain('cover the technical side');
  });
});
