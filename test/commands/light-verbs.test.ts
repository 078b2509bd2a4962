import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHECKOUT, type JourneyProject, journeyProject } from '../support/journey.ts';

let project: JourneyProject;
beforeAll(async () => (project = await journeyProject('starter')));
afterAll(() => project[Symbol.asyncDispose]());

/** The packages that a command loads, those of @stdlib as one. */
function packagesOf(...args: string[]): string[] {
  const preload = ['--import', join(CHECKOUT, 'test/support/tell-packages.ts')];
  const { status, output } = spawnSync(process.execPath, [...preload, join(CHECKOUT, 'src/bin.js'), ...args], {
    cwd: project.root,
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  expect(status).toBe(0);
  const names = output[3]!.split('\n').filter((name) => name !== '');
  return [...new Set(names.map((name) => name.replace(/^@stdlib\/.*/, '@stdlib')))];
}

const FOLDER = join(CHECKOUT, 'src/commands');

/** Those that do something themselves: help about the others loads what stands below them. */
const VERBS = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replace(/\.ts$/, ''))
  .filter((verb) => !existsSync(join(FOLDER, verb)));

const ASKS_AN_ENDPOINT = ['openai', 'gpt-tokenizer', '@opentelemetry/exporter-trace-otlp-http', '@opentelemetry/sdk-trace-node'];

describe('a verb loads what it works with, and nothing for the others', () => {
  it('tells what there is with the parser of the command line alone: a verb imports packages in its `run` only', () => {
    const loaded = packagesOf('--help');
    expect(loaded).toContain('commander');
    // Only where there is something to be found does each verb cost a process.
    const heavy = loaded.length === 1 ? [] : VERBS.filter((verb) => packagesOf(verb, '--help').length > 1);
    expect(heavy, `these import ${loaded.join(', ')} at their head; import() what needs it in run`).toEqual([]);
    expect(packagesOf('run', '--help')).toEqual(['commander']);
  });

  it('tells the verbs below one without what they work with, unless they are asked about', () => {
    expect(packagesOf('trace', 'show', '--help').filter((name) => name === '@stdlib')).toEqual([]);
    expect(packagesOf('help', 'fixtures')).not.toContain('openai');
  });

  it('lists patterns without anything that runs one', () => {
    expect(packagesOf('list', 'patterns')).toEqual(['commander', 'zod']);
  });

  it('replays without a client, a tokenizer or telemetry, and reports without the network guard too', () => {
    const forReplay = packagesOf('run', '-s', 'starter', '-p', 'single', '--quiet');
    expect(forReplay).toContain('nock');
    expect(forReplay.filter((name) => [...ASKS_AN_ENDPOINT, 'tinybench', 'cli-progress'].includes(name))).toEqual([]);
    expect(packagesOf('report').filter((name) => [...ASKS_AN_ENDPOINT, 'nock', 'yaml'].includes(name))).toEqual([]);
  });
});
