import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Goal } from '../goal.ts';
import { pairedRatio } from '../ratio.ts';

const ROUNDS = 9;

/** How many times the CPU of a Node that does nothing it may take to say what there is. */
const LIMIT = 6;

/** A process knows its own CPU time only; it tells it through a pipe as it ends. */
const TELL = `process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  require('node:fs').writeSync(3, String(user + system));
});`;

/** What it costs to be told what there is: the command line against a Node that does nothing. */
export const coldStart: Goal = {
  id: 'cold-start',
  title: 'CPU of `patternbench --help` over that of `node -e 0`',
  run: ({ root }) => {
    const folder = mkdtempSync(join(tmpdir(), 'patternbench-perf-'));
    try {
      const tell = join(folder, 'tell-cpu.cjs');
      writeFileSync(tell, TELL);
      for (const part of ['scenarios', 'fixtures']) symlinkSync(join(root, part), join(folder, part));
      const bin = join(root, 'src', 'bin.js');
      const commands = {
        'node -e 0': ['-e', '0'],
        'node -e 0 again': ['-e', '0'],
        'patternbench --help': [bin, '--help'],
        'patternbench list patterns': [bin, 'list', 'patterns'],
        'patternbench run -s starter': [bin, 'run', '-s', 'starter', '--quiet'],
      };
      const names = Object.keys(commands) as (keyof typeof commands)[];
      const costs = new Map(names.map((name) => [name, [] as number[]]));
      for (let round = 0; round <= ROUNDS; round++) {
        for (const name of names) {
          const ms = cpuMs(tell, commands[name], folder);
          // The first round fills the caches of the file system.
          if (round > 0) costs.get(name)!.push(ms);
        }
      }
      const bare = costs.get('node -e 0')!;
      const ratioOf = (name: (typeof names)[number]) => pairedRatio(costs.get(name)!, bare);
      const { median, low, high } = ratioOf('patternbench --help');
      return Promise.resolve({
        goal: 'cold-start',
        value: median,
        limit: LIMIT,
        pass: median <= LIMIT,
        aa: ratioOf('node -e 0 again').median,
        iqr: [low, high] as const,
        isVoid: false,
        rows: names.map((name) => ({
          what: name,
          value:
            `${Math.round(
              pairedRatio(
                costs.get(name)!,
                bare.map(() => 1),
              ).median,
            )} ms`.padStart(10) + ratioOf(name).median.toFixed(2).padStart(8),
        })),
        conditions: `CPU of whole processes, compiled code kept from the first start (src/bin.js); medians of ${ROUNDS} rounds`,
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

function cpuMs(tell: string, args: readonly string[], cwd: string): number {
  const { status, output } = spawnSync(process.execPath, ['--require', tell, ...args], {
    cwd,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}`);
  return Number(output[3]?.toString()) / 1000;
}
