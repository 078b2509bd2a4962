import { describe, expect, it } from 'vitest';
import { flawless } from '../../src/simulation/controls.ts';
import type { Profile } from '../../src/simulation/profiles.ts';
import { BILLING, helpDeskModel, inputOf, system, textOf, user } from './world.fixture.ts';

// Judging the work of others, and what becomes of it. All rates are perfect, except where a test says otherwise.

const sure = helpDeskModel({ adjust: flawless });
const but = (change: Partial<Profile>) => helpDeskModel({ adjust: (profile) => ({ ...flawless(profile), ...change }) });
const q = inputOf(0);
const ROSTER = '- billing: Invoices and refunds.\n- technical: Logs and outages.';
const object = { response_format: { type: 'json_object' } };
const jsonOf = (messages: readonly object[], extra: object = {}, model = sure) =>
  JSON.parse(textOf(model, { messages, ...extra })) as unknown;

describe('reviewing', () => {
  const judge = system('Review the result. JSON {"approved":true,"feedback":""}');
  const work = (text: string) =>
    user(`Criteria: ticket 7000: must state refund rule, invoice amount\n\nResult:\nOn ticket 7000: ${text}`);

  it('names what the criteria ask for and the work leaves out, and doubts what is wrong', () => {
    expect(jsonOf([judge, work('The rule allows 100 days for that.')])).toEqual({
      approved: false,
      feedback: 'Missing: invoice amount',
    });
    expect(jsonOf([judge, work('The rule allows 600 days for that. The invoice was 100.40 EUR.')])).toEqual({
      approved: false,
      feedback: 'Doubtful: refund rule',
    });
    expect(jsonOf([judge, work('The rule allows 100 days for that. The invoice was 100.40 EUR.')])).toEqual({
      approved: true,
      feedback: '',
    });
  });

  it('is no oracle: without criteria it misses what it does not know, and waves through when it wants to please', () => {
    const plain = [judge, user(`${q}\n\nOn ticket 7000: The invoice was 100.40 EUR. The log shows code E-100.`)];
    expect(jsonOf(plain)).toMatchObject({ approved: false });
    expect(jsonOf(plain, {}, but({ general: 0 }))).toMatchObject({ approved: true });
    expect(jsonOf(plain, {}, but({ sycophancy: 1 }))).toMatchObject({ approved: true });
  });

  it('says pass or fail in one word, and gives a score', () => {
    const prompt = 'Does the answer meet the criteria? Reply with pass or fail.';
    expect(textOf(sure, { messages: [system(prompt), work('The rule allows 100 days for that.')] })).toBe('fail');
    expect(jsonOf([system('Rate it. JSON {"score":0.0,"feedback":""}'), work('The rule allows 100 days for that.')])).toEqual({
      score: 0.5,
      feedback: 'Missing: invoice amount',
    });
  });
});

describe('contributing to a discussion', () => {
  it('adds its own and carries less of the others’', () => {
    const text = `Discussion so far:\nTask: ${q}\n\n[technical]: Hold the key for 100 seconds.\n\nContribute your perspective. Build on others' ideas.`;
    const messages = [system(BILLING), user(text)];
    expect(textOf(but({ carry: 0 }), { messages })).not.toContain('100 seconds');
    expect(textOf(but({ carry: 0 }), { messages })).toContain('100 days');
    expect(textOf(sure, { messages })).toContain('100 seconds');
  });
});

describe('wrong values', () => {
  const messages = [user(`${q}\n\n[x]: The invoice was 100.40 EUR. The rule allows 600 days for that.`)];

  it('are copied by who has no skill, and what is built on them goes wrong', () => {
    const text = textOf(but({ cascade: 1 }), { messages });
    expect(text).toContain('600 days');
    expect(text).toContain('600.80 EUR back');
    expect(text).not.toContain('100 days');
  });

  it('may be seen through by a specialist', () => {
    expect(textOf(sure, { messages: [system(BILLING), ...messages] })).toContain('100 days');
    expect(textOf(but({ detect: 0 }), { messages: [system(BILLING), ...messages] })).toContain('600 days');
  });
});

describe('JSON without a schema', () => {
  it('is fenced or cut as often as declared, and never under a schema', () => {
    const bad = but({ badJson: 1 });
    const judge = system('Review. JSON {"approved":true,"feedback":""}');
    for (let seed = 0; seed < 20; seed++) {
      const text = textOf(bad, { seed, messages: [judge, user(q)] });
      expect(() => JSON.parse(text) as unknown).toThrow(/JSON/);
      const schema = { type: 'object', properties: { approved: { type: 'boolean' } } };
      const form = { response_format: { type: 'json_schema', json_schema: { name: 'x', schema } } };
      expect(() => JSON.parse(textOf(bad, { seed, messages: [judge, user(q)], ...form })) as unknown).not.toThrow();
    }
  });

  it('invents names as often as declared', () => {
    const json = system(`Classify.\n\n${ROSTER}\n\nReply with JSON {"category": "name"}`);
    expect(jsonOf([json, user(q)], object, but({ badName: 1 }))).toEqual({ category: 'assistant' });
  });
});
