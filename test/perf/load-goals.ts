import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Goal } from './goal.ts';

const FOLDER = join(import.meta.dirname, 'goals');

/** Every goal there is: the one export of each file in goals/ whose id is the file's name. Throws, naming the file, where there is none. */
export async function loadGoals(): Promise<Goal[]> {
  const files = (await readdir(FOLDER)).filter((name) => name.endsWith('.ts')).sort();
  return Promise.all(files.map(async (file) => goalOf(file, await import(pathToFileURL(join(FOLDER, file)).href))));
}

function goalOf(file: string, module: unknown): Goal {
  const id = file.replace(/\.ts$/, '');
  const goal = Object.values(module as Record<string, Goal | undefined>).find((value) => value?.id === id);
  if (goal) return goal;
  throw new Error(`test/perf/goals/${file} exports no goal with the id "${id}"`);
}
