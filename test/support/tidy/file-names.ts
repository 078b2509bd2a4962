import { basename } from 'node:path';
import { blankCode } from './blank-code.ts';
import { lineAt, type Project, type SourceFile, type TidyProblem } from './project.ts';

const VAGUE = /^(?:utils?|helpers?|common|types|constants|misc|shared|lib)$/;
const KEBAB = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9-]+)*$/;

/** A file is one idea and is named after it, in kebab-case; nothing gathers what belongs to others. */
export const checkFileNames = (project: Project): TidyProblem[] =>
  project.files.filter(({ path }) => /^(?:src|test)\/.*\.(?:ts|js)$/.test(path)).flatMap(checkFile);

function checkFile(file: SourceFile): TidyProblem[] {
  const { path } = file;
  const problems: TidyProblem[] = [];
  const vague = path.split('/').find((part) => VAGUE.test(part.replace(/\..*$/, '')));
  if (vague !== undefined) {
    problems.push({ path, line: 1, what: `"${vague}" names no idea`, remedy: 'Name the file after the one thing it exports.' });
  }
  if (!KEBAB.test(basename(path))) {
    problems.push({
      path,
      line: 1,
      what: `${basename(path)} is not in kebab-case`,
      remedy: 'Write lower case words joined by hyphens.',
    });
  }
  return path === 'src/index.ts' ? problems : [...problems, ...checkBarrel(file)];
}

function checkBarrel({ path, text }: SourceFile): TidyProblem[] {
  const code = blankCode(text, { strings: true });
  const remedy = 'Import each thing from the file that defines it.';
  const all = /\bexport\s+(?:type\s+)?\*/.exec(blankCode(text, { strings: false }));
  if (all) return [{ path, line: lineAt(code, all.index), what: 'export * hides what a file offers', remedy }];
  const rest = code.replace(/\bexport\s+(?:type\s+)?\{[^}]*\}\s*from\s*(['"])\.[^'"]*\1;?/g, '');
  const isBarrel = (path.startsWith('src/') && basename(path) === 'index.ts') || (rest !== code && rest.trim() === '');
  return isBarrel ? [{ path, line: 1, what: 'a barrel', remedy }] : [];
}
