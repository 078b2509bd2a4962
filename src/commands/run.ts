import { defineCommand } from './shell/command.ts';
import { declareReplayOptions, declareRunOptions, type RunOptionValues } from './shell/run-options.ts';

export default defineCommand({
  name: 'run',
  description: 'run scenarios under patterns and compare them; replays recordings, offline, unless told otherwise',
  examples: [
    ['patternbench run', 'every scenario, every pattern, from recordings'],
    ['patternbench run -s support-desk -p single router', 'one scenario, two patterns'],
    ['patternbench run --otlp http://127.0.0.1:4318', 'and send the traces to Jaeger'],
    ['patternbench run -s support-desk --on-miss collect', 'all that is not recorded, with its cause'],
    ['patternbench run --mode live --provider openai -s starter --yes', 'a real endpoint, nothing recorded'],
  ],
  configure: (command) => {
    declareRunOptions(command);
    declareReplayOptions(command);
    command
      .option(
        '--mode <mode>',
        'replay, auto (record what is missing), record (everything again), live (record nothing), once (record if there is no file)',
        'replay',
      )
      .option(
        '--transport <way>',
        'of recorded answers: port (fast), sdk (the openai client), guard (the client and nock)',
        'port',
      )
      .option('--strict-clock', 'fail trials that do real I/O outside of ctx.hold, where virtual time would be wrong')
      .option('--journal', 'keep a journal in a replay too, so that it can be taken up again (other modes always do)')
      .option('--yes', 'do not ask before a real endpoint is called');
  },
  run: async ({ options }, shell) => {
    const [{ runBench }, { modeNamed }] = await Promise.all([import('./shell/run-bench.ts'), import('./shell/run-mode.ts')]);
    const values = options as unknown as RunOptionValues;
    return runBench(values, modeNamed(values.mode ?? 'replay', ['replay', 'auto', 'record', 'live', 'once']), shell);
  },
});
