import {
  type BeginRecord,
  isKnown,
  type JournalRecord,
  type KnownRecord,
  TASK_STATUSES,
  type TaskStatus,
} from '../schema/journal.ts';
import type { Outcome } from '../schema/trial-record.ts';
import type { Json } from '../kernel/json.ts';

/** One run of an agent, as the journal tells it. */
export interface Task {
  /** `trial:path` */
  readonly id: string;
  readonly trial: string;
  readonly parentId: string | null;
  children: readonly string[];
  readonly agent: string;
  status: TaskStatus;
  attempts: number;
  /** Their first characters. */
  input?: string;
  output?: string;
  error?: string;
  metadata?: Readonly<Record<string, Json>>;
}

/** A question that nobody has answered yet. */
export interface PendingQuestion {
  /** What an answer is given by: `trial:path`. */
  readonly key: string;
  readonly trial: string;
  readonly path: string;
  readonly name: string;
  readonly agent: string;
  readonly question: Json;
}

/** Where a run stands, told by its journal alone. */
export interface RunStatus {
  readonly run: string;
  readonly tasks: readonly Task[];
  readonly totalTasks: number;
  readonly statusBreakdown: Readonly<Record<TaskStatus, number>>;
  /** Completed tasks over all tasks; 0 when there are none. */
  readonly completionRate: number;
  /** By outcome; trials that are not over stand under `open`. */
  readonly trials: Readonly<Record<string, number>>;
  /** Steps begun of which no outcome is known. */
  readonly unknownSteps: readonly string[];
  readonly pending: readonly PendingQuestion[];
  readonly resumed: number;
}

export const keyOf = (trial: string, path: string): string => `${trial}:${path}`;

interface Fold {
  readonly tasks: Map<string, Task>;
  readonly open: Map<string, BeginRecord>;
  readonly trials: Map<string, Outcome['status'] | 'open'>;
  run: string;
  resumed: number;
}

/** Where a run stands: a fold of its journal. */
export function runStatus(records: readonly JournalRecord[]): RunStatus {
  const fold: Fold = { tasks: new Map(), open: new Map(), trials: new Map(), run: '', resumed: 0 };
  for (const record of records) if (isKnown(record)) take(fold, record);
  const tasks = [...fold.tasks.values()];
  const byParent = Map.groupBy(tasks, ({ parentId }) => parentId);
  for (const task of tasks) task.children = (byParent.get(task.id) ?? []).map(({ id }) => id);
  const statusBreakdown = Object.fromEntries(
    TASK_STATUSES.map((status) => [status, tasks.filter((task) => task.status === status).length]),
  ) as Record<TaskStatus, number>;
  const unanswered = [...fold.open.values()].filter(({ kind, trial }) => kind === 'ask' && isOpen(fold.trials.get(trial)));
  return {
    run: fold.run,
    tasks,
    totalTasks: tasks.length,
    statusBreakdown,
    completionRate: tasks.length === 0 ? 0 : statusBreakdown.completed / tasks.length,
    trials: Object.fromEntries(
      [...Map.groupBy(fold.trials.values(), (status) => status)].map(([status, all]) => [status, all.length]),
    ),
    unknownSteps: [...fold.open.values()].filter(({ kind }) => kind !== 'ask').map(({ trial, path }) => keyOf(trial, path)),
    pending: unanswered.map(({ trial, path, name = '', agent = '', question = null }) => ({
      key: keyOf(trial, path),
      trial,
      path,
      name,
      agent,
      question,
    })),
    resumed: fold.resumed,
  };
}

/** A question of a trial that is over is moot: a race was decided without it. */
const isOpen = (status: string | undefined): boolean => status === 'open' || status === 'suspended';

function take(fold: Fold, record: KnownRecord): void {
  if ('trial' in record && !fold.trials.has(record.trial)) fold.trials.set(record.trial, 'open');
  switch (record.t) {
    case 'admitted':
      fold.run = record.run;
      return;
    case 'begin':
      fold.open.set(keyOf(record.trial, record.path), record);
      return;
    case 'end':
      fold.open.delete(keyOf(record.trial, record.path));
      return;
    case 'task':
      takeTask(fold, record);
      return;
    case 'trial':
      fold.trials.set(record.trial, record.outcome.status);
      return;
    case 'resumed':
      fold.resumed = record.n;
      for (const task of fold.tasks.values()) if (task.status === 'interrupted') task.status = 'in_progress';
  }
}

function takeTask({ tasks }: Fold, record: Extract<KnownRecord, { t: 'task' }>): void {
  const id = keyOf(record.trial, record.path);
  const parentId = record.parent === null ? null : keyOf(record.trial, record.parent);
  const task: Task = tasks.get(id) ?? {
    id,
    trial: record.trial,
    parentId,
    children: [],
    agent: record.agent,
    status: 'pending',
    attempts: 0,
  };
  tasks.set(id, task);
  task.status = record.status;
  if (record.status === 'in_progress') task.attempts = Math.max(task.attempts, record.attempt);
  for (const member of ['input', 'output', 'error', 'metadata'] as const) {
    if (record[member] !== undefined) Object.assign(task, { [member]: record[member] });
  }
}
