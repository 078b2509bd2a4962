import { type AgentInput, textOf } from './agent.ts';

export interface BranchResult {
  readonly agent: string;
  readonly result: string;
}

export interface BranchFailure {
  readonly agent: string;
  readonly error: string;
}

/** The system prompt of whoever makes one answer of several. */
export const COMBINE =
  'You combine the answers of several agents into one answer to the question. Keep every fact they state, exactly as they state it; ' +
  'where they disagree, prefer the agent whose field it is. Answer the question directly and leave nothing out.';

/** The answers one under the other, each under its agent's name. */
export const labelled = (successes: readonly BranchResult[]): string =>
  successes.map(({ agent, result }) => `[${agent}]: ${result}`).join('\n\n');

/** What the combiner is asked: the question, the answers, and who gave none. */
export function combination(input: AgentInput, successes: readonly BranchResult[], failures: readonly BranchFailure[]): string {
  const missing = failures.length > 0 ? `\n\nNo answer from: ${failures.map(({ agent }) => agent).join(', ')}` : '';
  return `Question: ${textOf(input)}\n\n${labelled(successes)}${missing}`;
}

/** The answer that most agents gave, compared without case, punctuation and white space; the first of equals. */
export function majority(successes: readonly BranchResult[]): string {
  const plain = (text: string) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim();
  const votes = Map.groupBy(successes, ({ result }) => plain(result));
  const winner = [...votes.values()].reduce((best, group) => (group.length > best.length ? group : best));
  return winner[0]!.result;
}
