import { describe, expect, it } from 'vitest';
import routerPattern, { router, type RouterSettings } from '../../src/patterns/router.ts';
import { checkTrace } from '../../src/telemetry/trace-check.ts';
import { built } from '../support/built.ts';
import { codeOf, lastText, llm, runScripted, type Scripted, team } from '../support/trial.ts';

const long = `Handles ${'invoices and refunds, '.repeat(10)}`;
const [billing, tech] = [llm('billing', { description: long }), llm('tech')];

const route = (answer: Scripted | string, settings: Partial<RouterSettings> = {}) =>
  runScripted({
    agent: router({
      routes: [billing, tech],
      fallback: billing,
      classifier: { name: 'coordinator', model: 'gpt-4o-mini' },
      mode: 'json',
      minConfidence: 0,
      passIntent: true,
      ...settings,
    }),
    input: 'My screen is black.',
    script: (_request, { agent }) => (agent === 'coordinator' ? answer : { content: `${agent} helps`, latencyMs: 100 }),
  });

const decisionOf = ({ spans }: Awaited<ReturnType<typeof route>>) =>
  spans.find(({ path }) => path.startsWith('route:') && !path.includes('/'))!;

const TO_TECH = '{"category": "tech", "confidence": 0.9, "entities": {"device": "screen"}}';

describe('router', () => {
  it('RTR1 the classifier is given name and description, cut to 100 characters, of every route', async () => {
    const { calls } = await route(TO_TECH);
    const [system, user] = calls[0]!.request.messages;
    expect(system?.content).toContain(`\n- billing: ${long.slice(0, 100)}\n- tech: tech does tech things.`);
    expect(system?.content).not.toContain(long.slice(0, 101));
    expect(user).toEqual({ role: 'user', content: 'My screen is black.' });
  });

  it('RTR2 the classifier is the cheap model, at temperature 0', async () => {
    const { calls } = await route(TO_TECH);
    expect(calls.map(({ request }) => [request.model, request.temperature])).toEqual([
      ['gpt-4o-mini', 0],
      ['gpt-4o', undefined],
    ]);
  });

  it('RTR3 in name mode only the name is asked for; blanks and case do not matter', async () => {
    const outcome = await route('  TECH \n', { mode: 'name', passIntent: false });
    expect(outcome.calls[0]!.request.messages[0]?.content).toContain('Reply with ONLY the category name.');
    expect(outcome.calls[0]!.request.response_format).toBeUndefined();
    expect(outcome.result?.output).toBe('tech helps');
  });

  it('RTR4 in JSON mode category, confidence and entities come as a JSON object', async () => {
    const { calls, result } = await route(TO_TECH);
    expect(calls[0]!.request.response_format).toEqual({ type: 'json_object' });
    expect(result?.data).toEqual({
      category: 'tech',
      categories: ['tech'],
      confidence: 0.9,
      entities: { device: 'screen' },
      fellBack: false,
      routed: ['tech'],
    });
  });

  it.each([
    ['an unknown category', '{"category": "sales", "confidence": 1, "entities": {}}'],
    ['no JSON', 'tech, I think'],
    ['JSON of another shape', '{"kind": "tech"}'],
    ['null', 'null'],
    ['a category that is no text', '{"category": ["tech"]}'],
    ['nothing', ''],
  ])('RTR5 the fallback route takes %s', async (_what, answer) => {
    const outcome = await route(answer);
    expect(outcome.result).toMatchObject({ output: 'billing helps', data: { fellBack: true, routed: ['billing'] } });
    expect(outcome.calls).toHaveLength(2);
  });

  it('RTR5 the fallback route takes what the classifier is not sure of', async () => {
    expect((await route(TO_TECH, { minConfidence: 0.95 })).result?.output).toBe('billing helps');
    expect((await route(TO_TECH, { minConfidence: 0.9 })).result?.output).toBe('tech helps');
  });

  it('RTR6 the specialist is told the intent, or only the request', async () => {
    const told = await route(TO_TECH);
    expect(lastText(told.calls[1]!.request)).toBe(
      'My screen is black.\n\nRouting: {"category":"tech","confidence":0.9,"entities":{"device":"screen"}}',
    );
    expect(lastText((await route(TO_TECH, { passIntent: false })).calls[1]!.request)).toBe('My screen is black.');
  });

  it('RTR7 one classification, one specialist, nothing after, nothing kept', async () => {
    const agent = routerPattern.build(team(billing, tech), routerPattern.options.parse({}));
    const run = (category: string) =>
      runScripted({ agent, script: (_request, call) => (call.agent === 'coordinator' ? `{"category": "${category}"}` : 'done') });
    const first = await run('tech');
    expect(first.calls.map((call) => call.agent)).toEqual(['coordinator', 'tech']);
    await run('billing');
    expect((await run('tech')).calls).toEqual(first.calls);
  });

  it('RTR9 the choice stands in the trace, with the candidates, so that it can be scored', async () => {
    const outcome = await route(TO_TECH);
    expect(decisionOf(outcome)).toMatchObject({
      path: 'route:coordinator#0',
      attributes: {
        'patternbench.route.choice': 'tech',
        'patternbench.route.candidates': ['billing', 'tech'],
        'patternbench.route.category': 'tech',
        'patternbench.route.confidence': 0.9,
        'patternbench.route.fell_back': false,
      },
    });
    expect(decisionOf(outcome).attributes['patternbench.problem']).toBeUndefined();
    expect(checkTrace(outcome.spans)).toEqual([]);
  });

  it('RTR9 a routing error stands in the trace: the wrong choice, that it fell back, and what was wrong with the answer', async () => {
    const wrong = decisionOf(await route('{"category": "billing"}')).attributes;
    expect(wrong['patternbench.route.choice']).toBe('billing');
    const unknown = decisionOf(await route('{"category": "sales"}')).attributes;
    expect(unknown).toMatchObject({
      'patternbench.route.choice': 'billing',
      'patternbench.route.category': 'sales',
      'patternbench.route.fell_back': true,
    });
    const unusable = decisionOf(await route('{"kind": "tech"}')).attributes;
    expect(unusable).toMatchObject({
      'patternbench.route.fell_back': true,
      'patternbench.problem': '"category" must be the name of one category',
    });
  });

  it('RTR9 a classifier that cannot be reached fails the decision, not the fallback route', async () => {
    const outcome = await route({ status: 401 });
    expect(codeOf(outcome.error)).toBe('model_error');
    expect(decisionOf(outcome).error?.type).toBe('model_error');
    expect(outcome.calls).toHaveLength(1);
    expect(checkTrace(outcome.spans)).toEqual([]);
  });

  const three = [billing, tech, llm('sales')];

  it('RTR8 specialists as tools: the router calls them like any other, several at once, and answers', async () => {
    const outcome = await runScripted({
      agent: built(routerPattern, team(...three), { mode: 'tools' }),
      script: (request, { agent }) => {
        if (agent !== 'coordinator') return { content: `${agent} helps`, latencyMs: 100 };
        const asked = request.messages.some(({ role }) => role === 'tool');
        return asked
          ? 'Both are done.'
          : { toolCalls: ['tech', 'sales'].map((name) => ({ name, id: name, arguments: '{"input": "my part"}' })) };
      },
    });
    const [first] = outcome.calls;
    expect(first!.request.tools?.map((tool) => tool.function.name)).toEqual(['billing', 'tech', 'sales']);
    // However many there are, the prompt stays the same.
    expect(first!.request.messages[0]?.content).not.toContain('billing');
    expect(first!.request.model).toBe('gpt-4o-mini');
    expect(outcome.calls.map(({ agent, atMs }) => [agent, atMs])).toEqual([
      ['coordinator', 0],
      ['tech', 0],
      ['sales', 0],
      ['coordinator', 100],
    ]);
    expect(lastText(outcome.calls[1]!.request)).toBe('my part');
    expect(outcome.result?.output).toBe('Both are done.');
    expect(checkTrace(outcome.spans)).toEqual([]);
  });

  it('several routes work at the same time, and one answer is made of theirs', async () => {
    const several = (categories: readonly string[], failing: readonly string[] = []) =>
      runScripted({
        agent: built(routerPattern, team(...three), { multi: 2 }),
        input: 'Both.',
        script: (_request, { agent, path }) => {
          if (path.startsWith('route:')) return JSON.stringify({ categories, confidence: 1, entities: {} });
          return failing.includes(agent) ? { status: 400 } : { content: `${agent} helps`, latencyMs: 100 };
        },
      });
    const outcome = await several(['tech', 'sales', 'billing']);
    expect(outcome.calls.map(({ agent, atMs }) => [agent, atMs])).toEqual([
      ['coordinator', 0],
      ['tech', 0],
      ['sales', 0],
      ['coordinator', 100],
    ]);
    expect(lastText(outcome.calls.at(-1)!.request)).toBe('Question: Both.\n\n[tech]: tech helps\n\n[sales]: sales helps');
    expect(decisionOf(outcome).attributes['patternbench.route.choice']).toEqual(['tech', 'sales']);
    expect((await several(['tech'])).calls).toHaveLength(2);
    expect((await several(['tech', 'sales'], ['tech'])).result?.output).toBe('sales helps');
    expect(codeOf((await several(['tech', 'sales'], ['tech', 'sales'])).error)).toBe('all_branches_failed');
    expect((await several(['law'])).result?.data).toMatchObject({ fellBack: true, routed: ['billing'] });
  });

  it('rules decide before any model is asked', async () => {
    const options = {
      rules: [
        { when: '\\bscreen\\b', to: 'tech' },
        { when: 'SCREEN', to: 'billing' },
      ],
    };
    const ruled = (input: string) =>
      runScripted({ agent: built(routerPattern, team(billing, tech), options), input, script: () => '{"category": "billing"}' });
    const outcome = await ruled('My Screen is black.');
    expect(outcome.calls.map(({ agent }) => agent)).toEqual(['tech']);
    expect(outcome.spans.find(({ path }) => path === '')?.attributes['patternbench.route.choice']).toBe('tech');
    expect((await ruled('My bill is wrong.')).calls.map(({ agent }) => agent)).toEqual(['coordinator', 'billing']);
    expect(routerPattern.options.safeParse({ rules: [{ when: '(', to: 'tech' }] }).success).toBe(false);
  });

  it('the default route takes over from a specialist that fails, where that is wanted', async () => {
    const failing = (options: object) =>
      runScripted({
        agent: built(routerPattern, team(billing, tech), options),
        script: (_request, { agent }) =>
          agent === 'coordinator' ? TO_TECH : agent === 'tech' ? { status: 400 } : 'billing helps',
      });
    expect(codeOf((await failing({})).error)).toBe('model_error');
    expect((await failing({ rescue: true })).result?.output).toBe('billing helps');
  });
});
