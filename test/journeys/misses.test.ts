import { describe, expect, it } from 'vitest';
import { journeyProject } from '../support/journey.ts';

const SCENARIO = 'scenarios/starter.yaml';
const FILE = 'fixtures/starter/simulated.jsonl';
const RUN = ['run', '-s', 'starter', '--quiet'];
const RECORD = ['record', '-s', 'starter', '--provider', 'simulated', '--quiet'];
const QUESTION = "'Order R-310 has not come.";

describe('a miss explains itself', () => {
  it.each([
    [
      'the description of a tool',
      'What is known of an order.',
      'All that is known of an order.',
      'tools',
      [
        'the schema of the tool "find_order" differs',
        '- …{ "description": "What is known',
        '+ …{ "description": "All that is known',
      ],
    ],
    [
      'the model of an agent',
      'tools: [find_order] # the only',
      'temperature: 0.5\n    tools: [find_order] # the only',
      'field',
      ['the field "temperature" is new: "0.5"'],
    ],
    [
      'the coordinator',
      '{ model: gpt-4o, ',
      '{ model: gpt-4.1, ',
      'model',
      ['its messages are recorded, but model differs: recorded "gpt-4o", now "gpt-4.1"'],
    ],
    [
      'a question',
      'When was it sent, and',
      'Tell me when it was sent, and',
      'message',
      ['message 1 (user) differs', '- …has not come. When was it', '+ …has not come. Tell me when it was sent,'],
    ],
  ])('after a change of %s: %j', async (_what, from, to, cause, told) => {
    await using project = await journeyProject('starter');
    await project.edit(SCENARIO, from, to);
    const missed = await project.type([...RUN, '--on-miss', 'collect']);
    expect(missed).toMatchObject({ code: 4, out: '', stack: false });
    expect(missed.err).toMatch(new RegExp(`^ +\\d+  ${cause} +\\w+ +starter$`, 'm'));
    for (const text of told) expect(missed.err).toContain(text);
    expect(missed.err).toMatch(/^ {2}nearest: [\w-]{22}#\d#0\n {11}[\w-]{22}#\d#0: /m);
    for (const line of missed.err.split('\n').filter((text) => /^ {4}[-+] |^ {2}nearest|^ {11}/.test(text))) {
      expect(line.length).toBeLessThanOrEqual(80);
    }
    expect(await project.runs()).toEqual([]);
  });

  it('lists every missing call with --on-miss collect, and one recording then mends all of them', async () => {
    await using project = await journeyProject('starter');
    await project.edit(SCENARIO, 'where a reader sends books back.', 'where a reader wants to return books.');
    const missed = await project.type([...RUN, '--on-miss', 'collect']);
    expect(missed).toMatchObject({ code: 4, out: '', stack: false });
    expect(missed.err).toContain('this run says nothing and was not written');
    // The coordinator was asked on from stand-ins.
    expect(missed.err).toMatch(/^ +\d+  follows +coordinator +starter$/m);
    const listed = missed.err.match(/^ {4}[\w-]{22}#\d#\d {2}\w+ s\d {2}/gm)!;
    const fewer = (await project.type(RUN)).err;
    expect(fewer).toContain('--on-miss collect');
    expect(fewer.match(/^ {4}[\w-]{22}#\d#\d {2}\w+ s\d {2}/gm)).toBeNull();
    expect(new Set(listed).size).toBe(listed.length);
    expect(listed.length).toBeGreaterThan(20);
    expect(await project.type([...RECORD, '--mode', 'auto'])).toMatchObject({ code: 0 });
    expect(await project.type([...RUN, '--on-miss', 'collect'])).toMatchObject({ code: 0, err: '' });
  });

  it('names the scrub rule for volatile text; with it the old recording is found, and need not be made again', async () => {
    await using project = await journeyProject('starter');
    const dated = (day: string) => `'On ${day}: order R-310 has not come.`;
    await project.edit(SCENARIO, QUESTION, dated('2026-11-20'));
    expect(await project.type(RECORD)).toMatchObject({ code: 0 });
    await project.edit(SCENARIO, dated('2026-11-20'), dated('2026-11-27'));
    const missed = await project.type([...RUN, '--on-miss', 'collect']);
    expect(missed).toMatchObject({ code: 4, stack: false });
    expect(missed.err).toMatch(/^ +\d+  volatile +\w+ +starter$/m);
    expect(missed.err).toContain('add to the scenario  scrub: [date]');

    await project.edit(SCENARIO, '\ntrials: 3', '\nscrub: [date]\ntrials: 3');
    const found = await project.type(RUN);
    expect(found).toMatchObject({ code: 0, stack: false });
    expect(found.err).toContain(`warning: ${FILE} was recorded with other scrub rules (none) than the scenario's (date)`);
    const settled = await project.type([...RECORD, '--mode', 'auto']);
    expect(settled.err).toMatch(/ 0 recorded, \d+ answered from recordings; .* written/);
    expect(await project.type(RUN)).toMatchObject({ code: 0, err: '' });
    expect(await project.type(['fixtures', 'verify', 'starter'])).toMatchObject({ code: 0, stack: false });
  });

  it('refuses scrub rules that mean nothing, with their place', async () => {
    await using project = await journeyProject('starter');
    await project.edit(SCENARIO, '\ntrials: 3', "\nscrub: [date, { pattern: '(', as: x }]\ntrials: 3");
    const told = await project.type(RUN);
    expect(told).toMatchObject({ code: 2, out: '', stack: false });
    expect(told.err).toMatch(/scenarios\/starter\.yaml:\d+:\d+/);
    expect(told.err).toContain('scrub');
  });
});
