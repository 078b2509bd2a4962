import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flawless, neutral } from '../../src/simulation/controls.ts';
import { drawsOf } from '../../src/simulation/draws.ts';
import { PROFILES, type Profile } from '../../src/simulation/profiles.ts';
import { BILLING, helpDeskModel, inputOf, numberOf, system, TECHNICAL, textOf, user } from './world.fixture.ts';

const SAMPLES = 1500;
/** Three standard errors of a share at its widest. */
const TOLERANCE = 3 * Math.sqrt(0.25 / SAMPLES);

const statesRule = (text: string, i: number) => text.includes(`${numberOf(i)} days`);

/** Whether each sample's refund rule is stated by a billing desk. */
function stated(adjust: (profile: Profile) => Profile, seed: number): boolean[] {
  const model = helpDeskModel({ samples: SAMPLES, adjust });
  return Array.from({ length: SAMPLES }, (_, i) =>
    statesRule(textOf(model, { seed, messages: [system(BILLING), user(inputOf(i))] }), i),
  );
}

const shareOf = (events: readonly boolean[]): number => events.filter(Boolean).length / events.length;

function correlation(a: readonly boolean[], b: readonly boolean[]): number {
  const [p, q] = [shareOf(a), shareOf(b)];
  return (shareOf(a.map((value, i) => value && b[i]!)) - p * q) / Math.sqrt(p * (1 - p) * q * (1 - q));
}

describe('drawsOf', () => {
  it('keeps the declared rate, and lets two calls correlate by the square of what is fixed', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.double({ min: 0.1, max: 0.9, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (name, rate, fixed) => {
          const n = 2000;
          const callOf = (call: string) =>
            Array.from({ length: n }, (_, i) =>
              drawsOf({ call: `${name}${call}${i}`, sample: `${name}${i}`, fixed }).knows('it', rate),
            );
          const [a, b] = [callOf('a'), callOf('b')];
          expect(Math.abs(shareOf(a) - rate)).toBeLessThan(5 * Math.sqrt((rate * (1 - rate)) / n));
          expect(Math.abs(correlation(a, b) - fixed * fixed)).toBeLessThan(0.15);
        },
      ),
      { numRuns: 15, seed: 1 },
    );
  });

  it('keeps slips apart from call to call', () => {
    const slips = (call: string) =>
      Array.from({ length: SAMPLES }, (_, i) => drawsOf({ call: `${call}${i}`, sample: `s${i}`, fixed: 1 }).slip('it', 0.3));
    expect(Math.abs(correlation(slips('a'), slips('b')))).toBeLessThan(0.1);
    expect(Math.abs(shareOf(slips('a')) - 0.3)).toBeLessThan(TOLERANCE);
  });
});

describe('realised rates', () => {
  const only = (change: Partial<Profile>) => (profile: Profile) => ({ ...flawless(profile), ...change });

  it.each([0.2, 0.55, 0.91])('an expert knows what it is declared to know: %d', (expert) => {
    expect(Math.abs(shareOf(stated(only({ expert }), 1)) - expert)).toBeLessThan(TOLERANCE);
  });

  it.each([0, 0.7, 1])('two trials correlate by the square of %d', (fixed) => {
    const adjust = only({ expert: 0.6, fixed });
    expect(Math.abs(correlation(stated(adjust, 1), stated(adjust, 2)) - fixed ** 2)).toBeLessThan(0.09);
  });

  it('breadth and load lower recall as declared', () => {
    const shareFor = (change: Partial<Profile>) => {
      const model = helpDeskModel({ samples: SAMPLES, adjust: only(change) });
      const messages = (i: number) => [system(`${BILLING}\n${TECHNICAL}`), user(inputOf(i))];
      return shareOf(Array.from({ length: SAMPLES }, (_, i) => statesRule(textOf(model, { messages: messages(i) }), i)));
    };
    expect(Math.abs(shareFor({ expert: 0.9, breadth: 0.8 }) - 0.72)).toBeLessThan(TOLERANCE);
    // Three facts come to mind, one of them only later by inference: √(1/3) is left of each.
    expect(Math.abs(shareFor({ capacity: 1 }) - Math.sqrt(1 / 3))).toBeLessThan(TOLERANCE);
  });

  it('copying loses what is declared', () => {
    const model = helpDeskModel({ samples: SAMPLES, adjust: only({ copy: 0.8, general: 0 }) });
    const kept = Array.from({ length: SAMPLES }, (_, i) =>
      statesRule(
        textOf(model, { messages: [user(`${inputOf(i)}\n\n[desk]: The rule allows ${numberOf(i)} days for that.`)] }),
        i,
      ),
    );
    expect(Math.abs(shareOf(kept) - 0.8)).toBeLessThan(TOLERANCE);
  });

  it('a classifier is right as often as declared, asked once or for JSON', () => {
    const model = helpDeskModel({ samples: SAMPLES, adjust: only({ classify: 0.7, fixed: 0 }) });
    const roster = '- billing: Invoices and refunds.\n- technical: Logs and outages.';
    const word = system(
      `Classify the user's request into one of these categories. Reply with ONLY the category name.\n\n${roster}`,
    );
    const json = system(
      `Classify the request.\n\n${roster}\n\nReply with JSON {"category": "name", "confidence": 0.0, "entities": {}}`,
    );
    const shareFor = (prompt: object, right: (text: string) => boolean) =>
      shareOf(Array.from({ length: SAMPLES }, (_, i) => right(textOf(model, { messages: [prompt, user(inputOf(i))] }))));
    expect(Math.abs(shareFor(word, (text) => text === 'billing') - 0.7)).toBeLessThan(TOLERANCE);
    expect(Math.abs(shareFor(json, (text) => text.includes('"category":"billing"')) - 0.7)).toBeLessThan(TOLERANCE);
  });
});

describe('skill', () => {
  it('never lowers recall of the same call when it grows', () => {
    const rising = ['expert', 'general', 'outside', 'derive', 'breadth', 'capacity', 'chain', 'copy'] as const;
    const prompts = [[], [system(BILLING)], [system(`${BILLING}\n${TECHNICAL}`)]];
    fc.assert(
      fc.property(
        fc.constantFrom(...rising),
        fc.constantFrom(...Object.values(PROFILES)),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.constantFrom(...prompts),
        fc.nat({ max: 50 }),
        (rate, profile, share, prompt, seed) => {
          const messages = [...prompt, user(`${inputOf(0)}\n\n[x]: The invoice was 100.40 EUR.`)];
          const countFor = (value: number) => {
            const model = helpDeskModel({ adjust: () => ({ ...profile, hallucinate: 0, stray: 1, [rate]: value }) });
            const text = textOf(model, { messages, seed });
            return ['100.40 EUR', '100 days', '100.70 EUR back', '100 seconds'].filter((mark) => text.includes(mark)).length;
          };
          const better = rate === 'capacity' ? profile.capacity * 2 : profile[rate] + (1 - profile[rate]) * share;
          expect(countFor(better)).toBeGreaterThanOrEqual(countFor(profile[rate]));
        },
      ),
    );
  });
});

describe('controls', () => {
  it('flawless: everything that can be known is said, and nothing wrong', () => {
    const model = helpDeskModel({ samples: 40, adjust: flawless });
    for (let i = 0; i < 40; i++) {
      const n = numberOf(i);
      const text = textOf(model, {
        messages: [user(`${inputOf(i)}\n\n[x]: The invoice was ${n}.40 EUR. The log shows code E-${n}.`)],
      });
      for (const mark of ['Category: billing.', `${n}.40 EUR`, `${n} days`, `${n}.70 EUR back`, `code E-${n}`, `${n} seconds`]) {
        expect(text).toContain(mark);
      }
      expect(text).not.toMatch(new RegExp(`\\b${n + 500}\\b|Category: technical`));
    }
  });

  it('neutral: asking a specialist, a generalist, or twice, finds the same', () => {
    const model = helpDeskModel({ samples: 60, adjust: (profile) => neutral({ ...profile, general: 0.5 }) });
    const found = (prompt: readonly object[], seed: number) =>
      Array.from({ length: 60 }, (_, i) => statesRule(textOf(model, { seed, messages: [...prompt, user(inputOf(i))] }), i));
    const once = found([], 1);
    expect(shareOf(once)).toBeGreaterThan(0.3);
    expect(shareOf(once)).toBeLessThan(0.7);
    for (const prompt of [[], [system(BILLING)], [system(TECHNICAL)], [system(`${BILLING}\n${TECHNICAL}`)]]) {
      for (const seed of [1, 2]) expect(found(prompt, seed)).toEqual(once);
    }
  });
});
