import { join } from 'node:path';
import { defineCommand } from './shell/command.ts';
import { EXIT } from './shell/exit-code.ts';

export default defineCommand({
  name: 'trace',
  description: 'read traces: a waterfall in the terminal, a check of their shape, or on to Jaeger',
  examples: [
    ['patternbench trace ls', 'the trials of the last run'],
    ['patternbench trace show support-desk/router/t01/0', 'a waterfall with the critical path'],
    ['patternbench trace push --otlp http://127.0.0.1:4318', 'the last run to Jaeger'],
    ['patternbench trace verify', 'whether every trace is complete and well formed'],
  ],
  commands: join(import.meta.dirname, 'trace'),
  configure: () => undefined,
  run: () => Promise.resolve(EXIT.usage),
});
