import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { type FixtureFile, fixtureFileNamed, fixtureFiles } from '../../fixtures/fixture-files.ts';
import { messageOf, PatternbenchError } from '../../kernel/errors.ts';
import type { Shell } from './shell.ts';

/** The text of a recording and what to call it. */
export interface FixtureText {
  readonly name: string;
  readonly text: string;
}

/** Characters that a version of a file in git may have. */
const MAX_BLOB = 512 * 1024 * 1024;

/** The recording sets of the project that are named, by `<scenario>/<profile>`, `<scenario>` or file; all when none is. Throws `not_found`. */
export async function chosenSets(names: readonly string[], { root }: Shell): Promise<FixtureFile[]> {
  const files = await fixtureFiles(join(root, 'fixtures'));
  return names.length === 0 ? files : names.map((name) => setAt(name, root) ?? fixtureFileNamed(files, name));
}

/** The one set that is named. Throws `usage` without a name. */
export async function chosenSet(name: string | undefined, shell: Shell): Promise<FixtureFile> {
  if (name === undefined)
    throw new PatternbenchError('usage', 'a recording set is missing', { remedy: 'npm run patternbench -- fixtures ls' });
  return (await chosenSets([name], shell))[0]!;
}

/** A set named by its file, wherever that lies. */
function setAt(name: string, root: string): FixtureFile | undefined {
  if (!name.endsWith('.jsonl')) return undefined;
  const file = isAbsolute(name) ? name : join(root, name);
  if (!existsSync(file))
    throw new PatternbenchError('not_found', `there is no file "${name}"`, { remedy: 'npm run patternbench -- fixtures ls' });
  const [scenario = '', profile = ''] = file.slice(0, -'.jsonl'.length).split(/[\\/]/).slice(-2);
  return { name: relative(root, file), scenario, profile, file };
}

/** A recording as a set, a file, or a version in git (`<revision>:<path>`). Throws `not_found`. */
export async function fixtureText(source: string, shell: Shell): Promise<FixtureText> {
  const isFile = existsSync(isAbsolute(source) ? source : join(shell.root, source));
  if (!isFile && /^[^:]+:.+/.test(source)) return { name: source, text: await gitText(source, shell) };
  const { file, name } = await chosenSet(source, shell);
  return { name, text: await readFile(file, 'utf8') };
}

/** A set as the last commit has it; nothing where it has none. Throws `usage` outside of git. */
export async function committedText({ file, name }: FixtureFile, shell: Shell): Promise<FixtureText | undefined> {
  const path = relative(shell.root, file).replaceAll('\\', '/');
  await git(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], shell).catch((cause: unknown) => {
    throw new PatternbenchError('usage', 'there is no last commit to compare with', {
      cause,
      remedy: 'name two sets, files, or versions such as main:fixtures/starter/simulated.jsonl',
    });
  });
  const { stdout } = await git(['ls-tree', '--name-only', 'HEAD', '--', path], shell);
  return stdout.trim() === '' ? undefined : { name: `HEAD:${name}`, text: await gitText(`HEAD:./${path}`, shell) };
}

async function gitText(version: string, shell: Shell): Promise<string> {
  // What begins with a hyphen would be an option of git, whoever wrote it into a script.
  if (version.startsWith('-')) throw new PatternbenchError('usage', `"${version}" is no version of a file`);
  const { stdout } = await git(['cat-file', 'blob', version], shell).catch((cause: unknown) => {
    const said = (cause as { readonly stderr?: unknown }).stderr;
    throw new PatternbenchError(
      'not_found',
      `git has no ${version}: ${(typeof said === 'string' && said.trim()) || messageOf(cause)}`,
      {
        cause,
        remedy: 'write it as git show takes it, such as main:fixtures/starter/simulated.jsonl',
      },
    );
  });
  return stdout;
}

const git = (args: readonly string[], { root, env, signal }: Shell) =>
  promisify(execFile)('git', [...args], { cwd: root, env: { ...env }, signal, maxBuffer: MAX_BLOB, encoding: 'utf8' });
