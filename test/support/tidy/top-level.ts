import type { Project, TidyProblem } from './project.ts';

const ALLOWED = new Set([
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'README.md',
  'LICENSE',
  'CONTRIBUTING.md',
  'src',
  'scenarios',
  'fixtures',
  'reports',
  'test',
]);

/** The top level holds what a visitor looks for, and nothing else that is visible. */
export const checkTopLevel = (project: Project): TidyProblem[] =>
  project.entries
    .filter((entry) => !entry.startsWith('.') && !ALLOWED.has(entry))
    .map((path) => ({
      path,
      line: 1,
      what: 'does not belong at the top level',
      remedy: 'Put it into the folder whose README describes such things, or hide it if a tool insists.',
    }));
