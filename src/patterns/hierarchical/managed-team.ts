import { type Agent, defineAgent, resultOf, textOf } from '../../contracts/agent.ts';
import type { RosterAgent } from '../../contracts/pattern.ts';
import { listOf, objectOf, rosterLines, type Speaker, synthesis, system, textMember, user } from '../../contracts/prompts.ts';
import type { Decision } from '../../contracts/run-context.ts';
import { PatternbenchError } from '../../kernel/errors.ts';

export interface ManagedTeamSettings {
  readonly name: string;
  readonly description: string;
  readonly manager: Speaker;
  readonly workers: readonly RosterAgent[];
  readonly concurrency: number;
}

/** A manager with a tactical plan of typed tasks; each goes to the first worker who can do that type, else to the first one. */
export function managedTeam({ name, description, manager, workers, concurrency }: ManagedTeamSettings): Agent {
  return defineAgent(name, description, async (input, ctx) => {
    const task = textOf(input);
    const tasks = await ctx.decide(tacticalPlan(manager, workers, task));
    const settled = await ctx.all(
      tasks,
      (one, _i, own) => own.run(selectWorker(workers, one.type), one.task, { role: 'worker' }),
      {
        name: 'tasks',
        concurrency,
      },
    );
    const told = tasks.map(({ type }, i) => {
      const result = settled[i]!;
      return `[${type}]: ${result.ok ? result.value.output : `failed: ${result.error}`}`;
    });
    if (!settled.some(({ ok }) => ok))
      throw new PatternbenchError('all_branches_failed', `no task of ${name} could be done: ${told.join('; ')}`);
    const answer = await ctx.decide(synthesis(manager, [system(INTEGRATE), user(`Task: ${task}\n\n${told.join('\n\n')}`)]));
    return resultOf(answer, { data: { tasks: tasks.map(({ type }, i) => ({ type, ok: settled[i]!.ok })) } });
  });
}

const INTEGRATE =
  'You review and integrate the results of your workers into the answer of your team. Keep every fact exactly as it is stated.';

/** A worker without types does what bears its name. */
const typesOf = (worker: RosterAgent): readonly string[] => worker.spec?.types ?? [worker.name];

const selectWorker = (workers: readonly RosterAgent[], type: string): RosterAgent =>
  workers.find((worker) => typesOf(worker).includes(type)) ?? workers[0]!;

interface TypedTask {
  readonly type: string;
  readonly task: string;
}

const tacticalPlan = (
  { name, model }: Speaker,
  workers: readonly RosterAgent[],
  task: string,
): Decision<readonly TypedTask[]> => ({
  kind: 'plan',
  agent: name,
  model,
  json: true,
  messages: [
    system(
      `You manage these workers:\n${rosterLines(workers)}\n\nMake a tactical plan of tasks. Types of task: ` +
        `${[...new Set(workers.flatMap(typesOf))].join(', ')}. ` +
        'Reply with JSON {"tasks": [{"type": "type of task", "task": "what to do, with all the context it needs"}]}.',
    ),
    user(task),
  ],
  parse: (answer) =>
    listOf(objectOf(answer, 'the answer')['tasks'], '"tasks"').map((entry) => {
      const { type, task: what } = objectOf(entry, 'a task');
      return { type: typeof type === 'string' ? type : '', task: textMember(what, '"task"') };
    }),
  describe: (tasks) => ({ 'patternbench.delegate.to': tasks.map(({ type }) => selectWorker(workers, type).name) }),
});
