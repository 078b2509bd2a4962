import { PatternbenchError } from '../../kernel/errors.ts';
import { defineCommand } from '../shell/command.ts';
import { EXIT } from '../shell/exit-code.ts';
import { declarePushOptions, endpointOf, metricsEndpointOf, type PushOptions } from '../shell/push-options.ts';

export default defineCommand({
  name: 'push',
  description: 'send the traces of a saved run to an OTLP/HTTP endpoint such as Jaeger, moved to end now',
  examples: [
    ['patternbench trace push --otlp http://127.0.0.1:4318', 'the last run'],
    ['patternbench trace push --otlp-metrics http://127.0.0.1:9090/api/v1/otlp/v1/metrics', 'its metrics, to Prometheus'],
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
    const metricsUrl = metricsEndpointOf(push, shell);
    if (!url && !metricsUrl)
      throw new PatternbenchError('usage', 'where to?', {
        remedy: '--otlp http://127.0.0.1:4318, or set OTEL_EXPORTER_OTLP_ENDPOINT',
      });
    const [{ pushTraces, sendMetrics }, { runFolderOf }] = await Promise.all([
      import('../shell/push-traces.ts'),
      import('../shell/saved-run.ts'),
    ]);
    const folder = await runFolderOf(options['run'] as string | undefined, shell);
    const traces = !url || (await pushTraces(folder, url, { options: push, shell }));
    const metrics = !metricsUrl || (await sendMetrics(folder, metricsUrl, shell));
    return traces && metrics ? EXIT.ok : EXIT.errors;
  },
});
