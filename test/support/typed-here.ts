import { realpath } from 'node:fs/promises';
import { typed } from '../../src/cli.ts';

/** What a command left behind that ran in this process. */
export interface TypedHere {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A command puts a guard before the network and counts on nobody else's: one at a time. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Types `patternbench …` in this process: the program, its options, its output and its exit code are those of the real one, and a process
 * need not be started. It is not for signals, for standard input, or for what Node itself does as it starts and ends.
 */
export function typedHere(args: readonly string[], { cwd, env }: { cwd: string; env: Readonly<Record<string, string>> }) {
  const next = last.then(() => run(args, cwd, env));
  last = next.catch(() => undefined);
  return next;
}

async function run(args: readonly string[], cwd: string, env: Readonly<Record<string, string>>): Promise<TypedHere> {
  const root = await realpath(cwd);
  let [out, err] = ['', ''];
  const surroundings = {
    env,
    stdout: { write: (text: string) => (out += text) },
    stderr: { write: (text: string) => (err += text) },
    cwd: () => root,
  };
  const code = await typed(args, surroundings, new AbortController().signal);
  return { code, out, err };
}
