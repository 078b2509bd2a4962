import type { Command } from 'commander';
import { type MissPolicy, ON_MISS } from '../../bench/miss-policy.ts';
import { EXHAUSTED, type Exhausted } from '../../fixtures/ledger.ts';
import { PatternbenchError } from '../../kernel/errors.ts';
import { declarePushOptions, type PushOptions } from './push-options.ts';

/** Options that `run` and `record` share. */
export function declareRunOptions(command: Command): void {
  command
    .option('-s, --scenario <name...>', 'scenarios, by name or file (default: all but drafts)')
    .option('-p, --pattern <name...>', 'patterns (default: all)')
    .option('-n, --trials <count>', "trials of each sample (default: the scenario's)", wholeNumber('--trials', 1))
    .option('--sample <count>', 'only the first so many samples', wholeNumber('--sample', 1))
    .option('--seed <number>', 'of retries and jitter; recordings do not depend on it', wholeNumber('--seed', 0), 1)
    .option('-j, --concurrency <count>', 'trials at a time; results do not depend on it', wholeNumber('--concurrency', 1))
    .option('--profile <name>', 'recording set: fixtures/<scenario>/<name>.jsonl', plainName('--profile'))
    .option('--provider <name>', 'simulated, openai: where unrecorded answers come from')
    .option('--model <from=to>', 'ask the endpoint for another model (repeatable)', modelMap, {})
    .option('--max-calls <count>', 'requests to the endpoint, in all', wholeNumber('--max-calls', 1))
    .option('--max-cost <usd>', 'stop before the endpoint has cost more, at listed prices', amount('--max-cost'))
    .option('--allow-live', 'ask a real endpoint although this runs under CI')
    .option(
      '--approver <who>',
      "policy (the scenario's rules), terminal (you), none (questions wait for `resume`); default: policy",
    )
    .option(
      '--budget-usd <amount>',
      'USD at listed prices, in all; the run stops there and can be taken up again',
      amount('--budget-usd'),
    )
    .option('--max-tokens <count>', 'tokens, in all', wholeNumber('--max-tokens', 1))
    .option('--timeout <seconds>', 'of real time, in all', amount('--timeout'))
    .option(
      '--capture-content',
      'put messages on spans, secrets replaced (also OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT)',
    )
    .option('--json', 'print the run record as JSON instead of the table')
    .option('--quiet', 'no progress')
    .option('--no-color', 'plain text');
  declarePushOptions(command);
}

/** Options of `run` about recordings that do not fit. */
export function declareReplayOptions(command: Command): void {
  command
    .option(
      '--on-miss <what>',
      'fail (end the trial) or collect (go on, and list all that is not recorded)',
      oneOf('--on-miss', ON_MISS),
      'fail',
    )
    .option(
      '--exhausted <what>',
      'repeats beyond the recorded ones: error, last (again) or cycle',
      oneOf('--exhausted', EXHAUSTED),
      'error',
    )
    .option('--max-age <days>', 'how old recordings may be', wholeNumber('--max-age', 0))
    .option('--stale <what>', 'what older ones do: warn or error', oneOf('--stale', ['warn', 'error'] as const));
}

/** A parser of one of some words; throws `usage` that names all. */
export const oneOf =
  <Word extends string>(option: string, words: readonly Word[]) =>
  (text: string): Word => {
    const word = words.find((candidate) => candidate === text);
    if (word) return word;
    throw new PatternbenchError('usage', `${option} knows no "${text}"`, { remedy: `name one of ${words.join(', ')}` });
  };

/** A parser of whole numbers for an option; throws `usage` naming the option. */
export const wholeNumber =
  (option: string, least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least) return value;
    throw new PatternbenchError('usage', `${option} takes a whole number from ${least}; got "${text}"`);
  };

/** A parser of amounts for an option; throws `usage` naming the option. */
export const amount =
  (option: string) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value;
    throw new PatternbenchError('usage', `${option} takes a number above 0; got "${text}"`);
  };

const plainName =
  (option: string) =>
  (text: string): string => {
    if (/^[a-z0-9][a-z0-9._-]{0,63}$/.test(text)) return text;
    throw new PatternbenchError('usage', `${option} takes lower case letters, digits, ".", "-" and "_"; got "${text}"`);
  };

/** A parser of `from=to`, repeatable; throws `usage`. */
export function modelMap(text: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const [from, to, ...rest] = text.split('=');
  if (from && to && rest.length === 0) return { ...before, [from]: to };
  throw new PatternbenchError('usage', `--model takes from=to, such as gpt-4o=llama3.3; got "${text}"`);
}

/** The options as they were given; commander has parsed them. */
export interface RunOptionValues extends PushOptions {
  readonly scenario?: readonly string[];
  readonly pattern?: readonly string[];
  readonly trials?: number;
  readonly sample?: number;
  readonly seed: number;
  readonly concurrency?: number;
  readonly profile?: string;
  readonly provider?: string;
  readonly model: Readonly<Record<string, string>>;
  readonly maxCalls?: number;
  readonly maxCost?: number;
  readonly allowLive?: boolean;
  readonly approver?: string;
  readonly budgetUsd?: number;
  readonly maxTokens?: number;
  readonly timeout?: number;
  readonly journal?: boolean;
  readonly captureContent?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly yes?: boolean;
  /** Only on `run`. */
  readonly transport?: string;
  readonly onMiss?: MissPolicy;
  readonly exhausted?: Exhausted;
  readonly maxAge?: number;
  readonly stale?: 'warn' | 'error';
  readonly strictClock?: boolean;
  readonly mode?: string;
}
