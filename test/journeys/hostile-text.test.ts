import { expect, it } from 'vitest';
import { journeyProject } from '../support/journey.ts';

// What a terminal would obey: a colour, a new window title, a cleared screen; and what reorders text for the eye.
const HOSTILE = String.raw`\e[31mred\e]0;owned\a\e[2J\u202Eright to left\u009b5m`;

it('a scenario cannot write to the terminal of somebody who runs it', async () => {
  await using project = await journeyProject('starter');
  await project.edit(
    'scenarios/starter.yaml',
    "input: 'Order R-310 has not come.",
    `input: "${HOSTILE} Order R-310 has not come.`,
  );
  await project.edit('scenarios/starter.yaml', "and when will it be here?'", 'and when will it be here?"');
  await project.edit('scenarios/starter.yaml', 'description: Three questions to', `description: "${HOSTILE}" #`);
  const only = ['-s', 'starter', '-p', 'single', 'router', '--sample', '1', '--quiet'];
  const told = [
    await project.type(['run', ...only]),
    await project.type(['record', ...only, '--mode', 'auto']),
    await project.type(['run', ...only]),
    await project.type(['show', 'starter/router/s1/0']),
    await project.type(['show', 'starter/\u001b[31mrouter/s1/0']),
    await project.type(['list', 'scenarios']),
    await project.type(['validate']),
  ];
  expect(told.map(({ code }) => code)).toEqual([4, 0, 0, 0, 2, 0, 0]);
  for (const { out, err, stack } of told) {
    expect(out + err).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(stack).toBe(false);
  }
  for (const answer of [told[3]!.out, told[4]!.err, told[5]!.out]) expect(answer).toContain(String.raw`\u{1b}[31mr`);
});
