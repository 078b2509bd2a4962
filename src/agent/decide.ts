import type { ChatMessage, ModelReply } from '../contracts/model.ts';
import type { Decision } from '../contracts/run-context.ts';
import { messageOf, PatternbenchError } from '../kernel/errors.ts';
import { EVENT, OWN } from '../telemetry/attribute-names.ts';
import { callModel } from './model-call.ts';
import { closeContainer, nextPath, openSpan, type Scope, stepScope } from './scope.ts';
import { failSpan } from './span-error.ts';

/**
 * Asks until the answer has the form that is needed: code fences are stripped, what is wrong is told to the model word for word, at most
 * `repairs` times; then the fallback decides, or `invalid_decision` is thrown.
 */
export async function decide<T>(scope: Scope, decision: Decision<T>): Promise<T> {
  scope.signal.throwIfAborted();
  const span = openSpan(scope, {
    path: nextPath(scope, decision.kind, decision.agent),
    name: `${decision.kind} ${decision.agent}`,
    attributes: { [OWN.stepType]: decision.kind, [OWN.stepName]: decision.agent },
  });
  const inner = stepScope(scope, span, { agent: decision.agent });
  try {
    const value = await ask(inner, decision);
    if (decision.describe) Object.assign(span.attributes, decision.describe(value));
    return value;
  } catch (error) {
    failSpan(span, error);
    throw error;
  } finally {
    closeContainer(scope, span, inner);
  }
}

async function ask<T>(inner: Scope, decision: Decision<T>): Promise<T> {
  const messages: ChatMessage[] = [...decision.messages];
  for (let repair = 0; ; repair++) {
    const reply = await callModel(inner, {
      model: decision.model,
      messages: [...messages],
      ...(decision.json ? { response_format: { type: 'json_object' } } : {}),
      ...(decision.temperature === undefined ? {} : { temperature: decision.temperature }),
    });
    try {
      return decision.parse(answerOf(reply, decision.json));
    } catch (error) {
      const problem = messageOf(error);
      if (repair >= (decision.repairs ?? 2)) return giveUp(inner, decision, problem);
      inner.span.events.push({ name: EVENT.repair, atUs: inner.trial.clock.nowUs(), attributes: { [OWN.problem]: problem } });
      messages.push(reply.message, {
        role: 'user',
        content: `Invalid: ${problem}. Reply again${decision.json ? ' with valid JSON only' : ''}.`,
      });
    }
  }
}

function answerOf(reply: ModelReply, json: boolean): unknown {
  const text = reply.message.content ?? '';
  if (!json) return text;
  return JSON.parse(text.replace(/^\s*```(?:json)?\s*|\s*```\s*$/gi, '')) as unknown;
}

function giveUp<T>(inner: Scope, decision: Decision<T>, problem: string): T {
  if (decision.fallback) {
    inner.span.attributes[OWN.problem] = problem;
    return decision.fallback(problem);
  }
  const repairs = decision.repairs ?? 2;
  throw new PatternbenchError(
    'invalid_decision',
    `${decision.agent} gave no valid answer to "${decision.kind}" after ${repairs} repairs: ${problem}`,
  );
}
