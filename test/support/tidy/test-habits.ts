import { blankCode } from './blank-code.ts';
import { importsOf } from './imports.ts';
import { lineAt, type Project, type SourceFile, type TidyProblem } from './project.ts';

const NO_SLEEP = 'Use a VirtualClock, or wait for what is expected; tests never sleep.';

const HABITS: readonly { readonly call: RegExp; readonly remedy: string }[] = [
  {
    call: /\b(?:vi|vitest|jest)\.(?:mock|doMock|hoisted|stubGlobal|stubEnv)\b/g,
    remedy: 'Hand a double in as an argument; modules are never mocked.',
  },
  {
    call: /(?<![\w.#])(?:globalThis\.)?set(?:Timeout|Interval)\b|\bAtomics\.wait\b|\brealClock\(\)\.sleep\b/g,
    remedy: NO_SLEEP,
  },
];

/** What these call is the timers of a trial, which are what they test. */
const ABOUT_TIMERS = /^test\/kernel\/ambient-[a-z-]+\.test\.ts$/;

/** Tests mock no modules and never sleep. */
export const checkTestHabits = (project: Project): TidyProblem[] =>
  project.files.filter(({ path }) => /^test\/.*\.ts$/.test(path) && !ABOUT_TIMERS.test(path)).flatMap(checkFile);

function checkFile(file: SourceFile): TidyProblem[] {
  const { path, text } = file;
  const code = blankCode(text, { strings: false });
  const calls = HABITS.flatMap(({ call, remedy }) =>
    [...code.matchAll(call)].map((match) => ({ path, line: lineAt(text, match.index), what: `${match[0]} in a test`, remedy })),
  );
  const timers = importsOf(file).filter(({ specifier }) => /^(?:node:)?timers(?:\/promises)?$/.test(specifier));
  return [...calls, ...timers.map(({ specifier, line }) => ({ path, line, what: `imports ${specifier}`, remedy: NO_SLEEP }))];
}
