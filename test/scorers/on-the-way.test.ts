import { describe, expect, it } from 'vitest';
import { scoreOf, type Step } from './told.fixture.ts';

const called = (...names: readonly string[]): Step[] => names.map((tool) => ({ agent: 'a', tool }));
const valueOf = async (...asked: Parameters<typeof scoreOf>) => (await scoreOf(...asked)).value;

describe('a trajectory', () => {
  // The published examples of Vertex AI's trajectory metrics, in names of one letter.
  it.each([
    ['exact', ['x', 'y', 'z'], ['x', 'y', 'z'], 1],
    ['exact', ['x', 'y'], ['y', 'x'], 0],
    ['exact', ['x', 'y'], ['x', 'y', 'y'], 0],
    ['exact', [], [], 1],
    ['in-order', ['x', 'z'], ['x', 'y', 'z'], 1],
    ['in-order', ['x', 'y', 'z'], ['z', 'x', 'y'], 2 / 3],
    ['in-order', ['x', 'x'], ['x'], 0.5],
    ['any-order', ['x', 'y'], ['y', 'x'], 1],
    ['any-order', ['x', 'y'], ['x', 'x', 'x'], 0.4],
    ['any-order', [], ['x'], 0],
  ])('%s of %j, called %j, is %s', async (mode, trajectory, tools, value) => {
    expect(await valueOf('trajectory', { options: { mode }, expected: { trajectory }, trace: called(...tools) })).toBeCloseTo(
      value,
      12,
    );
  });

  it('judges each agent by its own list, and whoever called without being expected to', async () => {
    const trace: Step[] = [
      { agent: 'b', tool: 'y' },
      { agent: 'a', tool: 'x' },
      { agent: 'c', tool: 'z' },
    ];
    const expected = { trajectory: { a: ['x'], b: ['y'] } };
    expect(await valueOf('trajectory', { expected, trace })).toBe(1);
    expect(await valueOf('trajectory', { options: { mode: 'any-order' }, expected, trace })).toBeCloseTo(2 / 3, 12);
    expect(await valueOf('trajectory', { expected: { trajectory: { a: ['y'], b: ['x'] } }, trace })).toBe(0);
  });
});

describe('tool arguments', () => {
  const trace: Step[] = [
    { agent: 'a', tool: 'f', args: { x: 1, y: 2 } },
    { agent: 'b', tool: 'f', args: { x: 1 } },
  ];

  it('are matched as well as they can be: the first fit does not use up what only another needs', async () => {
    const toolArguments = [
      { tool: 'f', args: { x: 1 } },
      { tool: 'f', args: { y: 2 } },
    ];
    expect(await valueOf('tool-arguments', { expected: { toolArguments }, trace })).toBe(1);
    expect(
      await valueOf('tool-arguments', { expected: { toolArguments: [...toolArguments, { tool: 'f' }] }, trace }),
    ).toBeCloseTo(2 / 3, 12);
  });

  it('are those of the agent that is named, and no others where told so', async () => {
    const byB = { toolArguments: [{ tool: 'f', agent: 'b', args: { y: 2 } }] };
    expect(await valueOf('tool-arguments', { expected: byB, trace })).toBe(0);
    const bare = { toolArguments: [{ tool: 'f', agent: 'a', args: { x: 1 } }] };
    expect(await valueOf('tool-arguments', { expected: bare, trace })).toBe(1);
    expect(await valueOf('tool-arguments', { options: { mode: 'exact' }, expected: bare, trace })).toBe(0);
  });

  it('are 0 where the tool was not called at all, and unscored where the trace does not hold them', async () => {
    const expected = { toolArguments: [{ tool: 'g' }] };
    expect(await valueOf('tool-arguments', { expected, trace })).toBe(0);
    expect(await valueOf('tool-arguments', { expected, trace: [{ tool: 'g' }] })).toBeNull();
  });
});

describe('limits', () => {
  const trace: Step[] = [
    { agent: 'a', ms: 300 },
    { agent: 'a', model: 'm', tokens: 100, usd: 0.02, ms: 200 },
    { agent: 'b', model: 'm', tokens: 50, ms: 100 },
    { agent: 'b', tool: 't', ms: 50 },
  ];

  it.each([
    ['tokens', undefined, 150],
    ['tokens', 'a', 100],
    ['model-calls', undefined, 2],
    ['tool-calls', 'b', 1],
    ['latency-ms', undefined, 650],
    ['latency-ms', 'a', 300],
    ['latency-ms', 'b', 100],
  ])('of %s by %s are met at what was taken and broken below', async (metric, agent, taken) => {
    const options = { metric, ...(agent === undefined ? {} : { agent }) };
    expect(await valueOf('limit', { options: { ...options, max: taken }, trace })).toBe(1);
    expect(await valueOf('limit', { options: { ...options, max: taken - 1 }, trace })).toBe(0);
  });

  it('never take what has no price for 0', async () => {
    expect(await valueOf('limit', { options: { metric: 'cost-usd', max: 1 }, trace })).toBeNull();
    expect(await valueOf('limit', { options: { metric: 'cost-usd', max: 0.02, agent: 'a' }, trace })).toBe(1);
  });

  it('leave an agent that did not run unscored', async () => {
    expect(await valueOf('limit', { options: { metric: 'tokens', max: 1, agent: 'toString' }, trace })).toBeNull();
  });
});

describe('spans', () => {
  const trace: Step[] = [
    { agent: 'a', tool: 't', ms: 100 },
    { agent: 'b', tool: 't', ms: 300, error: 'tool_error' },
    { agent: 'b', model: 'm', ms: 900 },
  ];

  it.each([
    [{ role: 'tool', least: 2, most: 2 }, 1],
    [{ role: 'tool', least: 3 }, 0],
    [{ agent: 'b', most: 1 }, 0],
    [{ tool: 't', eachMs: 299 }, 0],
    [{ tool: 't', eachMs: 300, totalMs: 400 }, 1],
    [{ tool: 't', totalMs: 399 }, 0],
    [{ errors: 0 }, 0],
    [{ agent: 'a', errors: 0 }, 1],
    [{ text: 'chat', most: 1, least: 1 }, 1],
    [{ text: 'nowhere', most: 0 }, 1],
  ])('%j give %s', async (options, value) => expect(await valueOf('spans', { options, trace })).toBe(value));
});

describe('hand-offs', () => {
  const trace: Step[] = [
    { agent: 'desk', to: 'billing' },
    { agent: 'billing', to: 'technical' },
  ];

  it.each([
    [['billing', 'technical'], {}, 1],
    [['desk > billing', 'technical'], {}, 1],
    [['technical > billing', 'technical'], {}, 0],
    [['technical'], {}, 0],
    [['technical', 'billing'], { mode: 'in-order' }, 0.5],
    [[], {}, 0],
  ])('expected as %j with %j give %s', async (handoffs, options, value) =>
    expect(await valueOf('handoffs', { options, expected: { handoffs }, trace })).toBe(value),
  );

  it('that did not take place are unscored unless told otherwise, since most patterns have none', async () => {
    const expected = { handoffs: ['billing'] };
    expect(await valueOf('handoffs', { expected })).toBeNull();
    expect(await valueOf('handoffs', { expected, options: { none: 'zero' } })).toBe(0);
    expect(await valueOf('handoffs', { expected: { handoffs: [] } })).toBe(1);
  });
});

describe('faults', () => {
  it.each<[string, readonly Step[], Readonly<Record<string, unknown>>, number | null]>([
    ['that were called again', [{ tool: 't', error: 'e' }, { tool: 't' }], {}, 1],
    ['that nobody made up for', [{ tool: 't' }, { tool: 't', error: 'e' }], {}, 0],
    [
      'of a model, answered later by the same one',
      [
        { model: 'm', error: 'e' },
        { agent: 'b', model: 'm' },
      ],
      {},
      1,
    ],
    ['that another tool made up for, unsaid', [{ tool: 't', error: 'e' }, { tool: 'u' }], {}, 0],
    ['that were refusals', [{ tool: 't', error: 'tool_denied', denied: true }], {}, null],
    ['that were not planted', [{ tool: 't', error: 'e' }], { of: 'planted' }, null],
    ['that were planted and hurt nobody', [{ tool: 't', fault: 'slow' }], { of: 'planted' }, 1],
  ])('%s give %s', async (_, trace, options, value) => expect(await valueOf('recovered', { options, trace })).toBe(value));
});
