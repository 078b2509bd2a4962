import { defineScorer } from '../contracts/scorer.ts';
import { isObject, type Json } from '../kernel/json.ts';
import { textsOf } from './text/expected.ts';
import { f1 } from './text/f1.ts';
import { commonInOrder } from './text/in-order.ts';

type Mode = 'exact' | 'in-order' | 'any-order';

/**
 * How well the tools that were called, in their order, meet `expected.trajectory`: a list of names, or one for each agent (agent → list), which
 * is judged agent by agent; whoever called tools and is not named counts as expected to call none. `exact`: the same list, 1 or 0. `in-order`:
 * share of it that was called in this order, others may come between (longest common subsequence over its length). `any-order`: F1 over
 * both lists, repeats counted. The first and the last are the trajectory metrics of Vertex AI's agent evaluation.
 */
export default defineScorer({
  name: 'trajectory',
  description: 'Whether the expected tools were called in the expected order, by whom they should',
  options: (z) =>
    z.strictObject({
      key: z.string().default('trajectory').describe('the key of `expected` that holds the list, or agent → list'),
      mode: z.enum(['exact', 'in-order', 'any-order']).default('in-order').describe('how strict the order is'),
    }),
  score: ({ sample, toolCalls }, { key, mode }) => {
    const expected = sample.expected[key];
    if (Array.isArray(expected)) {
      const called = toolCalls.map(({ name }) => name);
      const value = match(textsOf(expected), called, mode);
      if (value === null) return { value, why: 'Unscored: no tool is expected, and others are free.' };
      return { value, why: `Expected ${listed(textsOf(expected))}; called ${listed(called)}.` };
    }
    if (!isObject(expected)) return { value: null, why: `Unscored: the sample has no expected.${key}.` };
    const lists = new Map(Object.entries(expected as Record<string, Json>).map(([agent, list]) => [agent, textsOf(list)]));
    const others = mode === 'in-order' ? [] : toolCalls.map(({ agent }) => agent);
    const judged = [...new Set([...lists.keys(), ...others])].flatMap((agent) => {
      const called = toolCalls.filter((call) => call.agent === agent).map(({ name }) => name);
      const value = match(lists.get(agent) ?? [], called, mode);
      return value === null ? [] : [{ agent, value, called }];
    });
    if (judged.length === 0) return { value: null, why: 'Unscored: no tool is expected of anybody.' };
    const value = judged.reduce((sum, one) => sum + one.value, 0) / judged.length;
    const off = judged.filter((one) => one.value < 1).slice(0, 4);
    const detail = off.map(
      ({ agent, called }) => `${agent}: expected ${listed(lists.get(agent) ?? [])}, called ${listed(called)}`,
    );
    return { value, why: off.length === 0 ? 'Every agent called what it should.' : `${detail.join('; ')}.` };
  },
});

function match(expected: readonly string[], called: readonly string[], mode: Mode): number | null {
  if (mode === 'any-order') return f1(expected, called);
  const common = commonInOrder(expected, called);
  if (mode === 'exact') return common === expected.length && called.length === expected.length ? 1 : 0;
  return expected.length === 0 ? null : common / expected.length;
}

const SHOWN = 8;

function listed(names: readonly string[]): string {
  if (names.length === 0) return 'nothing';
  return `${names.slice(0, SHOWN).join(' > ')}${names.length > SHOWN ? ` and ${names.length - SHOWN} more` : ''}`;
}
