import { type Agent, defineAgent, resultOf, textOf } from '../contracts/agent.ts';
import { definePattern, type RosterAgent, type Team } from '../contracts/pattern.ts';
import { objectOf, rosterLines, type Speaker, synthesis, system, textMember, user } from '../contracts/prompts.ts';
import type { Decision } from '../contracts/run-context.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import type { z as Zod } from '../schema/zod.ts';
import { managedTeam } from './hierarchical/managed-team.ts';

export interface HierarchySettings {
  /** Any agents: pipelines, managed teams, further hierarchies. */
  readonly teams: readonly Agent[];
  readonly director: Speaker;
  readonly concurrency?: number | undefined;
}

/** A director gives each team its part, the teams work at the same time, the director makes the deliverable of what they bring. */
export function hierarchical({ teams, director, concurrency }: HierarchySettings): Agent {
  return defineAgent('hierarchical', `Directs ${teams.map((team) => team.name).join(', ')}.`, async (input, ctx) => {
    const task = textOf(input);
    const { parts, unknown } = await ctx.decide(strategicPlan(director, teams, task));
    const settled = await ctx.all(parts, ({ team, objective }, _i, own) => own.run(team, objective, { role: 'team' }), {
      name: 'teams',
      ...(concurrency === undefined ? {} : { concurrency }),
    });
    const results = parts.map(({ team }, i) => ({ team: team.name, result: settled[i]! }));
    const told = results.map(({ team, result }) => `[${team}]: ${result.ok ? result.value.output : `failed: ${result.error}`}`);
    if (!settled.some(({ ok }) => ok))
      throw new PatternbenchError('all_branches_failed', `every team failed: ${told.join('; ')}`);
    const question = `Original task: ${task}\n\nTeam results:\n${told.join('\n\n')}\n\nSynthesize into a final deliverable.`;
    const final = await ctx.decide(synthesis(director, [system(DELIVER), user(question)]));
    const teamResults = Object.fromEntries(results.map(({ team, result }) => [team, result.ok ? result.value.output : null]));
    return resultOf(final, { data: { team_results: teamResults, final, unknownTeams: unknown } });
  });
}

const DELIVER =
  'You direct teams, and synthesize what they bring into one final deliverable. Keep every fact exactly as it is stated.';

interface StrategicPlan {
  readonly parts: readonly { readonly team: Agent; readonly objective: string }[];
  /** Names that no team has: skipped, and told. */
  readonly unknown: readonly string[];
}

const strategicPlan = ({ name, model }: Speaker, teams: readonly Agent[], task: string): Decision<StrategicPlan> => ({
  kind: 'plan',
  agent: name,
  model,
  json: true,
  messages: [
    system(
      `You direct these teams:\n${rosterLines(teams)}\n\nGive each team that is needed its part of the task, with all the context it needs. ` +
        'Reply with JSON {"assignments": {"team": "what to do"}}.',
    ),
    user(task),
  ],
  parse: (answer) => {
    const { assignments, departments } = objectOf(answer, 'the answer');
    const assigned = Object.entries(objectOf(assignments ?? departments, '"assignments"'));
    const parts = assigned.flatMap(([of, objective]) => {
      const team = teams.find((one) => one.name === of);
      return team ? [{ team, objective: textMember(objective, `the part of ${of}`) }] : [];
    });
    const names = teams.map((team) => team.name);
    if (parts.length === 0) throw new Error(`"assignments" names no team; there are: ${names.join(', ')}`);
    return { parts, unknown: assigned.map(([of]) => of).filter((of) => !names.includes(of)) };
  },
  describe: ({ parts, unknown }) => ({
    'patternbench.delegate.to': parts.map(({ team }) => team.name),
    ...(unknown.length > 0 ? { 'patternbench.problem': `unknown teams skipped: ${unknown.join(', ')}` } : {}),
  }),
});

/** Members by team, the lead first; a team may itself consist of teams. */
interface Teams {
  readonly [name: string]: readonly string[] | Teams;
}

interface TeamOptions {
  readonly mode: 'pipeline' | 'manager';
  readonly concurrency?: number | undefined;
  readonly teamConcurrency: number;
}

/** A team of people is a pipeline of its members, or has a manager; a team of teams has a director of its own. */
function teamOf(team: Team, [name, members]: readonly [string, readonly string[] | Teams], options: TeamOptions): RosterAgent {
  const { model } = team.coordinator;
  if (!isPeople(members)) {
    const teams = Object.entries(members).map((one) => teamOf(team, one, options));
    const description = teams.map((one) => one.description).join(' ');
    return {
      ...hierarchical({ teams, director: { name: `${name}_director`, model }, concurrency: options.concurrency }),
      name,
      description,
    };
  }
  const workers = members.map(team.named);
  const description = workers.map((worker) => worker.description).join(' ');
  if (options.mode === 'manager') {
    return managedTeam({
      name,
      description,
      manager: { name: `${name}_manager`, model },
      workers,
      concurrency: options.teamConcurrency,
    });
  }
  // One person needs no pipeline; it keeps its own name, which stands in its prompt and in the trace.
  const own: Agent = workers.length === 1 ? soloist(workers[0]!) : team.pattern('sequential', {}, team.within(workers));
  return { ...own, name, description };
}

const soloist = (worker: Agent): Agent =>
  defineAgent(worker.name, worker.description, (input, ctx) => ctx.run(worker, input, { role: 'lead' }));

const isPeople = (members: readonly string[] | Teams): members is readonly string[] => Array.isArray(members);

/** Without names in the options: the agents' `team`, else two halves of the roster. */
function usualTeams({ agents }: Team): Teams {
  const namesOf = (members: readonly RosterAgent[]) => members.map((agent) => agent.name);
  const tagged = Map.groupBy(agents, (agent) => agent.spec?.team ?? '');
  if (!tagged.has('')) return Object.fromEntries([...tagged].map(([name, members]) => [name, namesOf(members)]));
  const half = Math.ceil(agents.length / 2);
  return { team_a: namesOf(agents.slice(0, half)), team_b: namesOf(agents.slice(half)) };
}

export default definePattern({
  name: 'hierarchical',
  description: 'A director divides the task among teams, each with a lead; results go up, and become one deliverable.',
  whenToUse: 'Large work with distinct streams, each of which needs several people.',
  whenNot: 'A handful of agents: every level costs calls, latency and facts.',
  calls:
    'pipeline teams: 2 + n; managed teams: 2 + 2t + n; + 2 for each team of teams; + tool turns, n = workers asked, t = teams asked',
  onFailure: { agent: 'continue', coordinator: 'fail' },
  options: (z) => {
    const teams: Zod.ZodType<Teams> = z.lazy(() => z.record(z.string(), z.union([z.array(z.string()).min(1), teams])));
    return z.strictObject({
      teams: teams
        .optional()
        .describe(
          "members by team, the lead first, or a team's own teams; default: the agents' `team`, else two halves of the roster",
        ),
      mode: z
        .enum(['pipeline', 'manager'])
        .default('pipeline')
        .describe('a team is a pipeline of lead and workers, or has a manager who plans'),
      concurrency: z.int().min(1).optional().describe('teams at a time; default: all'),
      teamConcurrency: z.int().min(1).default(1).describe('tasks of a managed team at a time'),
    });
  },
  context: () => 'task',
  notApplicable: (team) => (team.agents.length < 2 ? 'a hierarchy needs at least two workers' : undefined),
  build: (team, { teams = usualTeams(team), ...options }) =>
    hierarchical({
      teams: Object.entries(teams).map((one) => teamOf(team, one, options)),
      director: team.coordinator,
      concurrency: options.concurrency,
    }),
});
