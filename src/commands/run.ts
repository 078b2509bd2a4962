import { PatternbenchError } from '../kernel/errors.ts';
import type { RunRecord } from '../schema/run-record.ts';
import { defineCommand } from './shell/command.ts';
import { runBench } from './shell/run-bench.ts';
import { declareRunOptions, type RunOptionValues } from './shell/run-options.ts';

const MODES = ['replay', 'auto', 'record', 'live'] as const satisfies readonly RunRecord['mode'][];

export default defineCommand({
  name: 'run',
  description: 'run scenarios under patterns and compare them; replays recordings, offline, unless told otherwise',
  examples: [
    ['patternbench run', 'every scenario, every pattern, from recordings'],
    ['patternbench run -s support-desk -p single router', 'one scenario, two patterns'],
    ['patternbench run --otlp http://127.0.0.1:4318', 'and send the traces to Jaeger'],
    ['patternbench run --mode live --provider openai -s starter --yes', 'a real endpoint, nothing recorded'],
  ],
  configure: (command) => {
    declareRunOptions(command);
    command
      .option(
        '--mode <mode>',
        'replay, auto (record what is missing), record (everything again), live (record nothing)',
        'replay',
      )
      .option(
        '--transport <way>',
        'of recorded answers: port (fast), sdk (the openai client), guard (the client and nock)',
        'port',
      )
      .option('--strict-clock', 'fail trials that do real I/O outside of ctx.hold, where virtual time would be wrong')
      .option('--yes', 'do not ask before a real endpoint is called');
  },
  run: ({ options }, shell) => {
    const values = options as unknown as RunOptionValues;
    return runBench(values, modeOf(values.mode ?? 'replay', MODES), shell);
  },
});

function modeOf<Mode extends string>(text: string, modes: readonly Mode[]): Mode {
  const mode = modes.find((candidate) => candidate === text);
  if (mode) return mode;
  throw new PatternbenchError('usage', `there is no mode "${text}"`, { remedy: `name one of ${modes.join(', ')}` });
}
