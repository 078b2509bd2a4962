import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type JourneyProject, journeyProject } from '../support/journey.ts';

let project: JourneyProject;
beforeAll(async () => (project = await journeyProject('starter')));
afterAll(() => project[Symbol.asyncDispose]());

describe('journeys type in the process of the test, and see what the real command shows', () => {
  it.each([
    [0, ['--help'], {}],
    [0, ['run', '--help'], { COLUMNS: '60' }],
    [0, ['list', 'patterns'], {}],
    [0, ['run', '-s', 'starter', '-p', 'single', 'router'], {}],
    [0, ['report'], { COLUMNS: '120' }],
    [2, [], {}],
    [2, ['runn'], {}],
    [2, ['fixtures', 'lss'], {}],
    [2, ['run', '--nope'], {}],
    [2, ['run', '-s', 'nowhere'], { NO_COLOR: '1' }],
    [2, ['run', '-s', 'starter', '--mode', 'live', '--provider', 'openai'], { CI: '1', OPENAI_API_KEY: 'sk-nobody' }],
    [4, ['run', '-s', 'starter', '-n', '5', '--quiet'], {}],
    [6, ['run', '-s', 'starter', '-p', 'single', '--quiet', '--max-tokens', '10'], {}],
  ] as const)('exit %i: patternbench %j %j', async (code, args, env) => {
    const { ms: _here, ...here } = await project.type(args, { env });
    const { ms: _alone, ...alone } = await project.type(args, { env, alone: true });
    expect(here).toEqual(alone);
    expect(here.code).toBe(code);
  });
});
