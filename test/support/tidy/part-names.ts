import { basename } from 'node:path';
import { blankCode } from './blank-code.ts';
import { PART_ROOMS } from './floors.ts';
import type { Project, TidyProblem } from './project.ts';

const PART = new RegExp(`^src/(?:${PART_ROOMS.join('|')})/[^/]+\\.ts$`);

/** The default export of a part carries the name of its file, by which it is found. */
export const checkPartNames = (project: Project): TidyProblem[] =>
  project.files.flatMap(({ path, text }) => {
    if (!PART.test(path)) return [];
    const name = basename(path, '.ts');
    const code = blankCode(text, { strings: true });
    const remedy = `Write export default define…({ name: '${name}', … }).`;
    if (!/\bexport default\b/.test(code)) return [{ path, line: 1, what: 'a part without default export', remedy }];
    const named = new RegExp(`\\bname: '${name}'`).test(code);
    return named ? [] : [{ path, line: 1, what: `the part is not named "${name}" like its file`, remedy }];
  });
