import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHECKOUT, command, journeyProject, type JourneyProject } from '../support/journey.ts';

/** Opens a pseudo-terminal and passes keys and exit code through (util-linux). */
const SCRIPT = '/usr/bin/script';
const isLinux = process.platform === 'linux' && existsSync(SCRIPT);

let project: JourneyProject;
beforeAll(async () => void (project = await journeyProject('starter', 'support-desk')));
afterAll(() => project[Symbol.asyncDispose]());

/** Types a command on a terminal of 80 columns, and `keys` as soon as `seen` stands on it. */
function onTerminal(args: string, { env = {}, seen, keys }: { env?: Record<string, string>; seen?: RegExp; keys?: string } = {}) {
  const line = `stty cols 80 rows 24; exec '${process.execPath}' '${CHECKOUT}/src/bin.js' ${args}`;
  let typed = false;
  return command([SCRIPT, '-qefc', line, '/dev/null'], {
    cwd: project.root,
    env: { TERM: 'xterm', SHELL: '/bin/sh', PATH: '/usr/bin:/bin', ...env },
    onOutput: (out) => {
      if (typed || !seen?.test(out)) return undefined;
      typed = true;
      return keys;
    },
  });
}

const SHOW_CURSOR = '\u001b[?25h';
const HIDE_CURSOR = '\u001b[?25l';
const ESCAPE = /\u001b(?:\[[0-9;?]*[A-Za-z]|[78])/g;

// Without `script` there is no terminal to be had.
describe.skipIf(!isLinux)('on a terminal', () => {
  it('a run shows a bar while it goes on and leaves a table in colour', async () => {
    const { code, out } = await onTerminal('run -s starter');
    expect(code).toBe(0);
    expect(out).toMatch(/replay {2}[█░]+ {2}126\/126/);
    expect(out.lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(out.lastIndexOf(HIDE_CURSOR));
    // The bar is wiped away before the table begins.
    const table = out.slice(out.lastIndexOf('\u001b[2K'));
    expect(table.replace(ESCAPE, '').trimStart()).toMatch(/^SIMULATED /);
    expect(table).toContain('\u001b[1m');
    expect(
      table
        .replace(ESCAPE, '')
        .split('\r\n')
        .filter((line) => line.length > 80),
    ).toEqual([]);
    const plain = await onTerminal('run -s starter --no-color --quiet');
    expect(plain.out).not.toContain('\u001b');
  });

  it('Ctrl-C during the bar gives the cursor back', async () => {
    const told = await onTerminal('run -s support-desk -j 1', { seen: / [1-9]\d*\/\d+ /, keys: '\u0003' });
    expect(told).toMatchObject({ code: 130, stack: false });
    expect(told.out.lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(told.out.lastIndexOf(HIDE_CURSOR));
    expect(told.out).toContain('nothing of this run was written');
  });

  it.each([
    ['n', 'n\n'],
    ['nothing', '\n'],
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('a real endpoint is asked for first, and %s is a no', async (_answer, keys) => {
    // An address of the documentation's network: nothing that is sent there arrives.
    const env = { OPENAI_API_KEY: 'none', OPENAI_BASE_URL: 'http://192.0.2.1/v1' };
    const told = await onTerminal('record -s starter --provider openai', { env, seen: /Go on\? \[y\/N\]/, keys });
    expect(told).toMatchObject({ code: 130, stack: false });
    expect(told.out).toContain('nothing was called');
    expect(existsSync(project.path('fixtures/starter/openai.jsonl'))).toBe(false);
  });
});
