import { type Agent, type AgentResult, defineAgent, resultOf, textOf } from '../../contracts/agent.ts';
import { attempt } from '../../contracts/attempt.ts';
import { agentIn, objectOf, rosterLines, type Speaker, synthesis, system, textMember, user } from '../../contracts/prompts.ts';
import type { Decision, RunContext } from '../../contracts/run-context.ts';

export interface LedgerSettings {
  readonly workers: readonly Agent[];
  readonly coordinator: Speaker;
  /** Instructions given out in all. */
  readonly maxRounds: number;
  /** Rounds without progress that are put up with; one more, and a new plan is made. */
  readonly maxStalls: number;
  /** New plans; after the last one the answer is made of what there is. */
  readonly maxReplans: number;
}

/** What the coordinator writes down after each contribution. */
interface Progress {
  readonly isSatisfied: boolean;
  /** Going round in circles, or going nowhere. */
  readonly isStalled: boolean;
  readonly speaker: Agent;
  readonly instruction: string;
}

/**
 * A plan in prose and a ledger of progress instead of fixed assignments: after each contribution the coordinator writes down whether the
 * request is satisfied, whether work goes in circles, who is next and with what instruction. Too many stalls lead to a new plan.
 * After Fourney et al., "Magentic-One" (2024), without its facts ledger.
 */
export function ledger(settings: LedgerSettings): Agent {
  const { workers, coordinator, maxRounds, maxStalls, maxReplans } = settings;
  return defineAgent(
    'plan-review',
    `Plans and keeps a ledger of ${workers.map((agent) => agent.name).join(', ')}.`,
    async (input, ctx) => {
      const task = textOf(input);
      const said: string[] = [];
      let plan = await ctx.decide(planning(settings, task, said));
      let stalls = 0;
      let replans = 0;
      const finish = (stop: AgentResult['stop']) =>
        answered({ coordinator, task, said, data: { rounds: said.length, replans }, stop }, ctx);
      while (said.length < maxRounds) {
        const progress = await ctx.decide(taking(settings, { task, plan, said }));
        if (progress.isSatisfied) return finish('final');
        stalls = progress.isStalled ? stalls + 1 : Math.max(0, stalls - 1);
        if (stalls > maxStalls) {
          if (replans >= maxReplans) return finish('loop');
          ctx.event('patternbench.replan', { 'patternbench.replan.count': ++replans });
          plan = await ctx.decide(planning(settings, task, said));
          stalls = 0;
          continue;
        }
        const { speaker, instruction } = progress;
        const done = await attempt(ctx, speaker, { input: heard(task, said, instruction), role: 'worker' });
        said.push(done.ok ? `[${speaker.name}]: ${done.value.output}` : `${speaker.name} failed: ${done.error}`);
      }
      return finish('max_turns');
    },
  );
}

const heard = (task: string, said: readonly string[], instruction: string): string =>
  [`Task: ${task}`, ...said, `Your part now: ${instruction}`].join('\n\n');

const planning = ({ workers, coordinator }: LedgerSettings, task: string, said: readonly string[]): Decision<string> => ({
  ...synthesis(coordinator, [
    system(
      `You lead these workers:\n${rosterLines(workers)}\n\nMake a short plan in bullet points: who does what, in which order.` +
        (said.length > 0 ? ' The plan before this one led nowhere: say what went wrong, and make another one.' : ''),
    ),
    user([`Task: ${task}`, ...said].join('\n\n')),
  ]),
  kind: 'plan',
});

interface Situation {
  readonly task: string;
  readonly plan: string;
  readonly said: readonly string[];
}

const FORM =
  '{"is_request_satisfied": false, "is_in_loop": false, "is_progress_being_made": true, "next_speaker": "name", "instruction": "what to do, with all the context it needs"}';

const taking = ({ workers, coordinator }: LedgerSettings, { task, plan, said }: Situation): Decision<Progress> => ({
  kind: 'review',
  agent: coordinator.name,
  model: coordinator.model,
  json: true,
  messages: [
    system(
      `You lead these workers:\n${rosterLines(workers)}\n\nYour plan:\n${plan}\n\nSay how far the task is: is the request satisfied, does work go in ` +
        `a loop, is progress being made, who is next, and with what instruction? Reply with JSON ${FORM}.`,
    ),
    user([`Task: ${task}`, ...said].join('\n\n')),
  ],
  parse: (answer) => {
    const {
      is_request_satisfied: satisfied,
      is_in_loop: loop,
      is_progress_being_made: moves,
      next_speaker: next,
      instruction,
    } = objectOf(answer, 'the answer');
    if (typeof satisfied !== 'boolean') throw new Error('"is_request_satisfied" must be true or false');
    const isStalled = loop === true || moves === false;
    if (satisfied) return { isSatisfied: true, isStalled, speaker: workers[0]!, instruction: '' };
    return {
      isSatisfied: false,
      isStalled,
      speaker: agentIn(workers, next, 'speaker'),
      instruction: textMember(instruction, '"instruction"'),
    };
  },
  // An unusable ledger is no progress; the first worker goes on with the task itself.
  fallback: () => ({ isSatisfied: false, isStalled: true, speaker: workers[0]!, instruction: task }),
  describe: ({ isSatisfied, isStalled, speaker }) => ({
    'patternbench.review.approved': isSatisfied,
    'patternbench.review.stalled': isStalled,
    ...(isSatisfied ? {} : { 'patternbench.delegate.to': [speaker.name] }),
  }),
});

interface Ending extends Pick<AgentResult, 'stop' | 'data'> {
  readonly coordinator: Speaker;
  readonly task: string;
  readonly said: readonly string[];
}

async function answered({ coordinator, task, said, stop, data }: Ending, ctx: RunContext): Promise<AgentResult> {
  const answer = await ctx.decide(
    synthesis(coordinator, [
      system(
        'You synthesize what your workers have found into one complete answer to the task. Keep every fact exactly as it is stated.',
      ),
      user([`Task: ${task}`, ...said].join('\n\n')),
    ]),
  );
  return resultOf(answer, { stop, data });
}
