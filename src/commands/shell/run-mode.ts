import { existsSync } from 'node:fs';
import { fixtureFile, type RunChoice } from '../../bench/prepare-run.ts';
import type { RunPlan } from '../../bench/plan.ts';
import { PatternbenchError } from '../../kernel/errors.ts';
import type { RunRecord } from '../../schema/run-record.ts';
import type { Shell } from './shell.ts';

/** What a person can ask for: `once` is `record` where nothing is recorded yet, else `replay`. */
export type RunMode = RunRecord['mode'] | 'once';

/** Each mode, with what it is called elsewhere (VCR, Polly, nock). */
const MODES: Readonly<Record<RunMode, readonly string[]>> = {
  replay: ['none'],
  auto: ['new_episodes', 'missing'],
  record: ['all', 'rewrite'],
  live: [],
  once: [],
};

/** The mode of a name or of an alias, of those that a command knows. Throws `usage` that names all of them. */
export function modeNamed(text: string, known: readonly RunMode[]): RunMode {
  const mode = known.find((name) => name === text || MODES[name].includes(text));
  if (mode) return mode;
  const aliases = known.flatMap((name) => (MODES[name].length > 0 ? [`${MODES[name].join(' and ')} for ${name}`] : []));
  throw new PatternbenchError('usage', `there is no mode "${text}"`, {
    remedy: `name one of ${known.join(', ')}${aliases.length > 0 ? ` (also ${aliases.join(', ')})` : ''}`,
  });
}

/** The choice with `once` decided: a scenario that has its recording is replayed, one that has none is recorded. */
export function decideOnce(choice: RunChoice, plan: RunPlan): RunChoice {
  const profile = choice.profile ?? choice.provider;
  const areThere = plan.scenarios.map(({ name }) => existsSync(fixtureFile(choice.root, name, profile)));
  return areThere.every(Boolean) ? { ...choice, mode: 'replay', profile } : { ...choice, mode: 'record', profile, once: true };
}

/** Throws `usage` where an automatic build is about to ask a real endpoint, and was not told that it may. */
export function failClosed({ mode, provider }: RunChoice, { env }: Pick<Shell, 'env'>, allowLive: boolean): void {
  const isCi = !/^(|0|false|no|off)$/i.test(env['CI'] ?? '');
  if (!isCi || allowLive || mode === 'replay' || provider === 'simulated') return;
  throw new PatternbenchError(
    'usage',
    `this runs under CI, and --mode ${mode} --provider ${provider} would ask a real endpoint`,
    {
      remedy: 'replay recordings (--mode replay), record from --provider simulated, or add --allow-live if that is meant',
    },
  );
}
