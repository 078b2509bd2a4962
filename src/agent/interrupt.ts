import { canonicalJson } from '../kernel/canonical-json.ts';
import { usOf } from '../kernel/clock.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import { shortHash } from '../kernel/hash.ts';
import type { Json } from '../kernel/json.ts';
import { redact } from '../fixtures/redact.ts';
import { OWN, STEP } from '../telemetry/attribute-names.ts';
import type { SpanRecord } from '../telemetry/span.ts';
import { diverged } from './journaled.ts';
import { closeEffect, nextPath, openSpan, type Scope } from './scope.ts';
import { failSpan } from './span-error.ts';

/** A question to somebody outside, and how an answer is understood. */
export interface Ask<T> {
  readonly name: string;
  readonly question: Json;
  /** What the answer means; nothing when it means nothing, which is then no answer. */
  readonly read: (answer: Json) => T | undefined;
  /** The answer in a word, for the trace. */
  readonly word: (value: T) => string;
}

/** Asks somebody outside; any answer will do. See `ask`. */
export const interrupt = <T extends Json>(scope: Scope, name: string, question: Json): Promise<T> =>
  ask<T>(scope, { name, question, read: (answer) => answer as T, word: (answer) => wordOf(answer) });

/**
 * Asks somebody outside: the journal first, then the answers that were given with the run, then the approver. Its key is its path, so two
 * questions never share an answer and none is asked twice. Throws `suspended` when nobody answers: the trial can be taken up again.
 */
export async function ask<T>(scope: Scope, { name, question, read, word }: Ask<T>): Promise<T> {
  scope.signal.throwIfAborted();
  const span = openSpan(scope, {
    path: nextPath(scope, 'ask', name),
    name: `await_approval ${name}`,
    attributes: { [OWN.stepType]: STEP.approval, [OWN.stepName]: name },
  });
  try {
    const value = await settled(scope, { span, name, question: redact<Json>(question), read });
    span.attributes[OWN.approvalDecision] = word(value);
    return value;
  } catch (error) {
    failSpan(span, error);
    throw error;
  } finally {
    closeEffect(scope, span);
  }
}

interface Asked<T> extends Pick<Ask<T>, 'name' | 'question' | 'read'> {
  readonly span: SpanRecord;
}

async function settled<T>(scope: Scope, asked: Asked<T>): Promise<T> {
  const { path } = asked.span;
  const { journal, clock } = scope.trial;
  const hash = shortHash(canonicalJson(asked.question));
  const before = journal?.recorded(path);
  if (before && before.begin.hash !== hash) throw diverged(scope, { path, recorded: before.begin.hash, now: hash });
  if (before?.end) {
    await clock.sleep(Math.max(0, before.end.at - clock.nowUs()), scope.signal);
    const value = asked.read(before.end.value ?? null);
    if (value !== undefined) return value;
  }
  if (!before)
    journal?.begin({
      path,
      kind: 'ask',
      hash,
      at: clock.nowUs(),
      name: asked.name,
      agent: scope.agent,
      question: asked.question,
    });
  const answer = await answerOf(scope, asked);
  const value = answer === undefined ? undefined : asked.read(answer);
  if (answer === undefined || value === undefined) throw unanswered(scope, asked);
  scope.signal.throwIfAborted();
  journal?.end({ path, at: clock.nowUs(), value: redact<Json>(answer) }, { sync: true });
  return value;
}

async function answerOf<T>(scope: Scope, { span, name, question }: Asked<T>): Promise<Json | undefined> {
  const { answers, approver, clock, journal } = scope.trial;
  const { path } = span;
  const given = answers?.get(path);
  const answer =
    given ??
    (approver &&
      (await clock.hold(async () =>
        approver.answer({ trial: journal?.trial ?? '', path, name, agent: scope.agent, question }, scope.signal),
      )));
  if (answer !== undefined) await clock.sleep(usOf(approver?.latencyMs ?? 0), scope.signal);
  return answer;
}

const unanswered = <T>(scope: Scope, { span, name, question }: Asked<T>): PatternbenchError =>
  new PatternbenchError('suspended', `${scope.agent} waits for an answer to "${name}": ${excerpt(question)}`, {
    place: { path: span.path },
    remedy:
      'answer with: npm run patternbench -- resume <run> --answer "<key>=<answer>"; or declare an `approver` in the scenario',
  });

const excerpt = (question: Json): string => {
  const text = JSON.stringify(question);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
};

function wordOf(answer: Json): string {
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
