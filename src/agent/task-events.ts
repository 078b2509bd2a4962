import { type Agent, type AgentInput, type AgentResult, textOf } from '../contracts/agent.ts';
import { redactText } from '../fixtures/redact.ts';
import { messageOf, PatternbenchError } from '../kernel/errors.ts';
import type { Json } from '../kernel/json.ts';
import type { TaskRecord } from '../schema/journal.ts';
import type { Scope } from './scope.ts';
import { endsRun, isSuspension } from './trial-runtime.ts';

/** What becomes of one run of an agent, as the journal tells it. */
export interface TaskEvents {
  readonly started: (attempt: number) => void;
  readonly completed: (result: AgentResult) => void;
  readonly failed: (error: unknown) => void;
}

export interface TaskFacts {
  readonly agent: Agent;
  readonly input: AgentInput;
  /** The failure of whoever this agent stands in for. */
  readonly recoversFrom?: unknown;
}

const SILENT: TaskEvents = { started: () => undefined, completed: () => undefined, failed: () => undefined };

/** Characters of inputs and outputs that the journal shows of a task. */
const SHOWN = 100;

/** Announces a run of an agent as a task, in its own scope, and says what becomes of it; nothing where nobody keeps a journal. */
export function taskEvents(inner: Scope, { agent, input, recoversFrom }: TaskFacts): TaskEvents {
  const { journal, clock, interrupted } = inner.trial;
  if (!journal) return SILENT;
  let attempt = 1;
  const tell = (status: TaskRecord['status'], more: Partial<TaskRecord> = {}) =>
    journal.task({
      path: inner.path,
      parent: taskAbove(inner.path),
      agent: agent.name,
      status,
      attempt,
      at: clock.nowUs(),
      ...more,
    });
  tell('pending', { input: shown(textOf(input)) });
  return {
    started: (n) => {
      attempt = n;
      tell('in_progress');
    },
    completed: (result) => {
      const recovered: Record<string, Json> | undefined =
        recoversFrom === undefined ? undefined : { recovered: true, original_error: redactText(messageOf(recoversFrom)) };
      tell('completed', { output: shown(result.output), ...(recovered ? { metadata: recovered } : {}) });
    },
    failed: (error) => {
      if (isSuspension(error)) tell('interrupted');
      // What the end of the run cuts off is still in progress: it goes on when the run does.
      else if (!endsRun(error) && !interrupted?.()) {
        const stopped = inner.signal.aborted || (error instanceof PatternbenchError && error.code === 'cancelled');
        tell(stopped ? 'cancelled' : 'failed', { error: redactText(messageOf(error)) });
      }
    },
  };
}

/** The path of the run of an agent that this one is a part of; null for those that the pattern itself runs. */
function taskAbove(path: string): string | null {
  const segments = path.split('/');
  const above = segments.findLastIndex((segment, index) => index < segments.length - 1 && segment.startsWith('agent:'));
  return above < 0 ? null : segments.slice(0, above + 1).join('/');
}

/** Secrets first: half of one is none that a pattern knows. */
const shown = (text: string): string => redactText(text).slice(0, SHOWN);
