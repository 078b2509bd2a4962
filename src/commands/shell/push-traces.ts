import { join, relative } from 'node:path';
import { livePush, type PushedRun, pushRun } from '../../bench/push-run.ts';
import { safeText } from '../../kernel/terminal-text.ts';
import type { PushOptions } from './push-options.ts';
import type { Shell } from './shell.ts';

interface Pushing {
  readonly options: PushOptions;
  readonly shell: Shell;
}

const targetOf = (url: string, { options, shell }: Pushing) => ({
  url,
  signal: shell.signal,
  exact: options.jaegerExact === true,
  ui: options.jaegerUi,
});

/** Sends a saved run and says what came of it; true when all of it arrived. */
export async function pushTraces(folder: string, url: string, pushing: Pushing): Promise<boolean> {
  const { shell } = pushing;
  return told(folder, url, { shell, pushed: await pushRun(folder, { ...targetOf(url, pushing), nowMs: shell.now() }) });
}

/** The same while the run goes on: for a live run, whose trials take minutes. */
export async function pushWhileRunning(url: string, pushing: Pushing) {
  const { shell } = pushing;
  const push = await livePush({ ...targetOf(url, pushing), now: shell.now });
  return {
    onTrace: push.onTrace,
    finish: async (folder: string) => told(folder, url, { shell, pushed: await push.finish(folder) }),
  };
}

function told(folder: string, url: string, { shell, pushed }: { readonly shell: Shell; readonly pushed: PushedRun }): boolean {
  const { exported, rejected, notice, jaeger } = pushed;
  if (notice) shell.err(safeText(notice));
  else shell.err(safeText(`${exported} spans sent to ${url}`));
  if (jaeger) {
    const file = relative(shell.root, join(folder, 'jaeger-links.json'));
    shell.err(safeText(`in Jaeger: ${jaeger.search}\na link for each trial: ${file}`));
  }
  return !notice && rejected === 0;
}
