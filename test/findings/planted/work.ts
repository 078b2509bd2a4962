import { type Agent } from '../../../src/contracts/agent.ts';
import { sequential } from '../../../src/patterns/sequential.ts';
import type { FindingSettings } from '../../../src/schema/scenario.ts';
import { llm, type Script, type ScriptedTrial, tool } from '../../support/trial.ts';

/** A trial with an anti-pattern in it, and the same work done without it. */
export interface Planted {
  /** Which sign of the kind this is. */
  readonly sign: string;
  readonly agent: string;
  readonly planted: ScriptedTrial;
  readonly clean: ScriptedTrial;
  readonly settings?: FindingSettings;
}

/** An agent as a step of its own. */
export const alone = (agent: Agent): Agent => sequential([{ agent }]);

export const three = [llm('a'), llm('b'), llm('c')];

export const look = tool('look', { latencyMs: 100 });

export const looker = llm('looker', { tools: [look], maxTurns: 20 });

/** An agent that calls a tool so often, with arguments by turn, and then answers. */
export const looking = (turns: number, args: (turn: number) => object = () => ({ q: 1 })): Script => {
  return (_request, { path }) => {
    const turn = Number(path.split('#').at(-1));
    return turn < turns ? { toolCalls: [{ name: 'look', arguments: JSON.stringify(args(turn)) }], latencyMs: 10 } : 'done';
  };
};
