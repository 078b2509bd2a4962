import { pushRun } from '../../bench/push-run.ts';
import { PatternbenchError } from '../../kernel/errors.ts';
import { safeText } from '../../kernel/terminal-text.ts';
import { defineCommand } from '../shell/command.ts';
import { EXIT } from '../shell/exit-code.ts';
import { runFolderOf } from '../shell/saved-run.ts';

export default defineCommand({
  name: 'push',
  description: 'send the traces of a saved run to an OTLP/HTTP endpoint such as Jaeger, moved to end now',
  examples: [['patternbench trace push --otlp http://127.0.0.1:4318', 'the last run']],
  configure: (command) => {
    command
      .option('--run <id>', 'id or folder of a saved run (default: the last one)')
      .option('--otlp <url>', 'the endpoint (also OTEL_EXPORTER_OTLP_ENDPOINT)')
      .option('--no-color', 'plain text');
  },
  run: async ({ options }, shell) => {
    const url = (options['otlp'] as string | undefined) ?? shell.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
    if (!url)
      throw new PatternbenchError('usage', 'where to?', {
        remedy: '--otlp http://127.0.0.1:4318, or set OTEL_EXPORTER_OTLP_ENDPOINT',
      });
    const folder = await runFolderOf(options['run'] as string | undefined, shell);
    const { exported, rejected, notice } = await pushRun(folder, { url, nowMs: shell.now(), signal: shell.signal });
    shell.out(`${exported} spans sent${rejected > 0 ? `, ${rejected} rejected` : ''}`);
    if (notice) shell.err(safeText(notice));
    return notice || rejected > 0 ? EXIT.errors : EXIT.ok;
  },
});
