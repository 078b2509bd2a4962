import { lineAt, type Project, type TidyProblem } from './project.ts';

// Put together, so that this file is not its own finding.
const folders = ['work', 'root', 'home', 'Users'].join('|');
const hosts = ['registry\\.npmjs\\.org', 'npm\\.pkg\\.github\\.com', 'registry\\.yarnpkg\\.com', '_auth(?:Token)?\\s*='].join(
  '|',
);
const MACHINE = new RegExp(`(?<![\\w.-])/(?:${folders})/|\\b(?:${hosts})|"${'resolved'}": "http`, 'g');

/** No committed file tells on whose machine, or from which registry, it was made. */
export const checkMachineTraces = (project: Project): TidyProblem[] =>
  project.files.flatMap(({ path, text }) =>
    [...text.matchAll(MACHINE)].slice(0, 3).map((match) => ({
      path,
      line: lineAt(text, match.index),
      what: `"${match[0]}" tells of a machine or a registry`,
      remedy:
        'Use a path relative to the repository, or a temporary folder; npm writes a lock file without hosts with omit-lockfile-registry-resolved.',
    })),
  );
