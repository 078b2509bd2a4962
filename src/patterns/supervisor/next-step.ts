import type { Agent } from '../../contracts/agent.ts';
import type { ChatMessage } from '../../contracts/model.ts';
import { agentIn, listOf, objectOf, rosterLines, type Speaker, textMember } from '../../contracts/prompts.ts';
import type { Decision } from '../../contracts/run-context.ts';

/** A piece of work, and who is to do it. */
export interface Piece {
  readonly worker: Agent;
  readonly subtask: string;
}

/** What a supervisor decides to do next. `stuck`: its answers could not be understood. */
export type Step =
  | { readonly do: 'answer'; readonly answer: string }
  | { readonly do: 'delegate'; readonly work: readonly Piece[] }
  | { readonly do: 'escalate'; readonly question: string }
  | { readonly do: 'stuck'; readonly problem: string };

interface Deciding {
  readonly workers: readonly Agent[];
  readonly coordinator: Speaker;
  readonly messages: readonly ChatMessage[];
  /** The last result of each worker. */
  readonly results: ReadonlyMap<string, string>;
  /** Whether it may ask a person. */
  readonly escalate: boolean;
}

/** The forms in which a supervisor can answer. */
export const supervisorPrompt = (workers: readonly Agent[], escalate: boolean): string =>
  `You are a supervisor managing these workers:\n${rosterLines(workers)}\n\n` +
  'Decide the next step. To give work out, reply with JSON {"delegate": [{"worker": "name", "subtask": "what to do, with all the context it needs"}]}. ' +
  'When everything is done, reply with JSON {"final_answer": "the complete answer to the user"}. ' +
  'To pass a worker\'s last result on word for word, reply with JSON {"forward": "name"}.' +
  (escalate ? ' To ask a person what only a person can decide, reply with JSON {"escalate": "the question"}.' : '');

/** Asks for the next step; an unknown worker, or a result that is not there, is told and asked again. */
export function nextStep({ workers, coordinator, messages, results, escalate }: Deciding): Decision<Step> {
  return {
    kind: 'plan',
    agent: coordinator.name,
    model: coordinator.model,
    messages,
    json: true,
    parse: (answer) => {
      const said = objectOf(answer, 'the answer');
      if (typeof said['final_answer'] === 'string') return { do: 'answer', answer: said['final_answer'] };
      if (typeof said['forward'] === 'string') return { do: 'answer', answer: forwarded(results, said['forward']) };
      if (escalate && typeof said['escalate'] === 'string') return { do: 'escalate', question: said['escalate'] };
      return { do: 'delegate', work: piecesIn(workers, said) };
    },
    fallback: (problem) => ({ do: 'stuck', problem }),
    describe: (step) => ({
      'patternbench.step.name': step.do,
      ...(step.do === 'delegate' ? { 'patternbench.delegate.to': step.work.map(({ worker }) => worker.name) } : {}),
    }),
  };
}

/** The pieces as a list, or a single one as many models put it: {"delegate": "name", "subtask": "…"}. */
function piecesIn(workers: readonly Agent[], said: Readonly<Record<string, unknown>>): readonly Piece[] {
  const { delegate, subtask } = said;
  if (typeof delegate === 'string') return [pieceOf(workers, { worker: delegate, subtask })];
  return listOf(delegate, '"delegate"').map((piece) => pieceOf(workers, objectOf(piece, 'an entry of "delegate"')));
}

const pieceOf = (workers: readonly Agent[], { worker, subtask }: Readonly<Record<string, unknown>>): Piece => ({
  worker: agentIn(workers, worker),
  subtask: textMember(subtask, '"subtask"'),
});

function forwarded(results: ReadonlyMap<string, string>, worker: string): string {
  const result = results.get(worker);
  if (result !== undefined) return result;
  throw new Error(`there is no result of ${JSON.stringify(worker)} to forward`);
}
