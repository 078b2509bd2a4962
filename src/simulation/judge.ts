import { z } from '../schema/zod.ts';
import type { SimulatedJudge } from '../schema/simulation.ts';
import type { ChatRequest } from './chat-request.ts';
import { stands } from './marks.ts';
import { unitOf } from '../kernel/random.ts';
import type { Fact, Task, World } from './world.ts';

// What a judge is sent: a JSON document with the task and what was answered. Agents are never sent such a document.
const rubricDocument = z.strictObject({
  task: z.string(),
  reference: z.string().optional(),
  criteria: z.array(z.string()).min(1),
  answer: z.string(),
});
const pairDocument = z.strictObject({ task: z.string(), criterion: z.string(), first: z.string(), second: z.string() });
const judgeDocument = z.union([rubricDocument, pairDocument]);

export type JudgeDocument = z.infer<typeof judgeDocument>;

/** What the request asks to judge; nothing when it is no such request. */
export function judgeDocumentIn({ messages, form }: ChatRequest): JudgeDocument | undefined {
  if (form.type !== 'json_schema') return undefined;
  try {
    const parsed = judgeDocument.safeParse(JSON.parse(messages.findLast(({ role }) => role === 'user')?.text ?? ''));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

interface Bench {
  readonly task: Task;
  readonly rates: SimulatedJudge;
  /** Names the request: draws hang on it. */
  readonly key: string;
}

/**
 * The verdict of a simulated judge as text. It recognises facts by their marks, as scorers do, and errs at the rates that the scenario
 * declares for it. Nothing when the document names no sample of the world.
 */
export function judgement(world: World, document: JudgeDocument, { rates, key }: Omit<Bench, 'task'>): string | undefined {
  const task =
    world.tasks.find((one) => document.task.includes(one.input)) ?? world.tasks.find((one) => stands(document.task, one.subject));
  if (!task) return undefined;
  const bench: Bench = { task, rates, key };
  const text = JSON.stringify('criteria' in document ? verdicts(document, bench) : preference(document, bench));
  return happens(bench, 'malformed', rates.malformed) ? text.slice(0, Math.floor(text.length * 0.8)).toWellFormed() : text;
}

const happens = ({ key }: Bench, what: string, rate: number): boolean => unitOf(`${key}|judge|${what}`) < rate;

const isRight = (fact: Fact, answer: string): boolean =>
  stands(answer, fact.right.mark) && !(fact.wrong && stands(answer, fact.wrong.mark));

function verdicts({ criteria, answer }: z.infer<typeof rubricDocument>, bench: Bench): object {
  const facts = bench.task.facts.filter(({ kind }) => kind === 'content');
  return {
    verdicts: criteria.map((text, at) => {
      const named = facts.filter((fact) => stands(text.toLowerCase(), fact.aspect) || stands(text, fact.right.mark));
      const lacking = (named.length > 0 ? named : facts).filter((fact) => !isRight(fact, answer));
      const isMet = lacking.length === 0;
      const errs = happens(bench, `criterion ${at}`, isMet ? bench.rates.falseAlarm : bench.rates.miss);
      const met = errs ? !isMet : isMet;
      const names = lacking.map(({ aspect }) => aspect).join(', ');
      const reason = met
        ? 'The answer states what it asks for.'
        : `The answer does not hold up on ${names === '' ? 'this' : names}.`;
      return { criterion: at + 1, reason, met };
    }),
  };
}

function preference({ first, second }: z.infer<typeof pairDocument>, bench: Bench): object {
  if (happens(bench, 'position', bench.rates.positionBias)) return { reason: 'The first answer reads better.', better: 'first' };
  const rightIn = (answer: string) => bench.task.facts.filter((fact) => fact.kind === 'content' && isRight(fact, answer)).length;
  const [a, b] = [rightIn(first), rightIn(second)];
  if (a === b || happens(bench, 'difference', bench.rates.miss)) return { reason: 'Nothing tells them apart.', better: 'tie' };
  return { reason: `One states ${Math.abs(a - b)} facts more.`, better: a > b ? 'first' : 'second' };
}
