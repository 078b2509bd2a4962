import { recordCommands } from '../../bench/record-commands.ts';
import type { TrialPlan } from '../../bench/plan.ts';
import type { RunChoice } from '../../bench/prepare-run.ts';
import { PatternbenchError } from '../../kernel/errors.ts';

export interface Missed {
  readonly plan: TrialPlan;
  readonly miss: PatternbenchError;
}

interface Group {
  readonly cause: string;
  readonly agent: string;
  readonly scenario: string;
  /** The first call of each interaction that is missing. */
  readonly calls: readonly Missed[];
}

/** Groups that are told with an example, and lines of a list, where nobody asked for all. */
const EXAMPLES = 3;
const MOST_LINES = 200;

/** One error for all misses of a run: how many trials, each cause with an example, where all were collected each call, and what to paste. */
export function missingError(missed: readonly Missed[], trials: number, choice: RunChoice): PatternbenchError {
  const affected = new Set(missed.map(({ plan }) => plan)).size;
  const groups = groupsOf(missed);
  const scenarios = [...new Set(missed.map(({ plan }) => plan.cell.scenario))];
  const parts = [
    `${affected} of ${trials} trials asked for something that is not recorded; this run says nothing and was not written.`,
    ...(choice.missPolicy === 'collect' ? collected(groups) : examples(groups)),
  ];
  return new PatternbenchError('fixture_miss', parts.join('\n\n'), {
    remedy: `record what is missing, and only that,\n${scenarios.map((scenario) => recordCommands(scenario, choice)).join('\n')}`,
  });
}

const examples = (groups: readonly Group[]): string[] => [
  ...groups
    .slice(0, EXAMPLES)
    .map(({ calls }) => `${calls.length > 1 ? `${calls.length} times, such as: ` : ''}${calls[0]!.miss.message}`),
  ...(groups.length > EXAMPLES ? [`and ${groups.length - EXAMPLES} more kinds`] : []),
  'Each of these trials ended at its first miss; --on-miss collect goes on and lists all of them.',
];

function collected(groups: readonly Group[]): string[] {
  const width = (name: 'cause' | 'agent') => Math.max(...groups.map((group) => group[name].length));
  const [causes, agents] = [width('cause'), width('agent')];
  const summary = groups.map(
    ({ calls, cause, agent, scenario }) =>
      `${String(calls.length).padStart(6)}  ${cause.padEnd(causes)}  ${agent.padEnd(agents)}  ${scenario}`,
  );
  return [`Missing calls by cause and agent:\n${summary.join('\n')}`, ...groups.map(listed)];
}

function listed({ calls, cause, agent }: Group): string {
  const lines = calls.slice(0, MOST_LINES).map(({ plan, miss }) => {
    const { key, trial, occurrence, path } = miss.facts;
    return `    ${String(key)}#${String(trial)}#${String(occurrence)}  ${plan.cell.pattern} ${plan.sample.id}  ${String(path ?? '')}`.trimEnd();
  });
  const more = calls.length - MOST_LINES;
  // What follows from another miss needs no explanation of its own.
  const example = cause === 'follows' ? `agent "${agent}" goes on from calls that are missing:` : calls[0]!.miss.message;
  return [example, ...lines, ...(more > 0 ? [`    … and ${more} more`] : [])].join('\n');
}

/** By cause, agent and scenario in the order of their first miss; what only follows from others comes last. */
function groupsOf(missed: readonly Missed[]): Group[] {
  const groups = new Map<string, { cause: string; agent: string; scenario: string; calls: Map<string, Missed> }>();
  for (const one of missed) {
    const { facts } = one.miss;
    const [cause, agent, scenario] = [
      String(facts['cause'] ?? 'unknown'),
      String(facts['agent'] ?? ''),
      one.plan.cell.scenario.name,
    ];
    const name = JSON.stringify([cause, agent, scenario]);
    const group = groups.get(name) ?? { cause, agent, scenario, calls: new Map<string, Missed>() };
    groups.set(name, group);
    const address = `${String(facts['key'])}#${String(facts['trial'])}#${String(facts['occurrence'])}`;
    if (!group.calls.has(address)) group.calls.set(address, one);
  }
  return [...groups.values()]
    .map(({ calls, ...group }) => ({ ...group, calls: [...calls.values()] }))
    .sort((a, b) => Number(a.cause === 'follows') - Number(b.cause === 'follows'));
}
