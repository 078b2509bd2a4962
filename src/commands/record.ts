import { defineCommand } from './shell/command.ts';
import { declareRunOptions, type RunOptionValues } from './shell/run-options.ts';

export default defineCommand({
  name: 'record',
  description: 'run scenarios against an endpoint and keep its answers as fixtures',
  examples: [
    ['patternbench record -s starter --provider simulated', 'from the simulated model, offline'],
    ['patternbench record -s support-desk --mode auto --provider simulated', 'only what is missing'],
    ['patternbench record -s starter --provider openai', 'from OPENAI_BASE_URL with OPENAI_API_KEY; asks first'],
    [
      'patternbench record -s starter --provider openai --model gpt-4o=llama3.3 --model gpt-4o-mini=llama3.2',
      'another model (Ollama, vLLM, …)',
    ],
  ],
  configure: (command) => {
    declareRunOptions(command);
    command
      .option('--mode <mode>', 'record (everything again), auto (what is missing) or once (where there is no file)', 'record')
      .option('--yes', 'do not ask before a real endpoint is called');
  },
  run: async ({ options }, shell) => {
    const [{ runBench }, { modeNamed }] = await Promise.all([import('./shell/run-bench.ts'), import('./shell/run-mode.ts')]);
    const values = options as unknown as RunOptionValues;
    return runBench(values, modeNamed(values.mode ?? 'record', ['record', 'auto', 'once']), shell);
  },
});
