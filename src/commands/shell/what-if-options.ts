import type { Command } from 'commander';
import { LATENCY_PROFILES } from '../../fixtures/importing/latency-profiles.ts';
import { PatternbenchError } from '../../kernel/errors.ts';
import type { Arrivals } from '../../retiming/arrivals.ts';
import type { LimitRule } from '../../retiming/limit.ts';
import type { NewLatency } from '../../retiming/new-latency.ts';
import { collected } from './collected.ts';
import { nearestName } from '../../schema/nearest-name.ts';
import type { UserPrice } from '../../schema/scenario.ts';

/** What was asked for, as text understood; which models there are is not known yet. */
export interface WhatIfQuestion {
  readonly swaps: ReadonlyMap<string, string>;
  readonly prices: Readonly<Record<string, UserPrice>>;
  readonly latencies: ReadonlyMap<string, NewLatency>;
  readonly limits: readonly LimitRule[];
  readonly arrivals: Arrivals | undefined;
  readonly parallelSiblings: boolean;
}

export function declareWhatIfOptions(command: Command): void {
  command
    .option('--swap <old=new>', 'price calls of one model as those of another; tokens as recorded', collected)
    .option('--price <model=in,out[,cached]>', 'USD per million tokens', collected)
    .option(
      '--latency <model=time>',
      'answers take ttft:300,tps:80 (ms to the first token, then tokens a second), or as long as those of a model that we know (gpt-4.1-mini), or factor:0.5 of the recorded time; "all" is every model',
      collected,
    )
    .option(
      '--concurrency <n>',
      'requests in flight: 8 for all trials of a pattern together, gpt-4o=4 for one model, 2/trial for each trial',
      collected,
    )
    .option('--rpm <n>', 'requests started in any minute: 500, or gpt-4o=500; all trials of a pattern together', collected)
    .option(
      '--tpm <n>',
      'tokens of requests started in any minute: 30k, or gpt-4o=30k; all trials of a pattern together',
      collected,
    )
    .option('--arrivals <how>', 'when the trials of a cell come that share a limit: together, 30/min, or poisson:30/min')
    .option('--parallel-siblings', 'steps that do not need one another start together');
}

/** Understands the options of `whatif`; throws `usage` for what cannot be understood, with the nearest that can. */
export function whatIfQuestion(options: Readonly<Record<string, unknown>>): WhatIfQuestion {
  const given = (name: string) => (options[name] as readonly string[] | undefined) ?? [];
  const limits = (['concurrency', 'rpm', 'tpm'] as const).flatMap((kind) => given(kind).map((text) => limitOf(kind, text)));
  const arrivals = options['arrivals'] as string | undefined;
  if (arrivals !== undefined && !limits.some((limit) => !limit.perTrial))
    throw usage('--arrivals says something only where trials share a limit', 'add --rpm, --tpm or --concurrency');
  const question: WhatIfQuestion = {
    swaps: new Map(given('swap').map((text) => pairOf('--swap', text, 'gpt-4o=gpt-4.1-mini'))),
    prices: Object.fromEntries(given('price').map(priceOf)),
    latencies: new Map(given('latency').map(latencyOf)),
    limits,
    arrivals: arrivals === undefined ? undefined : arrivalsOf(arrivals),
    parallelSiblings: options['parallelSiblings'] === true,
  };
  const { swaps, prices, latencies, parallelSiblings } = question;
  if (swaps.size + Object.keys(prices).length + latencies.size + limits.length === 0 && !parallelSiblings)
    throw usage('whatif needs to know what to change', 'try --swap gpt-4o=gpt-4.1-mini, --latency all=factor:0.5 or --rpm 500');
  return question;
}

const usage = (message: string, remedy: string) => new PatternbenchError('usage', message, { remedy });

function pairOf(option: string, text: string, example: string): [string, string] {
  const at = text.indexOf('=');
  const [name, value] = [text.slice(0, Math.max(0, at)).trim(), text.slice(at + 1).trim()];
  if (at < 0 || name === '' || value === '') throw usage(`${option} ${text} is not name=value`, `write ${option} ${example}`);
  return [name, value];
}

function priceOf(text: string): [string, UserPrice] {
  const example = 'house-llm=0.5,1.5 (USD per million tokens: input, output, and cached input if it differs)';
  const [model, prices] = pairOf('--price', text, example);
  const amounts = prices.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const [input, output, cached] = amounts;
  const isGood = amounts.length >= 2 && amounts.length <= 3 && amounts.every((amount) => Number.isFinite(amount) && amount >= 0);
  if (!isGood) throw usage(`--price ${text} does not say what tokens cost`, `write --price ${example}`);
  return [
    model,
    { inputPerMTok: input!, outputPerMTok: output!, ...(cached === undefined ? {} : { cachedInputPerMTok: cached }) },
  ];
}

function latencyOf(text: string): [string, NewLatency] {
  const forms = 'write ttft:300,tps:80, factor:0.5, or the name of a profile';
  const [model, time] = pairOf('--latency', text, 'gpt-4o=ttft:300,tps:80');
  if (!time.includes(':')) return [model, { kind: 'profile', model: profileNamed(time) }];
  const fields = new Map(time.split(',').map((part) => part.trim().split(':', 2) as [string, string]));
  const amount = (name: string, isAllowed: (value: number) => boolean) => {
    const value = Number(fields.get(name) || Number.NaN);
    if (!Number.isFinite(value) || !isAllowed(value))
      throw usage(`--latency ${text}: ${name}:${fields.get(name) ?? '?'} is no amount`, forms);
    return value;
  };
  const names = [...fields.keys()].sort().join();
  if (names === 'factor') return [model, { kind: 'factor', factor: amount('factor', (value) => value >= 0) }];
  if (names === 'tps,ttft') {
    const ttftMs = amount('ttft', (value) => value >= 0);
    return [model, { kind: 'rate', ttftMs, tokensPerSecond: amount('tps', (value) => value > 0) }];
  }
  throw usage(`--latency ${text} says "${names}", which is not ttft and tps, and not factor`, forms);
}

function profileNamed(name: string): string {
  const names = LATENCY_PROFILES.map(({ model }) => model);
  if (names.includes(name)) return name;
  const nearest = nearestName(name, names);
  throw usage(
    `there is no latency profile "${name}"${nearest ? `; did you mean ${nearest}?` : ''}`,
    `profiles: ${names.join(', ')}; or say ttft:300,tps:80`,
  );
}

function limitOf(kind: LimitRule['kind'], text: string): LimitRule {
  const match = /^(?:(?<model>.+)=)?(?<amount>\d+)(?<thousands>k?)(?<perTrial>\/trial)?$/i.exec(text.trim())?.groups;
  const amount = Number(match?.['amount']) * (match?.['thousands'] ? 1000 : 1);
  if (!match || !Number.isSafeInteger(amount) || amount < 1)
    throw usage(
      `--${kind} ${text} is no limit`,
      `write --${kind} 8, --${kind} gpt-4o=8 for one model, or --${kind} 8/trial for each trial`,
    );
  return { kind, amount, model: match['model'], perTrial: match['perTrial'] !== undefined };
}

const UNIT_US: Readonly<Record<string, number>> = { s: 1e6, min: 60e6, h: 3600e6 };

function arrivalsOf(text: string): Arrivals {
  if (text === 'together') return { kind: 'together' };
  const match = /^(?<random>poisson:)?(?<rate>\d+(?:\.\d+)?)\/(?<unit>s|min|h)$/.exec(text)?.groups;
  const rate = Number(match?.['rate']);
  if (!match || !(rate > 0)) throw usage(`--arrivals ${text} is no way to come`, 'write together, 30/min or poisson:30/min');
  return { kind: match['random'] ? 'poisson' : 'even', everyUs: UNIT_US[match['unit']!]! / rate };
}
