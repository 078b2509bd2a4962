import { isObject, type Json } from '../../kernel/json.ts';
import { PatternbenchError } from '../../kernel/errors.ts';
import { approvalDecision } from '../../schema/approvals.ts';
import { isKnown, type JournalRecord } from '../../schema/journal.ts';
import type { PendingQuestion } from '../../state/run-status.ts';

/** Throws `usage` for an answer that no tool call understands: it would leave the question open again. */
export function checkDecisions(answers: ReadonlyMap<string, Json>, pending: readonly PendingQuestion[]): void {
  for (const { key, question } of pending) {
    const answer = answers.get(key);
    if (answer === undefined || !isObject(question) || !('tool' in question) || 'question' in question) continue;
    if (approvalDecision(answer)) continue;
    throw new PatternbenchError('usage', `${JSON.stringify(answer)} decides nothing about ${key}`, {
      remedy: 'approve, reject: why, escalate, terminate: why, or {"decision":"modify","args":{…}}',
    });
  }
}

/** Scenarios of which a model call has been answered, and therefore recorded where the run records. */
export const recordedScenarios = (records: readonly JournalRecord[]): Set<string> => {
  const models = new Set(
    records.flatMap((record) =>
      isKnown(record) && record.t === 'begin' && record.kind === 'model' ? [`${record.trial}:${record.path}`] : [],
    ),
  );
  return new Set(
    records.flatMap((record) =>
      isKnown(record) && record.t === 'end' && models.has(`${record.trial}:${record.path}`) ? [record.trial.split('/')[0]!] : [],
    ),
  );
};
