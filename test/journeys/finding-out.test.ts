import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadPatterns, loadScorers } from '../../src/bench/parts.ts';
import { journeyProject, type JourneyProject } from '../support/journey.ts';

let project: JourneyProject;
beforeAll(async () => void (project = await journeyProject()));
afterAll(() => project[Symbol.asyncDispose]());

describe('somebody who wants to know what there is', () => {
  it('finds every command, and in each its examples', async () => {
    const help = await project.type(['--help']);
    expect(help).toMatchObject({ code: 0, err: '', stack: false });
    const commands = [...help.out.split('\nStart here:')[0]!.matchAll(/^ {2}([a-z]+) (?:\[|<)/gm)]
      .map(([, name]) => name!)
      .filter((name) => name !== 'help');
    expect(commands).toEqual(expect.arrayContaining(['list', 'record', 'run', 'show', 'validate']));
    await Promise.all(
      commands.map(async (name) => {
        const told = await project.type([name, '--help']);
        expect(told).toMatchObject({ code: 0, err: '', stack: false });
        expect(told.out).toMatch(new RegExp(`\nExamples:\n(?:.*\n)* +(?:npm run )?patternbench (?:-- )?${name}\\b`));
      }),
    );
  });

  it('is helped where nothing was asked', async () => {
    const told = await project.type([]);
    expect(told).toMatchObject({ code: 2, stack: false });
    expect(told.out + told.err).toContain('Usage: patternbench');
  });

  it('lists parts, scenarios and runs', async () => {
    expect(await project.type(['run', '-s', 'starter', '--quiet'])).toMatchObject({ code: 0 });
    const told = await project.type(['list']);
    expect(told).toMatchObject({ code: 0, err: '', stack: false });
    const names = [...(await loadPatterns()), ...(await loadScorers())].map(({ name }) => name);
    const listed = told.out.split('\n').map((line) => line.trim());
    for (const name of [...names, 'support-desk', 'market-brief', 'starter', 'simulated', 'openai', ...(await project.runs())])
      expect(listed).toContain(name);
    for (const kind of ['patterns', 'scenarios', 'scorers', 'providers', 'reporters', 'runs']) {
      const one = await project.type(['list', kind]);
      expect(one).toMatchObject({ code: 0, err: '' });
      expect(told.out).toContain(one.out);
    }
  });

  it('validates all scenarios and recordings, drafts included', async () => {
    const told = await project.type(['validate']);
    expect(told).toMatchObject({ code: 0, err: '', stack: false });
    for (const name of ['market-brief', 'starter', 'support-desk']) {
      expect(told.out).toMatch(new RegExp(`^ok {2}${name}: \\d+ samples, 14 patterns`, 'm'));
      expect(told.out).toMatch(
        new RegExp(`^ok {2}fixtures/${name}/simulated\\.jsonl: \\d+ interactions, 3 trials, simulated`, 'm'),
      );
    }
  });

  it('sees every mistake of a project at once', async () => {
    await using own = await journeyProject();
    await own.edit('scenarios/starter.yaml', 'draft: true', 'drafts: true');
    const told = await own.type(['validate']);
    expect(told).toMatchObject({ code: 2, stack: false });
    expect(told.err).toContain('scenarios/starter.yaml:');
    for (const name of ['market-brief', 'support-desk']) expect(told.out).toContain(`ok  ${name}: `);
  });
});
