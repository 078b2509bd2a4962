import { execFileSync, spawn } from 'node:child_process';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { BUILT } from './real-jaeger.ts';

// `npm run jaeger`: builds Jaeger from its Go modules the first time (some minutes; needs Go and its module proxy, no container), then starts
// it with our configuration of its pages: http://localhost:16686, traces to http://localhost:4318. The pages are not part of Jaeger's module;
// they come from a module that carries a built copy of them (release 1.68).

/** The module tag v1.76.0 is the release 2.13.0. */
const JAEGER = 'github.com/jaegertracing/jaeger@v1.76.0';
const PAGES = 'github.com/tonistiigi/jaeger-ui-rest@v0.0.0-20250408171107-3dd17559e117';

const folder = dirname(BUILT);
const pages = join(folder, 'pages');

const go = (cwd: string, ...args: string[]): string =>
  execFileSync('go', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

const downloaded = (module: string): string =>
  (JSON.parse(go(folder, 'mod', 'download', '-json', module)) as { Dir: string }).Dir;

/** Jaeger's module replaces others, which only a main module may: ours has its requirements and replacements. */
async function build(): Promise<void> {
  const source = downloaded(JAEGER);
  const module = await readFile(join(source, 'go.mod'), 'utf8');
  await writeFile(join(folder, 'go.mod'), module.replace(/^module .*$/m, 'module build'));
  await copyFile(join(source, 'go.sum'), join(folder, 'go.sum'));
  go(folder, 'mod', 'edit', `-require=${JAEGER}`);
  go(folder, 'build', '-mod=mod', '-buildvcs=false', '-o', BUILT, 'github.com/jaegertracing/jaeger/cmd/jaeger');
}

async function unpackPages(): Promise<void> {
  const source = join(downloaded(PAGES), 'public');
  for (const entry of await readdir(source, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const from = join(entry.parentPath, entry.name);
    const to = join(pages, from.slice(source.length));
    await mkdir(dirname(to), { recursive: true });
    await pipeline(createReadStream(from), createGunzip(), createWriteStream(to));
  }
}

await mkdir(folder, { recursive: true });
if (!existsSync(BUILT)) await build();
if (!existsSync(pages)) await unpackPages();
const settings = {
  'extensions::jaeger_query::ui::assets_path': pages,
  'extensions::jaeger_query::ui::config_file': join(import.meta.dirname, '../../reports/jaeger-ui.json'),
};
spawn(
  BUILT,
  Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`]),
  { stdio: 'inherit' },
);
