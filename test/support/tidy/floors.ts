import { importsOf } from './imports.ts';
import type { Project, SourceFile, TidyProblem } from './project.ts';

const FLOORS: Readonly<Record<string, number>> = {
  kernel: 0,
  schema: 1,
  contracts: 2,
  telemetry: 3,
  resilience: 3,
  fixtures: 3,
  simulation: 3,
  state: 3,
  stats: 3,
  agent: 4,
  retiming: 4,
  transport: 4,
  patterns: 5,
  providers: 5,
  scorers: 5,
  reporters: 5,
  findings: 5,
  bench: 6,
  proxy: 6,
  commands: 7,
};
const TOP = 8;

/** Rooms in which every file is a part, found by its place: nobody may depend on one by name. */
export const PART_ROOMS = ['patterns', 'providers', 'scorers', 'reporters', 'findings'];

// What a pattern needs reaches it through its context, so that its author cannot forget clock, trace and limits; scorers judge records.
const SEE_ONLY_CONTRACTS = ['patterns', 'scorers'];
const CONTRACTS = 2;

/** The room of a path in `src/`; '' for the files at its top. */
export const roomOf = (path: string): string => /^src\/([^/]+)\//.exec(path)?.[1] ?? '';

const floorOf = (path: string): number | undefined => (roomOf(path) === '' ? TOP : FLOORS[roomOf(path)]);

const isPart = (path: string): boolean => PART_ROOMS.includes(roomOf(path)) && path.split('/').length === 3;

/** A file imports from its own room or from a lower floor, and no part by name. */
export const checkFloors = (project: Project): TidyProblem[] =>
  project.files.filter(({ path }) => /^src\/.*\.(ts|js)$/.test(path)).flatMap(checkFile);

function checkFile(file: SourceFile): TidyProblem[] {
  const room = roomOf(file.path);
  const floor = floorOf(file.path);
  if (floor === undefined) {
    const remedy = `Put it into one of ${Object.keys(FLOORS).join(', ')}, or give the room a floor in test/support/tidy/floors.ts.`;
    return [{ path: file.path, line: 1, what: `the room src/${room}/ has no floor`, remedy }];
  }
  return importsOf(file).flatMap(({ target, line }) => {
    const problem = target === undefined ? undefined : judge(file.path, target);
    return problem ? [{ path: file.path, line, ...problem }] : [];
  });
}

function judge(from: string, target: string): Pick<TidyProblem, 'what' | 'remedy'> | undefined {
  if (target === 'package.json') return undefined;
  if (!target.startsWith('src/')) {
    return { what: `imports ${target}, which lies outside src/`, remedy: 'Move what is needed into a room of src/.' };
  }
  if (isPart(target) && PART_ROOMS.includes(roomOf(from))) {
    const remedy = 'Receive it as a value, or move what both need to a lower floor or into a sub-folder of the room.';
    return { what: `imports the part ${target}`, remedy };
  }
  if (roomOf(from) === roomOf(target)) return undefined;
  if (SEE_ONLY_CONTRACTS.includes(roomOf(from)) && (floorOf(target) ?? TOP) > CONTRACTS) {
    const remedy =
      'Patterns and scorers import contracts, schema and kernel only: take it from the context, or add it to the contract.';
    return { what: `imports ${target}, which ${roomOf(from)} may not see`, remedy };
  }
  const [own, other] = [floorOf(from)!, floorOf(target)];
  if (other !== undefined && other < own) return undefined;
  const direction = other === own ? 'sideways' : 'up';
  const remedy = `Imports go down: hand the thing in as an argument, or move it to a floor below ${roomOf(from) || 'the top'}.`;
  return { what: `imports ${target}, which is ${direction} (floor ${own} to ${other ?? 'none'})`, remedy };
}
