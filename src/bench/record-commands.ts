import type { Scenario } from '../schema/scenario.ts';

/** What a person has chosen to run, as far as a recording of it must be told the same. */
export interface Selection {
  readonly scenarios: readonly string[];
  readonly patterns: readonly string[];
  readonly profile?: string | undefined;
  readonly trials?: number | undefined;
  readonly samples?: number | undefined;
  readonly sampleIds?: readonly string[] | undefined;
}

/** What to paste, each command on a line of its own, when something of this selection is not recorded: offline first, then at a real endpoint. */
export function recordCommands({ name, file, simulation }: Scenario, selection: Selection): string {
  const { scenarios, patterns, profile, trials, samples, sampleIds } = selection;
  const options = [
    ['-s', scenarios.includes(file) ? quoted(file) : name],
    ['-p', ...patterns],
    ['-n', trials],
    ['--sample', samples],
    ['--sample-id', ...(sampleIds ?? []).map(quoted)],
    ['--profile', profile],
  ].flatMap(([option, ...values]) => (values.some((value) => value !== undefined) ? [option, ...values] : []));
  const command = (provider: string) => `npm run patternbench -- record ${options.join(' ')} --mode auto --provider ${provider}`;
  // A real endpoint's answers are a set of their own: without naming it, the same run would look for them in the shipped one.
  const own = profile === undefined ? ', kept as a set that is run with --profile openai' : '';
  return [
    ...(simulation ? ['offline, from the simulated model:', `  ${command('simulated')}`] : []),
    `${simulation ? 'or ' : ''}from a real endpoint${own}:`,
    `  OPENAI_API_KEY=… ${command('openai')}`,
  ].join('\n');
}

const quoted = (file: string): string => (/^[\w./-]+$/.test(file) ? file : `'${file.replaceAll("'", `'\\''`)}'`);
