import { PatternbenchError } from '../../kernel/errors.ts';
import { defineCommand } from '../shell/command.ts';
import { EXIT } from '../shell/exit-code.ts';
import { declarePushOptions, endpointOf, type PushOptions } from '../shell/push-options.ts';
import { pushTraces } from '../shell/push-traces.ts';
import { runFolderOf } from '../shell/saved-run.ts';

export default defineCommand({
  name: 'push',
  description: 'send the traces of a saved run to an OTLP/HTTP endpoint such as Jaeger, moved to end now',
  examples: [
    ['patternbench trace push --otlp http://127.0.0.1:4318', 'the last run'],
    ['patternbench trace push --otlp http://127.0.0.1:4318 --jaeger-exact', 'with the times and ids of spans.jsonl'],
  ],
  configure: (command) => {
    declarePushOptions(command)
      .option('--run <id>', 'id or folder of a saved run (default: the last one)')
      .option('--no-color', 'plain text');
  },
  run: async ({ options }, shell) => {
    const push: PushOptions = options;
    const url = endpointOf(push, shell);
    if (!url)
      throw new PatternbenchError('usage', 'where to?', {
        remedy: '--otlp http://127.0.0.1:4318, or set OTEL_EXPORTER_OTLP_ENDPOINT',
      });
    const folder = await runFolderOf(options['run'] as string | undefined, shell);
    return (await pushTraces(folder, url, { options: push, shell })) ? EXIT.ok : EXIT.errors;
  },
});
