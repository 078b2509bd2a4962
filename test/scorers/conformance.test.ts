import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadPatterns } from '../../src/bench/parts.ts';
import { prepareScorers } from '../../src/bench/prepare-scorers.ts';
import type { Score, Scorer } from '../../src/contracts/scorer.ts';
import type { Json } from '../../src/kernel/json.ts';
import { problemsOf } from '../../src/schema/issues.ts';
import { scenarioSchema } from '../../src/schema/scenario.ts';
import { parseYaml } from '../../src/schema/yaml-source.ts';
import { CHECKOUT } from '../support/journey.ts';
import { type Step, scriptedJudge, SCORERS, type Told, toldTrial } from './told.fixture.ts';

// One suite for every file of the folder: a new scorer needs an example in scenarios/README.md, and no line here unless it has options that
// must be given.
const NEEDED: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  custom: { function: () => null },
  limit: { metric: 'tokens', max: 1, agent: 'nobody' },
  pairwise: { model: 'gpt-4o' },
  rubric: { model: 'gpt-4o' },
};

interface Example extends Told {
  readonly score: Readonly<Record<string, unknown>> & { readonly type: string };
  readonly files?: Readonly<Record<string, string>>;
  readonly judge?: readonly unknown[];
  readonly gives: number | null;
}

const readme = await readFile(join(CHECKOUT, 'scenarios/README.md'), 'utf8');
const EXAMPLES = [...readme.matchAll(/```yaml scorer\n([\s\S]*?)```/g)].map(
  ([, text]) => parseYaml(text!, 'scenarios/README.md').value as Example,
);

const judging = async (scorer: Scorer, options: unknown, told: Told, judge = scriptedJudge([])): Promise<Score> =>
  scorer.score(toldTrial(told), options, judge);

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'patternbench-scorers-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the examples of scorers in scenarios/README.md', () => {
  it('show every scorer that there is', () => {
    expect([...new Set(EXAMPLES.map(({ score }) => score.type))].sort()).toEqual(SCORERS.map(({ name }) => name));
  });

  it.each(EXAMPLES.map((example) => [example.score.type, example] as const))('%s gives what it says', async (type, example) => {
    const { score, files = {}, judge = [], gives, ...told } = example;
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    const { type: _type, name = type, ...written } = score as Example['score'] & { readonly name?: string };
    const scorer = SCORERS.find((candidate) => candidate.name === type)!;
    const options: unknown = scorer.options.parse(written);
    const scenario = { score: [{ type, name, options }], file: join(folder, 'scenario.yaml') };
    const prepared = (await prepareScorers(scenario, SCORERS)).get(name)?.options ?? options;
    const judged = await judging(scorer, prepared, told, scriptedJudge(judge));
    if (gives === null) expect(judged.value).toBeNull();
    else expect(judged.value).toBeCloseTo(gives, 8);
    expect(judged.why).toMatch(/\S/);
  });
});

const step: fc.Arbitrary<Step> = fc.record(
  {
    agent: fc.constantFrom('a', 'b', '__proto__'),
    tool: fc.constantFrom('t', 'u', 'constructor'),
    args: fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>,
    model: fc.constantFrom('gpt-4o', 'own-model'),
    to: fc.constantFrom('a', 'b'),
    ms: fc.nat(2000),
    tokens: fc.nat(5000),
    usd: fc.double({ min: 0, max: 1, noNaN: true }),
    error: fc.constant('tool_error'),
    denied: fc.boolean(),
  },
  { requiredKeys: [] },
);
const KEYS = [
  'facts',
  'forbidden',
  'contains',
  'answer',
  'regex',
  'route',
  'tools',
  'items',
  'keywords',
  'schema',
  'at',
  'trajectory',
  'toolArguments',
  'forbiddenTools',
  'handoffs',
  'criteria',
];
const told: fc.Arbitrary<Told> = fc.record({
  output: fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.json({ maxDepth: 3 }),
    fc.constantFrom('```json\n{"a":1}\n```', '- a\n- b', '1e999', '9'.repeat(400)),
  ),
  expected: fc.dictionary(fc.constantFrom(...KEYS), fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>, { maxKeys: 6 }),
  trace: fc.array(step, { maxLength: 6 }),
});
const said = fc.array(
  fc.oneof(
    fc.record({
      verdicts: fc.array(fc.record({ criterion: fc.integer({ min: -1, max: 4 }), reason: fc.string(), met: fc.boolean() }), {
        maxLength: 4,
      }),
    }),
    fc.record({ reason: fc.string(), better: fc.constantFrom('first', 'second', 'tie') }),
  ),
  { maxLength: 2 },
);

describe.each(SCORERS.map((scorer) => [scorer.name, scorer] as const))('the scorer %s', (name, scorer) => {
  const options: unknown = scorer.options.parse(NEEDED[name] ?? {});
  const answersOf = (answers: readonly unknown[]) =>
    answers.filter((answer) => (name === 'rubric' ? 'verdicts' : 'better') in (answer as object));

  it('leaves a trial without anything to judge by unscored, and says why', async () => {
    expect(
      await judging(scorer, options, {
        output: 'text',
        trace: [{ agent: 'a', routed: 'a' }, { agent: 'a', model: 'm', tokens: 3, usd: 0 }, { tool: 't' }],
      }),
    ).toEqual({
      value: null,
      why: expect.stringMatching(/^Unscored: .*\.$/),
    });
  });

  it('throws nothing, stays within 0 and 1, gives a reason, and says the same twice', async () => {
    await fc.assert(
      fc.asyncProperty(told, said, async (trial, answers) => {
        const { value, why } = await judging(scorer, options, trial, scriptedJudge(answersOf(answers)));
        expect(value === null || (value >= 0 && value <= 1)).toBe(true);
        expect(why).toMatch(/\S/);
        expect(await judging(scorer, options, trial, scriptedJudge(answersOf(answers)))).toEqual({ value, why });
      }),
      { numRuns: 60 },
    );
  });

  it('is done with a hostile output in no time', async () => {
    const expected = Object.fromEntries(KEYS.map((key) => [key, ['a', 'b']]));
    for (const output of [
      '[['.repeat(50_000),
      `\`\`\`${' '.repeat(50_000)}`,
      '1,111'.repeat(30_000),
      '((a+)+'.repeat(10_000),
      `${'-\n'.repeat(50_000)}`,
    ]) {
      const began = performance.now();
      const { value } = await judging(scorer, options, { output, expected: { ...expected, answer: 'a' } });
      expect(value === null || (value >= 0 && value <= 1)).toBe(true);
      expect(performance.now() - began).toBeLessThan(5_000);
    }
  });

  it('refuses an option that it does not know, with its place', async () => {
    const text = JSON.stringify({
      name: 'x',
      coordinator: { model: 'm' },
      agents: [{ name: 'a', description: 'd', instructions: 'i' }],
      samples: [{ id: 's', input: 'i' }],
      score: [{ type: name, ...NEEDED[name], nonsense: 1 }],
    });
    const { value, position } = parseYaml(text, 'x.yaml');
    const schema = scenarioSchema({ patterns: await loadPatterns(), scorers: SCORERS });
    const parsed = schema.safeParse(value);
    const problems = problemsOf(parsed.error!, schema, value, { file: 'x.yaml', position });
    const [problem] = problems.filter(({ what }) => what.includes('nonsense'));
    expect(problem).toMatchObject({ place: { file: 'x.yaml', line: 1, path: expect.stringMatching(/^score\[0\]/) } });
  });
});
