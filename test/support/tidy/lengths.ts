import type { Project, TidyProblem } from './project.ts';

const WALL = 300;

/** A file has at most 300 lines; one whose first line is the comment `data table` is data. (oxlint measures functions: 70 lines.) */
export const checkLengths = (project: Project): TidyProblem[] =>
  project.files.flatMap(({ path, text }) => {
    if (!/^(?:src|test)\/.*\.(?:ts|js)$/.test(path) || /^\/\/ data table\b/.test(text)) return [];
    const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
    if (lines <= WALL) return [];
    const remedy = 'Split it by ideas; a pure data table says so in its first line: // data table.';
    return [{ path, line: WALL + 1, what: `${lines} lines, more than ${WALL}`, remedy }];
  });
