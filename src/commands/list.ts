import { join } from 'node:path';
import { loadPatterns, loadProviders, loadReporters, loadScorers, partNamed } from '../bench/parts.ts';
import { safeText } from '../kernel/terminal-text.ts';
import { defineCommand } from './shell/command.ts';
import { EXIT } from './shell/exit-code.ts';
import type { Shell } from './shell/shell.ts';
import { wrapped } from './shell/wrap.ts';

interface Kind {
  readonly name: string;
  readonly entries: (shell: Shell) => Promise<readonly (readonly string[])[]>;
}

interface Described {
  readonly name: string;
  readonly description: string;
}

const described = (parts: readonly Described[]) => parts.map(({ name, description }) => [name, description] as const);

const KINDS: readonly Kind[] = [
  {
    name: 'patterns',
    entries: async () => {
      const { optionLines } = await import('./shell/option-lines.ts');
      return (await loadPatterns()).map((pattern) => [
        pattern.name,
        pattern.description,
        `use when: ${pattern.whenToUse}`,
        `not when: ${pattern.whenNot}`,
        `model calls: ${pattern.calls}`,
        ...optionLines(pattern),
      ]);
    },
  },
  { name: 'scenarios', entries: scenarios },
  { name: 'scorers', entries: async () => described(await loadScorers()) },
  { name: 'providers', entries: async () => described(await loadProviders()) },
  { name: 'reporters', entries: async () => described(await loadReporters()) },
  {
    name: 'runs',
    entries: runs,
  },
];

export default defineCommand({
  name: 'list',
  description: 'list patterns, scenarios, scorers, providers, reporters, runs',
  examples: [
    ['patternbench list', 'everything'],
    ['patternbench list patterns', 'what each is for, what it costs in calls, its options'],
  ],
  configure: (command) => {
    command.argument('[kind]', KINDS.map(({ name }) => name).join(', ')).option('--no-color', 'plain text');
  },
  run: async ({ args }, shell) => {
    const kinds = args[0] === undefined ? KINDS : [partNamed('kind of part', KINDS, args[0])];
    for (const kind of kinds) {
      shell.out(kind.name);
      for (const [name, ...lines] of await kind.entries(shell)) {
        shell.out(safeText(`  ${name}`));
        for (const line of lines.flatMap((text) => wrapped(text, shell.width, 6))) shell.out(line);
      }
    }
    return EXIT.ok;
  },
});

/** Finished ones in the order of their writing, then those that can be gone on with. */
async function runs(shell: Shell): Promise<(readonly string[])[]> {
  const { journaledRuns, savedRuns } = await import('../bench/read-run.ts');
  const reports = join(shell.root, 'reports');
  const unfinished = (await journaledRuns(reports)).filter(({ isFinished }) => !isFinished);
  return [
    ...(await savedRuns(reports)).map(({ name }) => [name]),
    ...unfinished.map(({ name }) => [name, `unfinished: npm run patternbench -- status ${name}; … resume ${name}`]),
  ];
}

async function scenarios(shell: Shell): Promise<(readonly string[])[]> {
  const { findScenarios, loadScenario } = await import('../bench/load-scenarios.ts');
  const [patterns, scorers] = await Promise.all([loadPatterns(), loadScorers()]);
  const files = await findScenarios(join(shell.root, 'scenarios'));
  return Promise.all(
    files.map(async (file) => {
      const { name, description, samples, trials, draft } = await loadScenario(file, { patterns, scorers });
      return [
        name,
        description.trim(),
        `${samples.length} samples, ${trials} trials each${draft ? '; a draft: only run when named' : ''}`,
      ];
    }),
  );
}
