import { describe, expect, it } from 'vitest';
import { problemsOf, scenarioError } from '../../src/schema/issues.ts';
import { scenarioSchema } from '../../src/schema/scenario.ts';
import { parseYaml } from '../../src/schema/yaml-source.ts';
import { z } from '../../src/schema/zod.ts';

const parts = {
  patterns: [
    { name: 'single', options: z.strictObject({}) },
    { name: 'parallel', options: z.strictObject({ aggregate: z.enum(['coordinator', 'join']).default('join') }) },
  ],
  scorers: [
    { name: 'contains', options: z.strictObject({ of: z.string(), all: z.boolean().default(false) }) },
    { name: 'facts', options: z.strictObject({}) },
  ],
};

const SOUND = `name: tiny
coordinator: { model: gpt-4o }
agents:
  - { name: writer, description: writes, instructions: Write., tools: [find] }
tools:
  find:
    description: finds
    parameters: { type: object }
    returns: [{ value: 1 }]
samples:
  - { id: one, input: Hello }
score:
  - { type: facts }
`;

/** The lines of the error for a file that differs from a sound one in one place. */
function complaints(from: string, to: string): string[] {
  expect(SOUND).toContain(from);
  const { value, position } = parseYaml(SOUND.replace(from, to), 's.yaml');
  const schema = scenarioSchema(parts);
  const result = schema.safeParse(value);
  if (result.success) return [];
  const error = scenarioError(problemsOf(result.error, schema, value, { file: 's.yaml', position }));
  expect(error.code).toBe('invalid_scenario');
  return error.message.split('\n');
}

describe('problems of a scenario', () => {
  it('are none for a sound one', () => expect(complaints('one', 'two')).toEqual([]));

  it.each([
    [
      'an unknown key',
      'description: writes',
      'descripton: writes',
      's.yaml:4:21 agents[0].descripton: unknown key "descripton"; did you mean "description"?',
    ],
    ['a missing key', 'description: writes, ', '', 's.yaml:4:5 agents[0].description: missing; expected text'],
    [
      'an unknown key at the top',
      'samples:',
      'banana: 1\nsamples:',
      's.yaml:10:1 banana: unknown key "banana"; known: name, description,',
    ],
    ['a wrong type', 'model: gpt-4o', 'model: [1]', 's.yaml:2:23 coordinator.model: expected text, got a list'],
    ['an empty value', '  - { id: one, input: Hello }', '', 's.yaml:10:9 samples: expected a list or text, got nothing (null)'],
    ['a number out of range', 'name: tiny', 'name: tiny\ntrials: 0', 's.yaml:2:9 trials: must be at least 1'],
    ['a fraction', 'name: tiny', 'name: tiny\ntrials: 1.5', 's.yaml:2:9 trials: expected a whole number, got the number 1.5'],
    [
      'an unknown pattern',
      'name: tiny',
      'name: tiny\npatterns: { paralel: {} }',
      's.yaml:2:13 patterns.paralel: unknown pattern "paralel"; did you mean "parallel"? (known: single, parallel)',
    ],
    [
      'an unknown option of a pattern',
      'name: tiny',
      'name: tiny\npatterns: { parallel: { agregate: join } }',
      's.yaml:2:25 patterns.parallel.agregate: unknown key "agregate"; did you mean "aggregate"?',
    ],
    [
      'a wrong option of a pattern',
      'name: tiny',
      'name: tiny\npatterns: { parallel: { aggregate: vote } }',
      's.yaml:2:36 patterns.parallel.aggregate: expected "coordinator" or "join", got the text "vote"',
    ],
    [
      'an unknown scorer',
      'type: facts',
      'type: contians',
      's.yaml:13:13 score[0].type: unknown scorer type "contians"; did you mean "contains"? (known: contains, facts)',
    ],
    ['a score without type', 'type: facts', 'name: facts', 's.yaml:13:5 score[0].type: missing; expected one of contains, facts'],
    ['a missing option of a scorer', 'type: facts', 'type: contains', 's.yaml:13:5 score[0].of: missing; expected text'],
    [
      'an unknown option of a scorer',
      'type: facts',
      'type: contains, of: x, al: true',
      's.yaml:13:30 score[0].al: unknown key "al"; did you mean "all"?',
    ],
    [
      'a tool that does nothing',
      '    returns: [{ value: 1 }]\n',
      '',
      's.yaml:7:5 tools.find.returns: missing; expected a list (or "handler" instead of it)',
    ],
    [
      'a handler that is none',
      'returns: [{ value: 1 }]',
      'handler: tools.ts',
      's.yaml:9:14 tools.find.handler: must read file.ts#export',
    ],
    [
      'an unknown key of a tool',
      'returns: [{ value: 1 }]',
      'returns: [{ vale: 1 }]',
      's.yaml:9:17 tools.find.returns[0].vale: unknown key "vale"; did you mean "value"?',
    ],
    ['an unfit name of a tool', '  find:\n', '  "fi nd":\n', 's.yaml:6:3 tools["fi nd"]: "fi nd" is no name that can stand here'],
    ['a sample without input', ', input: Hello', '', 's.yaml:11:5 samples[0].input: missing; expected text'],
    ['an empty input', 'Hello', '""', 's.yaml:11:23 samples[0].input: must not be empty'],
    ['no samples', '\n  - { id: one, input: Hello }', ' []', 's.yaml:10:10 samples: a scenario needs at least one sample'],
    [
      'a number that JSON cannot carry',
      'Hello',
      'Hello, expected: { x: .inf }',
      's.yaml:11:45 samples[0].expected.x: expected JSON data, got the number Infinity',
    ],
  ])('name place, path and remedy: %s', (_what, from, to, expected) => {
    const lines = complaints(from, to);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(expected);
  });

  it('are listed in the order of the file, ten at most', () => {
    const agents = Array.from({ length: 12 }, (_, i) => `  - { name: a${i}, description: x }`).join('\n');
    const lines = complaints('  - { name: writer, description: writes, instructions: Write., tools: [find] }', agents);
    expect(lines).toHaveLength(11);
    expect(lines.slice(0, 10).map((line) => line.split(':')[1])).toEqual(['4', '5', '6', '7', '8', '9', '10', '11', '12', '13']);
    expect(lines[10]).toBe('… and 2 more');
  });

  it('place the error at the first of them', () => {
    const place = { file: 's.yaml', line: 3, column: 5, path: 'a' };
    const error = scenarioError([
      { place, what: 'bad' },
      { place: { file: 's.yaml' }, what: 'worse' },
    ]);
    expect(error.place).toEqual(place);
    expect(error.message).toBe('s.yaml:3:5 a: bad\ns.yaml: worse');
    expect(error.remedy).toBeTruthy();
  });
});
