import { join } from 'node:path';
import { runProgram } from '../../src/commands/shell/program.ts';
import { CHECKOUT, type Told } from './journey.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');

/** Types commands in a project without starting a process for each: what is printed and the exit code are the same. Paths of `-o` must be absolute. */
export const typedIn =
  (root: string, now = NOW) =>
  async (args: readonly string[]): Promise<Omit<Told, 'ms'>> => {
    const [out, err]: [string[], string[]] = [[], []];
    const code = await runProgram(args, join(CHECKOUT, 'src/commands'), {
      out: (text) => void out.push(`${text}\n`),
      err: (text) => void err.push(`${text}\n`),
      width: 80,
      color: false,
      interactive: false,
      env: {},
      root,
      now: () => now,
      signal: new AbortController().signal,
    });
    const told = { out: out.join(''), err: err.join('') };
    return { code, ...told, stack: /^ {4}at .+:\d+:\d+\)?$|mistake in patternbench itself/m.test(told.out + told.err) };
  };
