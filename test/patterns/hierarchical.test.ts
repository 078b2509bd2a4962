import { describe, expect, it } from 'vitest';
import hierarchicalPattern from '../../src/patterns/hierarchical.ts';
import { checkTrace } from '../../src/telemetry/trace-check.ts';
import { built, fullTeam } from '../support/built.ts';
import { codeOf, lastText, llm, type ModelCall, runScripted, type Scripted } from '../support/trial.ts';

const roster = fullTeam(
  llm('researcher', { types: ['research'] }),
  llm('writer', { types: ['text', 'title'] }),
  llm('tester', { types: ['test'] }),
);
const teams = { content: ['researcher', 'writer'], quality: ['tester'] };

type Plan = Readonly<Record<string, unknown>>;

/** Directors and managers answer with their plan, and say who they are when they put things together. */
const directed = (plans: Plan, options: object = { teams }, worker?: (call: ModelCall) => Scripted | string) =>
  runScripted({
    agent: built(hierarchicalPattern, roster, options),
    input: 'A leaflet.',
    script: (request, call) => {
      if (request.response_format) return JSON.stringify(plans[call.agent]);
      return roster.agents.some(({ name }) => name === call.agent)
        ? (worker?.(call) ?? { content: `${call.agent} says`, latencyMs: 100 })
        : `${call.agent} concludes`;
    },
  });

const ASSIGNED = { coordinator: { assignments: { content: 'write it', quality: 'test it' } } };
const asked = ({ calls }: { calls: readonly ModelCall[] }) => calls.map(({ agent, request }) => [agent, lastText(request)]);

describe('hierarchical', () => {
  it('HIE1 the manager gives each team its part; names that no team has are skipped and told', async () => {
    const outcome = await directed({ coordinator: { assignments: { quality: 'test it', sales: 'sell it' } } });
    expect(outcome.calls[0]!.request.messages[0]?.content).toContain('- quality: tester does tester things.');
    expect(asked(outcome)[1]).toEqual(['tester', 'test it']);
    expect(outcome.result?.data).toMatchObject({ unknownTeams: ['sales'], team_results: { quality: 'tester says' } });
    expect(outcome.spans.find(({ path }) => path === 'plan:coordinator#0')?.attributes['patternbench.problem']).toBe(
      'unknown teams skipped: sales',
    );
    const none = await directed({ coordinator: { assignments: { sales: 'sell it' } } });
    expect(lastText(none.calls[1]!.request)).toContain('"assignments" names no team; there are: content, quality');
    expect(codeOf(none.error)).toBe('invalid_decision');
  });

  it('HIE2 a team is its lead and its workers, one after the other', async () => {
    const outcome = await directed(ASSIGNED);
    expect(asked(outcome).slice(1, 4)).toEqual([
      ['researcher', 'write it'],
      ['tester', 'test it'],
      ['writer', 'Task: write it\n\nPrevious steps:\n[researcher]: researcher says'],
    ]);
    expect(
      outcome.spans.filter(({ attributes }) => attributes['patternbench.agent.role'] === 'team').map(({ name }) => name),
    ).toEqual(['invoke_agent content', 'invoke_agent quality']);
  });

  it('HIE3 the manager synthesizes the last value of each team', async () => {
    const { calls, result } = await directed(ASSIGNED);
    expect(lastText(calls.at(-1)!.request)).toBe(
      'Original task: A leaflet.\n\nTeam results:\n[content]: writer says\n\n[quality]: tester says\n\nSynthesize into a final deliverable.',
    );
    expect(result?.data).toEqual({
      team_results: { content: 'writer says', quality: 'tester says' },
      final: 'coordinator concludes',
      unknownTeams: [],
    });
  });

  const MANAGED = {
    coordinator: { departments: { content: 'write it', quality: 'test it' } },
    content_manager: {
      tasks: [
        { type: 'research', task: 'look it up' },
        { type: 'title', task: 'find a title' },
        { type: 'dance', task: 'dance' },
      ],
    },
    quality_manager: { tasks: [{ type: 'test', task: 'try it' }] },
  };

  it('HIE4 with managers: objectives for departments, tasks for workers', async () => {
    const outcome = await directed(MANAGED, { teams, mode: 'manager' });
    expect(outcome.calls.map(({ agent }) => agent).sort()).toEqual(
      [
        'coordinator',
        'coordinator',
        'content_manager',
        'content_manager',
        'quality_manager',
        'quality_manager',
        'researcher',
        'researcher',
        'writer',
        'tester',
      ].sort(),
    );
    expect(outcome.result?.data).toMatchObject({ team_results: { content: 'content_manager concludes' } });
    expect(checkTrace(outcome.spans)).toEqual([]);
  });

  it('HIE5 a task goes to the worker who can do its type, else to the first', async () => {
    const outcome = await directed(MANAGED, { teams, mode: 'manager' });
    const workers = asked(outcome).filter(([agent]) => agent === 'researcher' || agent === 'writer');
    expect(workers).toEqual([
      ['researcher', 'look it up'],
      ['writer', 'find a title'],
      ['researcher', 'dance'],
    ]);
    expect(outcome.calls[1]!.request.messages[0]?.content).toContain('Types of task: research, text, title.');
  });

  it('HIE6 the manager reviews and integrates, the director makes the deliverable', async () => {
    const outcome = await directed(MANAGED, { teams, mode: 'manager' });
    const integrates = outcome.calls.findLast(({ agent }) => agent === 'content_manager')!;
    expect(integrates.request.messages[0]?.content).toMatch(/review and integrate/);
    expect(lastText(integrates.request)).toBe(
      'Task: write it\n\n[research]: researcher says\n\n[title]: writer says\n\n[dance]: researcher says',
    );
    expect(outcome.result?.output).toBe('coordinator concludes');
  });

  it('HIE7 teams work at the same time', async () => {
    const outcome = await directed(ASSIGNED);
    expect(outcome.calls.slice(1).map(({ agent, atMs }) => [agent, atMs])).toEqual([
      ['researcher', 0],
      ['tester', 0],
      ['writer', 100],
      ['coordinator', 200],
    ]);
    expect((await directed(ASSIGNED, { teams, concurrency: 1 })).latencyMs).toBe(300);
  });

  it('HIE8 teams of teams: every level has a director of its own, and costs its calls', async () => {
    const nested = { product: { content: ['researcher', 'writer'], quality: ['tester'] } };
    const plans = { coordinator: { assignments: { product: 'make it' } }, product_director: ASSIGNED.coordinator };
    const outcome = await directed(plans, { teams: nested });
    expect(outcome.calls.map(({ agent }) => agent)).toEqual([
      'coordinator',
      'product_director',
      'researcher',
      'tester',
      'writer',
      'product_director',
      'coordinator',
    ]);
    const depth = (agent: string) =>
      outcome.calls
        .find((call) => call.agent === agent)!
        .path.split('/')
        .filter((part) => part.startsWith('agent:')).length;
    expect([depth('coordinator'), depth('product_director'), depth('tester')]).toEqual([0, 1, 3]);
    expect(outcome.result?.output).toBe('coordinator concludes');
    expect(checkTrace(outcome.spans)).toEqual([]);
  });

  it('goes on without a team that fails; only when all fail is that an error', async () => {
    const without = (...names: string[]) =>
      directed(ASSIGNED, { teams }, ({ agent }) => (names.includes(agent) ? { status: 400 } : `${agent} says`));
    expect((await without('tester')).result?.data).toMatchObject({ team_results: { content: 'writer says', quality: null } });
    expect(codeOf((await without('tester', 'writer')).error)).toBe('all_branches_failed');
  });

  it.each([
    [
      'the team of each agent',
      ['x', 'y', 'x'],
      ['x: researcher does researcher things. tester does tester things.', 'y: writer does writer things.'],
    ],
    [
      'two halves where not everybody has one',
      ['x', undefined, 'x'],
      ['team_a: researcher does researcher things. writer does writer things.', 'team_b: tester does tester things.'],
    ],
  ])('without teams in the options it takes %s', async (_what, tags, lines) => {
    const tagged = fullTeam(...roster.agents.map((agent, i) => llm(agent.name, tags[i] === undefined ? {} : { team: tags[i] })));
    const outcome = await runScripted({ agent: built(hierarchicalPattern, tagged), script: () => '{}' });
    for (const line of lines) expect(outcome.calls[0]!.request.messages[0]?.content).toContain(`- ${line}`);
  });
});
