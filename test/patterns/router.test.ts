import { describe, expect, it } from 'vitest';
import routerPattern, { router, type RouterSettings } from '../../src/patterns/router.ts';
import { checkTrace } from '../../src/telemetry/trace-check.ts';
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
});
