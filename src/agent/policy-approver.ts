import type { Approver, Question } from '../contracts/approver.ts';
import { isObject, type Json } from '../kernel/json.ts';
import type { ApproverFile } from '../schema/approvals.ts';
import { type Condition, parseCondition } from '../schema/condition.ts';

type Rule = ApproverFile['rules'][number];

/**
 * An approver that goes by a scenario's rules, always the same way. A rule that cannot tell (an amount that is no number) leaves the
 * question to a person, and so does a rule that escalates what has been escalated already.
 */
export function policyApprover(file: ApproverFile): Approver {
  const rules = file.rules.map((rule) => ({ ...rule, holds: compiled(rule.when) }));
  return {
    latencyMs: file.latencyMs,
    answer: (question) => {
      const facts = factsOf(question);
      for (const rule of rules) {
        const holds = rule.holds(facts);
        if (holds === undefined) return undefined;
        if (holds) return rule.answer === 'escalate' && question.name === 'escalate' ? undefined : answerOf(rule);
      }
      return file.default === 'none' ? undefined : file.default;
    },
  };
}

function compiled(text: string): Condition {
  const parsed = parseCondition(text);
  // The schema has let it through; a condition that is none must not pass for one that does not hold.
  return parsed.ok ? parsed.condition : () => undefined;
}

/** What rules can ask about: the question as it was put, and its parts by name. */
function factsOf({ name, agent, question }: Question): Json {
  const { args = null, tool = null } = (isObject(question) ? question : {}) as Readonly<Record<string, Json>>;
  return { name, agent, question, args, tool };
}

function answerOf({ answer, reason }: Rule): Json {
  if (typeof answer === 'object') return 'modify' in answer ? { decision: 'modify', args: answer.modify } : answer.say;
  return reason === undefined || (answer !== 'reject' && answer !== 'terminate') ? answer : { decision: answer, reason };
}
