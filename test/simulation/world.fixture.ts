import type { Scenario } from '../../src/schema/scenario.ts';
import type { SimulatedFact, SimulationBlock } from '../../src/schema/simulation.ts';
import type { Profile } from '../../src/simulation/profiles.ts';
import { simulate, type SimulatedModel } from '../../src/simulation/simulate.ts';
import { type World, worldOf } from '../../src/simulation/world.ts';

// A help desk of two, with a tool each, and samples that differ only in their figures.

export const BILLING = 'You are the billing desk. Look up the invoice, apply the refund rule.';
export const TECHNICAL = 'You are the technical desk. Read the log, state the fix.';

const parameters = (name: string) => ({ type: 'object', properties: { [name]: { type: 'string' } }, required: [name] });

const factsOf = (n: number): SimulatedFact[] => [
  {
    id: 'invoice-amount',
    domain: 'billing',
    text: `The invoice was [${n}.40 EUR].`,
    wrong: `${n + 500}.10 EUR`,
    tool: 'find_invoice',
  },
  { id: 'refund-rule', domain: 'billing', text: `The rule allows [${n} days] for that.`, wrong: `${n + 500} days`, key: 'days' },
  {
    id: 'refund-due',
    domain: 'billing',
    text: `We owe you [${n}.70 EUR back].`,
    wrong: `${n + 500}.80 EUR back`,
    needs: ['invoice-amount', 'refund-rule'],
  },
  { id: 'error-code', domain: 'technical', text: `The log shows [code E-${n}].`, wrong: `code E-${n + 500}`, tool: 'read_log' },
  { id: 'reset-step', domain: 'technical', text: `Hold the key for [${n} seconds].`, wrong: `${n + 500} seconds` },
  { id: 'old-offer', domain: 'billing', text: `An old offer reads [${n} percent off].`, tool: 'find_invoice', noise: true },
];

export const numberOf = (i: number): number => 100 + i;
export const inputOf = (i: number): string => `I was charged twice and my line drops, says customer C-${i} (ticket ${7000 + i}).`;

const block = (samples: number): SimulationBlock => ({
  profiles: { 'gpt-4o': 'strong', 'gpt-4o-mini': 'cheap', tiny: 'weak' },
  domains: {
    billing: { label: 'the billing side', words: ['billing', 'invoices?', 'refunds?'] },
    technical: { label: 'the technical side', words: ['technical', 'logs?\\b', 'outages?'] },
  },
  skills: { billing: ['billing'], technical: ['technical'] },
  samples: Object.fromEntries(
    Array.from({ length: samples }, (_, i) => [
      `t${i}`,
      {
        subject: `ticket ${7000 + i}`,
        category: 'billing',
        confusable: 'technical',
        args: { customer_id: `C-${i}`, device_id: `X-${i}` },
        facts: factsOf(numberOf(i)),
      },
    ]),
  ),
});

export interface ScenarioOptions {
  readonly samples?: number;
  readonly seed?: number;
  readonly edit?: (block: SimulationBlock) => SimulationBlock;
}

export function helpDesk({ samples = 3, seed = 1, edit = (same) => same }: ScenarioOptions = {}): Scenario {
  const values = (render: (n: number) => string | { readonly log: string }) =>
    Array.from({ length: samples }, (_, i) => ({ when: {}, value: render(numberOf(i)) }));
  const common = { effect: 'read' as const, latencyMs: 0 };
  return {
    name: 'help-desk',
    description: '',
    labels: {},
    trials: 1,
    seed,
    baseline: 'one',
    coordinator: { model: 'gpt-4o' },
    agents: [
      { name: 'billing', description: 'Invoices and refunds.', instructions: BILLING, tools: ['find_invoice'] },
      { name: 'technical', description: 'Logs and outages.', instructions: TECHNICAL, tools: ['read_log'] },
    ],
    tools: {
      find_invoice: {
        ...common,
        description: 'Latest invoice of a customer',
        parameters: parameters('customer_id'),
        returns: values((n) => `The invoice was ${n}.40 EUR. An old offer reads ${n} percent off.`),
      },
      read_log: {
        ...common,
        description: 'Log of a device',
        parameters: parameters('device_id'),
        returns: values((n) => ({ log: `code E-${n}` })),
      },
    },
    samples: Array.from({ length: samples }, (_, i) => ({ id: `t${i}`, input: inputOf(i), expected: {}, metadata: {} })),
    score: [],
    limits: { maxModelCalls: 60, maxTokens: 400_000, timeoutMs: 900_000 },
    patterns: {},
    prices: {},
    simulation: edit(block(samples)),
    draft: false,
    passThreshold: 1,
    primary: '',
    file: 'help-desk.yaml',
  };
}

/** Offers of the scenario's tools. */
export const toolOffers = [
  { type: 'function', function: { name: 'find_invoice', description: 'Latest invoice', parameters: parameters('customer_id') } },
  { type: 'function', function: { name: 'read_log', description: 'Log of a device', parameters: parameters('device_id') } },
];

/** Counting words instead of tokens keeps the tokenizer's tables out of tests that are not about them. */
export const countWords = (text: string): number => text.split(/\s+/).filter(Boolean).length;

export interface ModelOptions extends ScenarioOptions {
  readonly adjust?: (profile: Profile) => Profile;
}

/** Worlds of many samples take a second to check; tests that differ in error rates only share them. */
const worlds = new Map<string, World>();

function sharedWorld(options: ScenarioOptions): World {
  const key = JSON.stringify([options.samples, options.seed]);
  const known = options.edit ? undefined : worlds.get(key);
  const world = known ?? worldOf(helpDesk(options));
  if (!options.edit) worlds.set(key, world);
  return world;
}

export const helpDeskModel = ({ adjust, ...options }: ModelOptions = {}): SimulatedModel =>
  simulate(sharedWorld(options), { countTokens: countWords, ...(adjust && { adjust }) });

interface Completion {
  readonly choices: readonly {
    readonly message: {
      readonly content: string | null;
      readonly tool_calls?: readonly {
        readonly id: string;
        readonly function: { readonly name: string; readonly arguments: string };
      }[];
    };
    readonly finish_reason: string;
  }[];
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number };
}

/** The one choice of an answer. Throws when the model refused. */
export function choiceOf(model: SimulatedModel, body: object) {
  const { status, body: text } = model({ model: 'gpt-4o', ...body });
  if (status !== 200) throw new Error(text);
  return (JSON.parse(text) as Completion).choices[0]!;
}

export const textOf = (model: SimulatedModel, body: object): string => choiceOf(model, body).message.content ?? '';

export const callsOf = (model: SimulatedModel, body: object) =>
  (choiceOf(model, body).message.tool_calls ?? []).map((call) => ({
    name: call.function.name,
    args: JSON.parse(call.function.arguments) as Record<string, string>,
  }));

export const system = (content: string) => ({ role: 'system', content });
export const user = (content: string) => ({ role: 'user', content });
