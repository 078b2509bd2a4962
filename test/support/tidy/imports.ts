import { posix } from 'node:path';
import { blankCode } from './blank-code.ts';
import { lineAt, type SourceFile } from './project.ts';

export interface Import {
  readonly specifier: string;
  readonly line: number;
  /** The imported file from the repository's root; nothing for a package. */
  readonly target: string | undefined;
}

const IMPORT = /\b(?:import|export)\b(?:[^'"`;()=]*?\bfrom)?\s*\(?\s*(['"])([^'"\n]+)\1/g;

/** Everything that a file imports or re-exports, types included. */
export function importsOf(file: SourceFile): Import[] {
  const code = blankCode(file.text, { strings: true });
  // An import that is quoted (in a test of this very rule, say) is none.
  const bare = blankCode(file.text, { strings: false });
  const found = [...code.matchAll(IMPORT)].filter(({ index }) => bare[index] !== ' ');
  return found.map((match) => ({
    specifier: match[2]!,
    line: lineAt(code, match.index),
    target: match[2]!.startsWith('.') ? posix.join(posix.dirname(file.path), match[2]!) : undefined,
  }));
}
