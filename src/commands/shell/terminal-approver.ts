import { createInterface } from 'node:readline/promises';
import type { Approver, Question } from '../../contracts/approver.ts';
import { isObject, type Json } from '../../kernel/json.ts';
import { safeText } from '../../kernel/terminal-text.ts';
import type { Shell } from './shell.ts';

/**
 * Asks the person at the keyboard, on standard error, one question after the other. What they type is an answer as it stands, or JSON; an
 * empty line leaves the question open.
 */
export function terminalApprover(shell: Shell): Approver {
  let turn: Promise<unknown> = Promise.resolve();
  return {
    latencyMs: 0,
    answer: (question) => {
      const answered = turn.then(() => askPerson(question, shell));
      turn = answered.catch(() => undefined);
      return answered;
    },
  };
}

async function askPerson({ trial, name, agent, question }: Question, shell: Shell): Promise<Json | undefined> {
  if (shell.signal.aborted) return undefined;
  shell.err(safeText(`\n${trial}: ${agent} asks (${name})\n${JSON.stringify(question, null, 2)}`));
  shell.err(
    isToolCall(question)
      ? 'approve · reject: why · escalate · terminate: why · {"decision":"modify","args":{…}}'
      : 'approve, another word, or JSON',
  );
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return answerIn(await terminal.question('> ', { signal: shell.signal }));
  } finally {
    terminal.close();
  }
}

const isToolCall = (question: Json): boolean => isObject(question) && 'tool' in question;

/** What was typed, or given on the command line: JSON where it is some, else the text; nothing for nothing. */
export function answerIn(text: string): Json | undefined {
  const said = text.trim();
  if (said === '') return undefined;
  try {
    return JSON.parse(said) as Json;
  } catch {
    return said;
  }
}
