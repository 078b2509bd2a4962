import type { Agent } from '../../contracts/agent.ts';
import { agentIn, listOf, objectOf, rosterLines, type Speaker, system, textMember, user } from '../../contracts/prompts.ts';
import type { Decision } from '../../contracts/run-context.ts';

/** A part of the work, who does it, when it is done, and on whose results it builds. */
export interface Assignment {
  readonly id: string;
  readonly worker: Agent;
  readonly task: string;
  readonly criteria: string;
  readonly dependsOn: readonly string[];
}

const FORM =
  '{"assignments": [{"id": "1", "worker": "name", "task": "what to do, with all the context it needs", "criteria": "when it is done", "dependsOn": []}]}';

/** Asks for a plan: every worker known, every id different, dependencies without a circle. */
export const planning = ({ name, model }: Speaker, workers: readonly Agent[], task: string): Decision<readonly Assignment[]> => ({
  kind: 'plan',
  agent: name,
  model,
  json: true,
  messages: [
    system(
      `You plan work for these workers:\n${rosterLines(workers)}\n\nGive each part of the task to one of them; "dependsOn" names the ids whose ` +
        `results a part needs. Reply with JSON ${FORM}.`,
    ),
    user(task),
  ],
  parse: (answer) => {
    const plan = listOf(objectOf(answer, 'the answer')['assignments'], '"assignments"').map((entry, i) =>
      assignmentOf(workers, entry, i),
    );
    const twice = plan.find(({ id }, i) => plan.some((other, j) => j < i && other.id === id));
    if (twice) throw new Error(`the id ${JSON.stringify(twice.id)} occurs twice`);
    wavesOf(plan);
    return plan;
  },
  describe: (plan) => ({ 'patternbench.delegate.to': plan.map(({ worker }) => worker.name) }),
});

function assignmentOf(workers: readonly Agent[], entry: unknown, index: number): Assignment {
  const { id, worker, task, criteria, dependsOn } = objectOf(entry, 'an assignment');
  return {
    id: idOf(id) ?? String(index + 1),
    worker: agentIn(workers, worker),
    task: textMember(task, '"task"'),
    criteria: typeof criteria === 'string' ? criteria : '',
    dependsOn: Array.isArray(dependsOn) ? dependsOn.flatMap((one) => idOf(one) ?? []) : [],
  };
}

const idOf = (id: unknown): string | undefined => (typeof id === 'string' || typeof id === 'number' ? String(id) : undefined);

/** Assignments that can be worked on at the same time, wave after wave. Throws an Error for the model where no order is possible. */
export function wavesOf(plan: readonly Assignment[]): (readonly Assignment[])[] {
  const waves: (readonly Assignment[])[] = [];
  const done = new Set<string>();
  const unknown = plan.flatMap(({ dependsOn }) => dependsOn).find((id) => !plan.some((other) => other.id === id));
  if (unknown !== undefined) throw new Error(`"dependsOn" names ${JSON.stringify(unknown)}, which is the id of no assignment`);
  while (done.size < plan.length) {
    const wave = plan.filter(({ id, dependsOn }) => !done.has(id) && dependsOn.every((other) => done.has(other)));
    if (wave.length === 0) throw new Error('"dependsOn" goes in a circle');
    for (const { id } of wave) done.add(id);
    waves.push(wave);
  }
  return waves;
}
