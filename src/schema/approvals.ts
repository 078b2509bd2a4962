import { isObject, type Json, type JsonObject } from '../kernel/json.ts';
import { conditionText } from './condition.ts';
import { z } from './zod.ts';

/** What somebody may say of a tool call that needs consent. */
export type ApprovalDecision =
  | { readonly decision: 'approve' }
  | { readonly decision: 'modify'; readonly args: JsonObject }
  | { readonly decision: 'reject'; readonly reason: string }
  | { readonly decision: 'escalate' }
  | { readonly decision: 'terminate'; readonly reason: string };

const json = z.json() as unknown as z.ZodType<Json>;
const word = z.enum(['approve', 'reject', 'escalate', 'terminate']);
const args = z.record(z.string(), json);

const answerObject = z.discriminatedUnion('decision', [
  z.strictObject({ decision: z.literal('approve') }),
  z.strictObject({ decision: z.literal('modify'), args }),
  z.strictObject({ decision: z.literal('reject'), reason: z.string().default('') }),
  z.strictObject({ decision: z.literal('escalate') }),
  z.strictObject({ decision: z.literal('terminate'), reason: z.string().default('') }),
]);

/**
 * The decision in an answer: a word (`approve`, `reject`, `reject: too much`, `escalate`, `terminate`) or an object with `decision` and what
 * belongs to it (`args`, `reason`). Nothing for anything else: what is not understood is not a yes.
 */
export function approvalDecision(answer: Json): ApprovalDecision | undefined {
  if (typeof answer === 'string') {
    const [, said, reason = ''] = /^\s*(approve|reject|escalate|terminate)\s*(?::\s*(.*?)\s*)?$/is.exec(answer) ?? [];
    return said === undefined ? undefined : answerObject.safeParse(withReason(said.toLowerCase(), reason)).data;
  }
  return isObject(answer) ? answerObject.safeParse(answer).data : undefined;
}

const withReason = (decision: string, reason: string) => (reason === '' ? { decision } : { decision, reason });

/** Whether a call of a tool needs somebody's consent: always, or when a condition on its arguments holds. */
export const approveRule = z
  .union([z.boolean(), conditionText])
  .describe(
    'whether a call needs consent first: true, or a condition such as args.usd > 50000 (what it cannot tell needs consent)',
  );

/** Somebody who answers in a scenario: by rules, after a time. */
export const approverFile = z.strictObject({
  latencyMs: z.number().min(0).default(0).describe('milliseconds of the trial that an answer takes'),
  default: z
    .enum(['approve', 'reject', 'none'])
    .default('none')
    .describe('the answer when no rule holds; none suspends the trial'),
  rules: z
    .array(
      z.strictObject({
        when: conditionText.describe('on args, tool, agent, name and question; the first rule that holds answers'),
        answer: z.union([word, z.strictObject({ modify: args }), z.strictObject({ say: json })]),
        reason: z.string().optional().describe('told to the model with a rejection'),
      }),
    )
    .default([]),
});

export type ApproverFile = z.infer<typeof approverFile>;
