import { type Agent, defineAgent, resultOf, textOf } from '../contracts/agent.ts';
import { definePattern } from '../contracts/pattern.ts';
import { agentIn, objectOf, rosterLines, system, user } from '../contracts/prompts.ts';
import type { Decision, RunContext } from '../contracts/run-context.ts';

export interface RoundTableSettings {
  readonly agents: readonly Agent[];
  readonly maxRounds: number;
  /** Contributions that a speaker sees, beside the task; the newest ones. */
  readonly window: number;
  /** Round-robin in roster order, or a selector that names who speaks next. */
  readonly selector?: { readonly name: string; readonly model: string; readonly allowRepeats: boolean };
  /** Ends the discussion after a contribution; what it returns is the reason. */
  readonly ended: (discussion: Discussion) => string | undefined;
  /** Who makes the result of the discussion; the last contribution is the result when absent. */
  readonly integrator?: Agent;
}

export interface Contribution {
  readonly speaker: string;
  readonly text: string;
  readonly round: number;
}

export interface Discussion {
  readonly contributions: readonly Contribution[];
  readonly speakers: number;
}

/** Everybody speaks in turn, on what was said before, until they agree or the rounds are over. */
export function roundTable(settings: RoundTableSettings): Agent {
  const { agents, integrator } = settings;
  return defineAgent('round-table', `A discussion of ${agents.map((agent) => agent.name).join(', ')}.`, async (input, ctx) => {
    const task = textOf(input);
    const contributions: Contribution[] = [];
    const why = await discuss(settings, { task, contributions }, ctx);
    const data = { contributions, ended: why };
    const stop = why === 'rounds' ? 'max_turns' : 'final';
    if (!integrator) return resultOf(contributions.at(-1)!.text, { stop, data });
    const { output } = await ctx.run(integrator, `Question: ${task}\n\n${contributions.map(entry).join('\n\n')}`, {
      role: 'integrator',
    });
    return resultOf(output, { stop, data });
  });
}

interface Table {
  readonly task: string;
  readonly contributions: Contribution[];
}

async function discuss(settings: RoundTableSettings, { task, contributions }: Table, ctx: RunContext): Promise<string> {
  const { agents, maxRounds, window, ended } = settings;
  for (let round = 0; round < maxRounds; round++) {
    for (const next of agents) {
      const speaker = settings.selector ? await ctx.decide(selection(settings, { task, contributions, next })) : next;
      const heard = contributions.slice(-window).map(entry);
      const { output } = await ctx.run(speaker, [task, ...heard, CONTRIBUTE].join('\n\n'), { role: 'speaker' });
      contributions.push({ speaker: speaker.name, text: output, round });
      const reason = ended({ contributions, speakers: agents.length });
      if (reason !== undefined) return reason;
    }
  }
  return 'rounds';
}

const CONTRIBUTE = "Contribute your perspective. Build on others' ideas, identify issues, or propose improvements.";

const entry = ({ speaker, text }: Contribution): string => `[${speaker}]: ${text}`;

/** Asks who speaks next; a wrong name is told, and after that the one whose turn it would be speaks. */
function selection(settings: RoundTableSettings, { task, contributions, next }: Table & { next: Agent }): Decision<Agent> {
  const { name, model, allowRepeats } = settings.selector!;
  const last = contributions.at(-1)?.speaker;
  const candidates = allowRepeats ? settings.agents : settings.agents.filter((agent) => agent.name !== last);
  return {
    kind: 'select',
    agent: name,
    model,
    json: true,
    messages: [
      system(
        `You moderate a discussion of:\n${rosterLines(candidates)}\n\nName who speaks next. Reply with JSON {"next": "name"}.`,
      ),
      user([task, ...contributions.slice(-settings.window).map(entry)].join('\n\n')),
    ],
    parse: (answer) => agentIn(candidates, objectOf(answer, 'the answer')['next'], 'speaker'),
    fallback: () => (candidates.includes(next) ? next : candidates[0]!),
    describe: (speaker) => ({ 'patternbench.step.name': speaker.name }),
  };
}

/** Whether a whole round brought nothing new: each word set is as good as that of the speaker's contribution before. */
export function converged({ contributions, speakers }: Discussion, similarity: number): boolean {
  if (contributions.length < speakers * 2) return false;
  return contributions.slice(-speakers).every((now) => {
    const before = contributions.findLast((one) => one.speaker === now.speaker && one.round < now.round);
    return before !== undefined && jaccard(before.text, now.text) >= similarity;
  });
}

function jaccard(a: string, b: string): number {
  const [one, other] = [wordsOf(a), wordsOf(b)];
  const union = one.union(other).size;
  return union === 0 ? 1 : one.intersection(other).size / union;
}

const wordsOf = (text: string): Set<string> => new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu));

const INTEGRATE =
  'You integrate a discussion into one complete answer to the question. Keep every fact that stands unrefuted, exactly as it is stated; where ' +
  'speakers disagree, follow the one who corrected the other.';

export default definePattern({
  name: 'round-table',
  description: 'Agents discuss in rounds, each on what was said before; a coordinator makes the answer of it.',
  whenToUse: 'Several views improve one another: reviews, designs, drafts.',
  whenNot: 'There is one right answer that one of them can look up: the discussion is paid for, and facts get lost in it.',
  calls: 'r * n + 1 + tool turns, r = rounds, n = agents',
  onFailure: { agent: 'fail', coordinator: 'fail' },
  options: (z) =>
    z.strictObject({
      agents: z.array(z.string()).min(2).optional().describe('in order of speaking; default: the roster'),
      maxRounds: z.int().min(1).max(20).default(2).describe('how often everybody speaks'),
      window: z.int().min(1).default(6).describe('contributions that a speaker sees'),
      speaker: z
        .enum(['round-robin', 'selector'])
        .default('round-robin')
        .describe('in order, or a coordinator names who is next'),
      allowRepeats: z.boolean().default(false).describe('whether a selector may name the last speaker again'),
      similarity: z.number().min(0).max(1).default(0.9).describe('a round this similar to the one before ends the discussion'),
      stopWords: z.array(z.string()).default([]).describe('texts that end the discussion, such as AGREED'),
      maxContributions: z.int().min(1).optional().describe('contributions that end the discussion; default: rounds alone do'),
      final: z.string().default('coordinator').describe('"coordinator", "last", or an agent'),
    }),
  context: () => 'text',
  notApplicable: (team) => (team.agents.length < 2 ? 'a discussion needs at least two agents' : undefined),
  build: (team, options) => {
    const { name, model } = team.coordinator;
    const coordinator = () =>
      team.llmAgent({ name, description: 'Integrates a discussion.', instructions: INTEGRATE, model, tools: [] });
    const integrator =
      options.final === 'last' ? undefined : options.final === 'coordinator' ? coordinator() : team.named(options.final);
    const { stopWords, maxContributions, similarity, allowRepeats } = options;
    return roundTable({
      agents: options.agents ? options.agents.map(team.named) : team.agents,
      maxRounds: options.maxRounds,
      window: options.window,
      ...(options.speaker === 'selector' ? { selector: { name, model: team.coordinator.routerModel, allowRepeats } } : {}),
      ...(integrator ? { integrator } : {}),
      ended: (discussion) => {
        const last = discussion.contributions.at(-1)!;
        if (stopWords.some((word) => last.text.includes(word))) return 'stop word';
        if (discussion.contributions.length >= (maxContributions ?? Infinity)) return 'contributions';
        return converged(discussion, similarity) ? 'converged' : undefined;
      },
    });
  },
});
