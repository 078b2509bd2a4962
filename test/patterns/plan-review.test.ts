import { describe, expect, it } from 'vitest';
import planReviewPattern from '../../src/patterns/plan-review.ts';
import { checkTrace } from '../../src/telemetry/trace-check.ts';
import { built, fullTeam, person } from '../support/built.ts';
import { codeOf, lastText, llm, type ModelCall, runScripted, type Scripted, type ScriptedTrial } from '../support/trial.ts';

const roster = fullTeam(llm('research'), llm('law'), llm('writer'));

interface Work {
  readonly id?: string;
  readonly worker: string;
  readonly task: string;
  readonly criteria?: string;
  readonly dependsOn?: readonly string[];
}

interface Said {
  /** Plans, in turn; the last one for ever. */
  readonly plans: readonly (readonly Work[])[];
  /** What a review of this result says; approved where nothing is said. */
  readonly review?: (text: string, call: ModelCall) => Scripted | object | undefined;
  readonly worker?: (call: ModelCall) => Scripted | string;
}

const PLAN: readonly Work[] = [
  { id: '1', worker: 'research', task: 'find figures', criteria: 'with sources' },
  { id: '2', worker: 'law', task: 'check rules', criteria: 'with paragraphs' },
];

function planned({ plans, review, worker }: Said, options: object = {}, more: Partial<ScriptedTrial> = {}) {
  let next = 0;
  return runScripted({
    agent: built(planReviewPattern, roster, options),
    input: 'May we sell it?',
    ...more,
    script: (request, call) => {
      if (call.agent !== 'coordinator') return worker?.(call) ?? { content: `${call.agent} says`, latencyMs: 100 };
      if (call.path.startsWith('plan:')) return JSON.stringify({ assignments: plans[Math.min(next++, plans.length - 1)] });
      if (!request.response_format) return 'All of it.';
      const said = review?.(lastText(request), call) ?? { approved: true, feedback: '' };
      return 'status' in said ? (said as Scripted) : JSON.stringify(said);
    },
  });
}

const whoRan = ({ calls }: { calls: readonly ModelCall[] }) => calls.map(({ agent }) => agent);

describe('plan-review', () => {
  it('REV1 plans assignments with id, worker, task and criteria, and gives each to its worker', async () => {
    const outcome = await planned({ plans: [PLAN] });
    expect(outcome.calls[0]!.request.response_format).toEqual({ type: 'json_object' });
    expect(whoRan(outcome)).toEqual(['coordinator', 'research', 'coordinator', 'law', 'coordinator', 'coordinator']);
    expect(lastText(outcome.calls[1]!.request)).toBe('find figures');
    expect(lastText(outcome.calls[2]!.request)).toBe('Criteria: with sources\n\nResult:\nresearch says');
    expect(checkTrace(outcome.spans)).toEqual([]);
  });

  it.each<[string, readonly Work[], string]>([
    ['an unknown worker', [{ worker: 'lawyer', task: 'x' }], 'unknown worker "lawyer"; there are: research, law, writer'],
    ['no task', [{ worker: 'law', task: '' }], '"task" must be text'],
    ['nothing at all', [], '"assignments" must be a list with at least one entry'],
    [
      'an id that occurs twice',
      [
        { id: '1', worker: 'law', task: 'x' },
        { id: '1', worker: 'law', task: 'y' },
      ],
      'the id "1" occurs twice',
    ],
    ['a dependency on nothing', [{ id: '1', worker: 'law', task: 'x', dependsOn: ['7'] }], '"dependsOn" names "7"'],
    [
      'a circle',
      [
        { id: '1', worker: 'law', task: 'x', dependsOn: ['2'] },
        { id: '2', worker: 'law', task: 'y', dependsOn: ['1'] },
      ],
      'goes in a circle',
    ],
  ])('REV1 a plan with %s is told back', async (_what, plan, problem) => {
    const outcome = await planned({ plans: [plan, PLAN] });
    expect(lastText(outcome.calls[1]!.request)).toContain(problem);
    expect(outcome.result?.output).toBe('All of it.');
  });

  it('REV2 what a review rejects goes back to its worker with the feedback', async () => {
    let reviews = 0;
    const outcome = await planned({
      plans: [PLAN.slice(0, 1)],
      review: () => ({ approved: ++reviews === 3, feedback: `missing part ${reviews}` }),
    });
    const asked = outcome.calls.filter(({ agent }) => agent === 'research').map(({ request }) => lastText(request));
    expect(asked).toEqual([
      'find figures',
      'find figures\n\nFeedback from review: missing part 1',
      'find figures\n\nFeedback from review: missing part 2',
    ]);
    reviews = 0;
    const all = await planned(
      { plans: [PLAN.slice(0, 1)], review: () => ({ approved: ++reviews === 3, feedback: `part ${reviews}` }) },
      { feedback: 'all' },
    );
    expect(
      all.calls
        .filter(({ agent }) => agent === 'research')
        .map(({ request }) => lastText(request))
        .at(-1),
    ).toBe('find figures\n\nFeedback from review: part 1\n\nFeedback from review: part 2');
  });

  it('REV3 the result tells attempts and review; used up, the last result goes on, marked', async () => {
    const outcome = await planned({
      plans: [PLAN],
      review: (text) => ({ approved: !text.includes('sources'), feedback: 'no sources' }),
    });
    expect(outcome.result?.data).toEqual({
      results: [
        { id: '1', result: 'research says', attempts: 3, review: { approved: false, note: 'Max retries exceeded' } },
        { id: '2', result: 'law says', attempts: 1, review: { approved: true, feedback: 'no sources' } },
      ],
    });
    const once = await planned({ plans: [PLAN], review: () => ({ approved: false, feedback: '' }) }, { maxRetries: 1 });
    expect(once.calls).toHaveLength(6);
  });

  it('REV4 synthesizes the task and all results, in the order of the plan', async () => {
    const outcome = await planned({ plans: [PLAN] }, { concurrency: 2 });
    expect(lastText(outcome.calls.at(-1)!.request)).toBe('Task: May we sell it?\n\n[1] research says\n\n[2] law says');
    expect(outcome.latencyMs).toBe(100);
    expect(outcome.result?.output).toBe('All of it.');
  });

  it('works on what depends on nothing first, and shows results to those who build on them', async () => {
    const plan: readonly Work[] = [
      { id: 'c', worker: 'writer', task: 'write', dependsOn: ['a', 'b'] },
      { id: 'a', worker: 'research', task: 'find' },
      { id: 'b', worker: 'law', task: 'check' },
    ];
    const outcome = await planned({ plans: [plan] }, { concurrency: 3 });
    expect(outcome.calls.filter(({ agent }) => agent !== 'coordinator').map(({ agent, atMs }) => [agent, atMs])).toEqual([
      ['research', 0],
      ['law', 0],
      ['writer', 100],
    ]);
    const writer = outcome.calls.find(({ agent }) => agent === 'writer')!;
    expect(lastText(writer.request)).toBe('write\n\nResults that it builds on:\n[a] research says\n\n[b] law says');
  });

  it('goes on without a worker that fails; only when all fail is that an error', async () => {
    const without = (...names: string[]) =>
      planned({ plans: [PLAN], worker: ({ agent }) => (names.includes(agent) ? { status: 400 } : `${agent} says`) });
    const one = await without('law');
    expect(lastText(one.calls.at(-1)!.request)).toContain('[2] failed: the endpoint answered 400');
    expect(codeOf((await without('law', 'research')).error)).toBe('all_branches_failed');
  });

  it('does not take a review that cannot be had for a result', async () => {
    const { error } = await planned({
      plans: [PLAN],
      review: (_text, { path }) => (path.includes('[1]') ? { status: 400 } : undefined),
    });
    expect(codeOf(error)).toBe('model_error');
  });

  it('puts the plan before a person where that is wanted', async () => {
    const yes = await planned({ plans: [PLAN] }, { approvePlan: true }, { approver: person('approve', 1000) });
    expect([yes.result?.output, yes.latencyMs]).toEqual(['All of it.', 1200]);
    const no = await planned({ plans: [PLAN] }, { approvePlan: true }, { approver: person('reject') });
    expect(no.result).toMatchObject({ stop: 'rejected' });
    expect(no.calls).toHaveLength(1);
    expect(codeOf((await planned({ plans: [PLAN] }, { approvePlan: true })).error)).toBe('suspended');
  });
});

interface Entry {
  readonly done?: boolean;
  readonly loop?: boolean;
  readonly moves?: boolean;
  readonly next?: string;
}

/** Plans in prose, then these entries of the ledger, the last one for ever. */
function ledgered(entries: readonly Entry[], options: object = {}) {
  let next = 0;
  return runScripted({
    agent: built(planReviewPattern, roster, { mode: 'ledger', ...options }),
    script: (request, { agent, path }) => {
      if (agent !== 'coordinator') return `${agent} says`;
      if (path.startsWith('plan:')) return '- research, then law';
      if (!request.response_format) return 'All of it.';
      const { done = false, loop = false, moves = true, next: who = 'law' } = entries[Math.min(next++, entries.length - 1)]!;
      return JSON.stringify({
        is_request_satisfied: done,
        is_in_loop: loop,
        is_progress_being_made: moves,
        next_speaker: who,
        instruction: `part ${next}`,
      });
    },
  });
}

const plansIn = ({ calls }: { calls: readonly ModelCall[] }) => calls.filter(({ path }) => path.startsWith('plan:')).length;

describe('plan-review with a ledger', () => {
  it('writes down after each contribution who is next and with what, until the request is satisfied', async () => {
    const outcome = await ledgered([{ next: 'research' }, { next: 'Law' }, { done: true }]);
    expect(whoRan(outcome)).toEqual([
      'coordinator',
      'coordinator',
      'research',
      'coordinator',
      'law',
      'coordinator',
      'coordinator',
    ]);
    expect(lastText(outcome.calls[4]!.request)).toBe('Task: task\n\n[research]: research says\n\nYour part now: part 2');
    expect(outcome.result).toMatchObject({ output: 'All of it.', stop: 'final', data: { rounds: 2, replans: 0 } });
    expect(checkTrace(outcome.spans)).toEqual([]);
  });

  it('makes another plan after too many stalls; progress makes up for a stall', async () => {
    const stall = { moves: false };
    const outcome = await ledgered([stall, {}, stall, stall, { loop: true }, {}, { done: true }], { maxStalls: 2 });
    expect(plansIn(outcome)).toBe(2);
    expect(outcome.result).toMatchObject({ stop: 'final', data: { rounds: 5, replans: 1 } });
    expect(outcome.calls.findLast(({ path }) => path.startsWith('plan:'))!.request.messages[0]?.content).toContain('led nowhere');
  });

  it('a step forward makes up for one stall', async () => {
    const stall = { moves: false };
    const outcome = await ledgered([stall, {}, stall, {}, stall, {}, { done: true }], { maxStalls: 1 });
    expect(outcome.result).toMatchObject({ stop: 'final', data: { replans: 0 } });
  });

  it('counts stalls anew for each plan', async () => {
    const stall = { moves: false };
    const outcome = await ledgered([stall, stall, stall, { done: true }], { maxStalls: 1 });
    expect(outcome.result).toMatchObject({ data: { replans: 1 } });
  });

  it('gives up after its last plan, or its last round, with an answer of what there is', async () => {
    const stuck = await ledgered([{ moves: false }], { maxStalls: 0, maxReplans: 1 });
    expect(stuck.result).toMatchObject({ output: 'All of it.', stop: 'loop', data: { rounds: 0, replans: 1 } });
    const endless = await ledgered([{}], { maxRounds: 4 });
    expect(endless.result).toMatchObject({ output: 'All of it.', stop: 'max_turns', data: { rounds: 4, replans: 0 } });
  });

  it('takes an entry that cannot be read for a stall', async () => {
    const outcome = await ledgered([{ next: 'nobody' }], { maxStalls: 0, maxReplans: 0 });
    expect(lastText(outcome.calls[2]!.request)).toContain('unknown speaker "nobody"');
    expect(outcome.result?.stop).toBe('loop');
  });
});
