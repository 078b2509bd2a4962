import { type Agent, defineAgent, resultOf, textOf } from '../../contracts/agent.ts';
import { attempt } from '../../contracts/attempt.ts';
import type { RosterAgent } from '../../contracts/pattern.ts';
import type { RunContext } from '../../contracts/run-context.ts';
import { PatternbenchError } from '../../kernel/errors.ts';

interface Claimed {
  readonly agent: string;
  readonly output?: string;
  readonly error?: string;
}

/**
 * The other kind of swarm: tasks lie on a board, and whichever agent is free claims the first one that it is able to do. Nobody works on two
 * tasks at once. Who claims what depends on who is done first; the result is in the order of the board.
 */
export function blackboard(agents: readonly RosterAgent[]): Agent {
  return defineAgent('swarm', `Free agents claim tasks: ${agents.map((agent) => agent.name).join(', ')}.`, async (input, ctx) => {
    const board = ctx.items ?? [textOf(input)];
    const claims = new Map<number, Claimed>();
    const work = async (agent: RosterAgent, _i: number, own: RunContext) => {
      for (;;) {
        const next = board.findIndex((item, i) => !claims.has(i) && isFor(agents, agent, item));
        if (next < 0) return;
        claims.set(next, { agent: agent.name });
        const done = await attempt(own, agent, { input: board[next]!, role: 'peer' });
        claims.set(next, { agent: agent.name, ...(done.ok ? { output: done.value.output } : { error: done.error }) });
      }
    };
    await ctx.all(agents, work, { name: 'board' });
    const results = board.map((_item, i) => claims.get(i)!);
    if (results.every(({ error }) => error !== undefined)) throw nothingDone(results);
    const lines = results.map(({ agent, output, error }) =>
      error === undefined ? `[${agent}]: ${output}` : `${agent} failed: ${error}`,
    );
    return resultOf(lines.join('\n\n'), { data: { claimed: results.map(({ agent }) => agent) } });
  });
}

/** Whether the item is in the agent's field by the words of its types; what is in nobody's field is everybody's. */
function isFor(agents: readonly RosterAgent[], agent: RosterAgent, item: string): boolean {
  const isAble = (one: RosterAgent) => (one.spec?.types ?? []).some((type) => item.toLowerCase().includes(type.toLowerCase()));
  return isAble(agent) || !agents.some(isAble);
}

const nothingDone = (results: readonly Claimed[]) =>
  new PatternbenchError(
    'all_branches_failed',
    `no task could be done: ${results.map(({ agent, error }) => `${agent}: ${error}`).join('; ')}`,
  );
