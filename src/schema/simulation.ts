import { z } from './zod.ts';

// What the simulated model may know. It stands apart from what any request contains (samples, prompts), so that knowledge can only
// reach an answer through this block or through the messages.

/** A fact: the unit of meaning. The bracketed part of `text` is the mark by which it is recognised in any text. */
export const simulatedFact = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/),
  domain: z.string(),
  text: z.string().regex(/^[^[\]]*\[[^[\]]+\][^[\]]*$/, 'must hold exactly one [mark] in brackets'),
  wrong: z.string().optional().describe('the believable wrong value of the mark'),
  given: z.boolean().optional().describe('stands in the task itself: reading it there is the work'),
  tool: z.string().optional().describe('only this tool yields it'),
  instead: z.string().optional().describe('tool that yields it too, for whoever asked the first one in vain'),
  needs: z
    .array(z.string())
    .optional()
    .describe('facts that it is derived from; with a tool: those that must be in sight before it is called'),
  key: z.string().optional().describe('JSON property that states it'),
  noise: z.boolean().optional().describe('a decoy that a tool also returns'),
});

export const simulatedSample = z.strictObject({
  subject: z
    .string()
    .min(3)
    .describe('recurs in all the model writes, so that a bare subtask is still recognised; part of the input'),
  category: z.string().optional().describe('the domain the sample belongs to'),
  confusable: z.string().optional().describe('the domain it is taken for by mistake'),
  args: z.record(z.string(), z.string()).default({}).describe('tool arguments by parameter name'),
  facts: z.array(simulatedFact).min(1),
});

const rate = z.number().min(0).max(1);

/** How a simulated judge errs. It recognises facts by their marks, as scorers do. */
export const simulatedJudge = z.strictObject({
  profile: z.enum(['strong', 'cheap', 'weak']).default('strong').describe('whose latency it has'),
  miss: rate.default(0).describe('finding a criterion met that is not; of two answers, not seeing the difference'),
  falseAlarm: rate.default(0).describe('finding a criterion not met that is'),
  positionBias: rate.default(0).describe('preferring the first of two answers, whatever they say'),
  malformed: rate.default(0).describe('an answer that is cut off, so that nobody can read a verdict in it'),
});

export const simulationBlock = z.strictObject({
  profiles: z.record(z.string(), z.enum(['strong', 'cheap', 'weak'])).describe('model name → profile of the simulated model'),
  domains: z.record(
    z.string(),
    z.strictObject({
      label: z.string(),
      words: z.array(z.string()).min(1).describe('regular expressions that betray the domain'),
    }),
  ),
  skills: z.record(z.string(), z.array(z.string())).describe('agent → domains it is an expert in'),
  samples: z.record(z.string(), simulatedSample),
  judges: z.record(z.string(), simulatedJudge).optional().describe('model name → how it errs when a scorer asks it to judge'),
});

export type SimulatedJudge = z.infer<typeof simulatedJudge>;
export type SimulatedFact = z.infer<typeof simulatedFact>;
export type SimulatedSample = z.infer<typeof simulatedSample>;
export type SimulationBlock = z.infer<typeof simulationBlock>;
