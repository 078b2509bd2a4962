import { rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { journeyProject, type JourneyProject } from '../support/journey.ts';

const SCENARIO = 'scenarios/starter.yaml';
const RECORDING = 'fixtures/starter/simulated.jsonl';
const RUN = ['run', '-s', 'starter', '--quiet'];

// What a person does to the file, the place that is told (a bar stands before it; without one only its line counts), and what is said of it.
const IN_A_SCENARIO: readonly [mistake: string, from: RegExp, to: string, at: string, told: readonly string[]][] = [
  ['an unknown key', /^draft: true/m, 'drafts: true', '|drafts', ['unknown key "drafts"', 'did you mean "draft"']],
  [
    'an unknown key far inside',
    /description: Find/,
    'descripton: Find',
    '|descripton',
    ['agents[0].descripton', '"description"'],
  ],
  ['text for a number', /^trials: 3/m, 'trials: three', 'trials: |three', ['expected a number', '"three"']],
  ['no samples', /^samples:\n(?:.*\n)*?(?=\n#)/m, 'samples: []\n', 'samples: |[]', ['at least one sample']],
  ['an unknown pattern', /^(?=primary:)/m, 'patterns: { sequentiel: {} }\n', '{ |sequentiel', ['did you mean "sequential"']],
  ['an agent twice', /- name: returns/, '- name: orders', '- name: |orders\n    description: Takes', ['"orders" occurs twice']],
  ['a tool that nobody may use', /^ {4}tools: .*\n/gm, '', '|find_order:', ['find_order', 'no agent may use']],
  ['an unknown tool', /tools: \[find_order\] #/, 'tools: [find_ordr] #', '|find_ordr', ['did you mean "find_order"']],
  ['broken YAML', /family: triage/, 'family: [triage', 'family: [triage', []],
  ['nothing at all', /[^]+/, '', '|', ['expected a mapping']],
];

function placeIn(text: string, marked: string): string {
  const [before, after] = marked.split('|');
  const at = text.indexOf(before! + (after ?? ''));
  const lines = text.slice(0, at + before!.length).split('\n');
  return `${SCENARIO}:${lines.length}:${after === undefined ? '' : lines.at(-1)!.length + 1}`;
}

// Options and names that a person mistypes; each with its exit code and what the answer must name.
const AT_THE_PROMPT: readonly [args: readonly string[], code: number, told: readonly string[]][] = [
  [['run', '-s', 'startr'], 2, ['no scenario "startr"', 'starter']],
  [['run', '-s', 'scenarios/none.yaml'], 2, ['scenarios/none.yaml', 'list scenarios']],
  [
    ['run', '-s', 'starter', '-p', 'rooter'],
    2,
    ['no pattern "rooter"', 'parallel, plan-review, refine, round-table, router, sequential, single'],
  ],
  [['run', '--nope'], 2, ["unknown option '--nope'", '--help']],
  [['run', 'starter'], 2, ['starter', '--help']],
  [['runn'], 2, ["unknown command 'runn'", 'run?']],
  [[...RUN, '--trials', '0'], 2, ['--trials', 'whole number from 1', '"0"']],
  [[...RUN, '--model', 'x=y'], 2, ['no scenario of this run uses the model "x"', 'gpt-4o, gpt-4o-mini']],
  [[...RUN, '--profile', '../x'], 2, ['--profile', '"../x"']],
  [[...RUN, '--mode', 'rply'], 2, ['no mode "rply"', 'replay, auto, record, live']],
  [['record', '-s', 'starter', '--provider', 'opnai'], 2, ['no provider "opnai"', 'openai, simulated']],
  [
    ['run', '--mode', 'live', '--provider', 'openai', '-s', 'starter'],
    2,
    ['API key', 'set OPENAI_API_KEY', '--provider simulated'],
  ],
  [['show'], 2, ["missing required argument 'trial'", '--help']],
  [['show', 'starter/single/s1/0'], 2, ['no saved run yet', 'run']],
  [['list', 'patern'], 2, ['"patern"', 'patterns, scenarios']],
  [['validate', 'nope'], 2, ['no scenario "nope"', 'starter']],
  [['run'], 2, ['no scenario to run', 'scenarios/starter.yaml']],
];

let project: JourneyProject;
beforeAll(async () => void (project = await journeyProject('starter')));
afterAll(() => project[Symbol.asyncDispose]());

describe.concurrent('a mistake in a scenario is told with its place and the way out', () => {
  it.each(IN_A_SCENARIO)('%s', async (_mistake, from, to, at, told) => {
    await using own = await journeyProject('starter');
    const before = await own.read(SCENARIO);
    const after = before.replace(from, to);
    expect(after).not.toBe(before);
    await writeFile(own.path(SCENARIO), after);
    const place = placeIn(after, at);
    const answer = await own.type(RUN);
    expect(answer).toMatchObject({ code: 2, out: '', stack: false });
    for (const part of [place, ...told, '  next: ']) expect(answer.err).toContain(part);
    // The place is told once, from where the person stands.
    expect(answer.err).not.toContain(own.root);
    expect(answer.err.split(place)).toHaveLength(2);
    expect(await own.runs()).toEqual([]);
  });
});

describe.concurrent('a mistake at the prompt is told with what there is', () => {
  it.each(AT_THE_PROMPT)('patternbench %j', async (args, code, told) => {
    const answer = await project.type(args);
    expect(answer).toMatchObject({ code, out: '', stack: false });
    for (const part of told) expect(answer.err).toContain(part);
    expect(await project.runs()).toEqual([]);
  });
});

describe.concurrent('a recording that does not fit', () => {
  const withRecording = async (change: (lines: string[]) => string[] | undefined) => {
    const own = await journeyProject('starter');
    const changed = change((await own.read(RECORDING)).split('\n'));
    if (changed) await writeFile(own.path(RECORDING), changed.join('\n'));
    else await rm(own.path(RECORDING));
    return own;
  };

  it('is missing: the command that records it offline is printed', async () => {
    await using own = await withRecording(() => undefined);
    const answer = await own.type(RUN);
    expect(answer).toMatchObject({ code: 4, out: '', stack: false });
    expect(answer.err).toContain(RECORDING);
    expect(answer.err).toContain('npm run patternbench -- record -s starter --mode auto --provider simulated\n');
  });

  it('is broken in the middle: its line is named', async () => {
    await using own = await withRecording((lines) => lines.with(100, lines[100]!.slice(0, 50)));
    for (const args of [RUN, ['validate', 'starter']]) {
      const answer = await own.type(args);
      expect(answer).toMatchObject({ code: 2, stack: false });
      expect(answer.err).toContain(`${RECORDING}:101: `);
      expect(answer.err).toContain('  next: ');
    }
    expect(await own.runs()).toEqual([]);
  });

  it('ends in a torn line: a warning, since no answer is missing', async () => {
    await using own = await withRecording((lines) => [...lines.slice(0, -2), lines.at(-2)!.slice(0, -10)]);
    const answer = await own.type(RUN);
    expect(answer).toMatchObject({ code: 0, stack: false });
    expect(answer.err).toMatch(/^warning: fixtures\/starter\/simulated\.jsonl:\d+ is torn/);
  });

  it('has fewer trials than are asked for: the command records the others', async () => {
    await using own = await journeyProject('starter');
    const more = [...RUN, '-n', '4', '-p', 'single', 'router'];
    const answer = await own.type(more);
    expect(answer).toMatchObject({ code: 4, out: '', stack: false });
    expect(answer.err).toContain('the file holds 3, counted from 0, and this is trial 3');
    const command = /npm run patternbench -- (record .* --provider simulated)\n/.exec(answer.err)![1]!;
    expect(await own.type([...command.split(' '), '--quiet'])).toMatchObject({ code: 0, stack: false });
    expect(await own.type(more)).toMatchObject({ code: 0, err: '' });
  });
});
