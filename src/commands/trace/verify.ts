import { join } from 'node:path';
import { numberedLines } from '../../bench/report-of-spans.ts';
import { safeText } from '../../kernel/terminal-text.ts';
import { OWN } from '../../telemetry/attribute-names.ts';
import { parseOtlpLine } from '../../telemetry/otlp-parse.ts';
import { checkTrace } from '../../telemetry/trace-check.ts';
import { defineCommand } from '../shell/command.ts';
import { EXIT } from '../shell/exit-code.ts';
import { runFolderOf } from '../shell/saved-run.ts';

/** Problems that are told in full; the rest is counted. */
const TOLD = 20;

export default defineCommand({
  name: 'verify',
  description: 'check every trace: complete, well formed, attributes as promised, usage on calls only',
  examples: [
    ['patternbench trace verify', 'the last run'],
    ['patternbench trace verify reports/all-1a2b3c4d/spans.jsonl', 'a file'],
  ],
  configure: (command) => {
    command
      .argument('[run]', 'id or folder of a saved run, or a file of OTLP JSON lines (default: the last run)')
      .option('--no-color', 'plain text');
  },
  run: async ({ args }, shell) => {
    const file = args[0]?.endsWith('.jsonl') ? args[0] : join(await runFolderOf(args[0], shell), 'spans.jsonl');
    const found = { traces: 0, spans: 0, problems: 0 };
    for await (const [number, line] of numberedLines(file)) {
      const { spans } = parseOtlpLine(line, { place: { file, line: number } });
      // The plan of a run is a line of its own, and no trial.
      if (spans.length === 1 && spans[0]!.attributes[OWN.stepType] === 'plan') continue;
      found.traces++;
      found.spans += spans.length;
      for (const { path, problem } of checkTrace(spans)) {
        if (found.problems++ < TOLD) shell.err(safeText(`${file}:${number}: span "${path}" ${problem}`));
      }
    }
    if (found.problems > TOLD) shell.err(`… and ${found.problems - TOLD} more`);
    shell.out(`${found.traces} traces, ${found.spans} spans, ${found.problems} problems`);
    return found.problems > 0 ? EXIT.gate : EXIT.ok;
  },
});
