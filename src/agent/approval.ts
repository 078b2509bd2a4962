import type { Tool } from '../contracts/tool.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import { isObject, type Json, type JsonObject } from '../kernel/json.ts';
import { type ApprovalDecision, approvalDecision } from '../schema/approvals.ts';
import { compileJsonSchema } from '../schema/json-schema.ts';
import { EVENT, GEN_AI } from '../telemetry/attribute-names.ts';
import { ask } from './interrupt.ts';
import type { Scope } from './scope.ts';

type Consent = Exclude<ApprovalDecision, { decision: 'escalate' | 'terminate' }>;

/**
 * Somebody's consent to a tool call, where the tool wants it; nothing where it does not. Whether it does follows from the tool and the
 * arguments alone, and who is asked next from the answer alone: no text of a model can raise or spare a question.
 * Throws `suspended` without an answer, `terminated` when the answer ends the trial.
 */
export async function consent(scope: Scope, tool: Tool, args: JsonObject): Promise<Consent | undefined> {
  if (!tool.needsApproval?.(args)) return undefined;
  const question = { tool: tool.name, agent: scope.agent, args };
  const first = await ask(scope, { name: tool.name, question, read: (answer) => decisionFor(tool, answer), word });
  if (first.decision === 'escalate') {
    const attributes = { [GEN_AI.toolName]: tool.name };
    scope.span.events.push({ name: EVENT.escalation, atUs: scope.trial.clock.nowUs(), attributes });
  }
  const decision =
    first.decision === 'escalate'
      ? await ask(scope, { name: 'escalate', question, read: (answer) => finalDecision(tool, answer), word })
      : first;
  if (decision.decision === 'terminate') {
    throw new PatternbenchError('terminated', `a human ended the trial at ${tool.name}: ${decision.reason || 'no reason given'}`);
  }
  return decision as Consent;
}

const word = ({ decision }: ApprovalDecision): string => decision;

/** An answer that changes the arguments into such as the tool does not take is none. */
function decisionFor(tool: Tool, answer: Json): ApprovalDecision | undefined {
  const decision = approvalDecision(answer);
  return decision?.decision === 'modify' && !compileJsonSchema(tool.parameters)(decision.args).ok ? undefined : decision;
}

/** There is nobody above: whoever is asked last decides. */
function finalDecision(tool: Tool, answer: Json): ApprovalDecision | undefined {
  const decision = decisionFor(tool, answer);
  return decision?.decision === 'escalate' ? undefined : decision;
}

/**
 * What to do about a call that changes the world and of which nobody knows whether it was carried out: the process ended in between.
 * Throws `unknown_effect` where the tool says `fail`, `suspended` until somebody has told.
 */
export async function settleUnknown(
  inner: Scope,
  tool: Tool,
  { args, begun }: { readonly args: JsonObject; readonly begun: number },
): Promise<'again' | { readonly value: string }> {
  const policy = tool.onUnknown ?? 'ask';
  if (policy === 'retry') return 'again';
  if (policy === 'fail') {
    throw new PatternbenchError(
      'unknown_effect',
      `nobody knows whether ${tool.name} was carried out before the run was cut off`,
      {
        remedy: `look, and then start a new run; or let a person be asked (tools.${tool.name}.onUnknown: ask)`,
      },
    );
  }
  // Each time that it was begun is a question of its own.
  const told = await ask(inner, {
    name: `happened-${begun}`,
    question: { tool: tool.name, args, question: 'Was this call carried out before the run was cut off? Answer yes or no.' },
    read: happened,
    word: ({ yes }) => (yes ? 'yes' : 'no'),
  });
  return told.yes ? { value: told.result } : 'again';
}

function happened(answer: Json): { readonly yes: boolean; readonly result: string } | undefined {
  if (answer === true || answer === 'yes') return { yes: true, result: 'It was carried out; its result was lost.' };
  if (answer === false || answer === 'no') return { yes: false, result: '' };
  if (!isObject(answer) || typeof answer['happened'] !== 'boolean') return undefined;
  const { result = 'It was carried out; its result was lost.' } = answer as { readonly result?: Json };
  return { yes: answer['happened'], result: typeof result === 'string' ? result : JSON.stringify(result) };
}
