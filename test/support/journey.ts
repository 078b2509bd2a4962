import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { typedHere } from './typed-here.ts';

/** The checkout that is tested. */
export const CHECKOUT = join(import.meta.dirname, '../..');

/** What a command said and how it ended, as the person who typed it sees it. */
export interface Told {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** Whether a stack trace or a plea for a bug report was shown: never for a person's mistake. */
  readonly stack: boolean;
  readonly ms: number;
}

export interface Asking {
  /** The whole environment; nothing of the test's own reaches the command. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called with all of stderr so far, whenever there is more of it; the command gets the signal that it returns. */
  readonly onError?: (err: string) => NodeJS.Signals | undefined;
  /** Called with all of stdout so far, whenever there is more of it; types what it returns. */
  readonly onOutput?: (out: string) => string | undefined;
  /** Whether the command must run in a process of its own: where code is loaded again that has changed, or the process is the point. */
  readonly alone?: boolean;
}

/** A folder of somebody who works with patternbench; it is gone when the test is over. */
export interface JourneyProject extends AsyncDisposable {
  readonly root: string;
  readonly path: (...names: string[]) => string;
  readonly read: (...names: string[]) => Promise<string>;
  /** Replaces the one place in a file where `from` stands; throws when there is none, so that no test changes nothing. */
  readonly edit: (file: string, from: string, to: string) => Promise<void>;
  /** Types `patternbench …` in the project; in a process of its own where that is asked for, or who types talks with the command. */
  readonly type: (args: readonly string[], asking?: Asking) => Promise<Told>;
  /** The folders of saved runs, sorted; everything that stands in reports/, drafts too. */
  readonly runs: () => Promise<string[]>;
}

/** A project with the scenarios that are named (all when none is), and with their recordings. */
export async function journeyProject(...scenarios: readonly string[]): Promise<JourneyProject> {
  const root = await mkdtemp(join(tmpdir(), 'patternbench-journey-'));
  if (scenarios.length === 0) await copyIn(root, ['scenarios', 'fixtures']);
  else
    await copyIn(
      root,
      scenarios.flatMap((name) => [`scenarios/${name}.yaml`, `fixtures/${name}`]),
    );
  const path = (...names: string[]) => join(root, ...names);
  return {
    root,
    path,
    read: (...names) => readFile(path(...names), 'utf8'),
    edit: async (file, from, to) => {
      const before = await readFile(path(file), 'utf8');
      if (before.split(from).length !== 2) throw new Error(`"${from}" stands ${before.split(from).length - 1} times in ${file}`);
      await writeFile(
        path(file),
        before.replace(from, () => to),
      );
    },
    type: (args, asking = {}) => type(args, { ...asking, cwd: root }),
    runs: async () => (await readdir(path('reports')).catch((): string[] => [])).sort(),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

async function type(args: readonly string[], { cwd, ...asking }: Asking & { readonly cwd: string }): Promise<Told> {
  const { env = {}, onError, onOutput, alone } = asking;
  // What Node reads from its environment it reads as it starts.
  const isAlone = alone ?? (onError ?? onOutput ?? Object.keys(env).find((name) => name.startsWith('NODE_'))) !== undefined;
  if (isAlone) return command([process.execPath, join(CHECKOUT, 'src/bin.js'), ...args], { ...asking, cwd });
  const began = performance.now();
  const { code, out, err } = await typedHere(args, { cwd, env });
  return { code, out, err, stack: STACK.test(out + err), ms: performance.now() - began };
}

/** Copies entries of the checkout to the same place under `root`. */
export async function copyIn(root: string, entries: readonly string[]): Promise<void> {
  for (const entry of entries) await cp(join(CHECKOUT, entry), join(root, entry), { recursive: true });
}

/** Makes entries of the checkout appear under `root` without copying them. */
export async function linkIn(root: string, entries: readonly string[]): Promise<void> {
  await mkdir(root, { recursive: true });
  for (const entry of entries) await symlink(join(CHECKOUT, entry), join(root, entry));
}

/** No journey takes this long; a command that hangs is killed and has no exit code. */
const PATIENCE_MS = 60_000;

/** Runs a command to its end. */
export function command(
  [file, ...args]: readonly string[],
  { cwd, env = {}, onError, onOutput }: Asking & { readonly cwd: string },
): Promise<Told> {
  const began = performance.now();
  const { promise, resolve, reject } = Promise.withResolvers<Told>();
  const child = spawn(file!, args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'], timeout: PATIENCE_MS, killSignal: 'SIGKILL' });
  let [out, err] = ['', ''];
  if (!onOutput) child.stdin.end();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    const keys = onOutput?.(out);
    if (keys !== undefined) child.stdin.write(keys);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
    const signal = onError?.(err);
    if (signal) child.kill(signal);
  });
  child.once('error', reject);
  child.once('close', (code) => resolve({ code, out, err, stack: STACK.test(out + err), ms: performance.now() - began }));
  return promise;
}

const STACK = /^ {4}at .+:\d+:\d+\)?$|mistake in patternbench itself/m;

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The values of a file of JSON lines. */
export const jsonLines = <T>(text: string): T[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
