import { isBuiltin } from 'node:module';
import { roomOf } from './floors.ts';
import { importsOf } from './imports.ts';
import type { Project, TidyProblem } from './project.ts';

const DOORS: Readonly<Record<string, string>> = {
  zod: 'schema',
  yaml: 'schema',
  '@opentelemetry': 'telemetry',
  '@pydantic/genai-prices': 'telemetry',
  nock: 'transport',
  openai: 'transport',
  'gpt-tokenizer': 'simulation',
  '@stdlib': 'stats',
  'cli-table3': 'reporters',
  tinybench: 'bench',
  'p-limit': 'bench',
  commander: 'commands',
  'cli-progress': 'commands',
  picocolors: 'reporters',
  'fastest-levenshtein': 'scorers',
  fflate: 'reporters',
};

/** A package is imported only in the room that has its door. */
export const checkPackageDoors = (project: Project): TidyProblem[] =>
  project.files
    .filter(({ path }) => /^src\/.*\.(ts|js)$/.test(path))
    .flatMap((file) =>
      importsOf(file).flatMap(({ specifier, target, line }) => {
        if (target !== undefined || isBuiltin(specifier)) return [];
        const name = Object.keys(DOORS).find((each) => specifier === each || specifier.startsWith(`${each}/`));
        const door = name === undefined ? undefined : DOORS[name];
        if (door === roomOf(file.path)) return [];
        const what = door === undefined ? `the package ${specifier} has no door` : `${specifier} is imported outside its door`;
        const remedy =
          door === undefined
            ? 'Give it a room in test/support/tidy/package-doors.ts and a line of reason in src/README.md.'
            : `Only src/${door}/ imports it: use what that room exports.`;
        return [{ path: file.path, line, what, remedy }];
      }),
    );
