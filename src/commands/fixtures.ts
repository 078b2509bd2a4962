import { join } from 'node:path';
import { defineCommand } from './shell/command.ts';
import { EXIT } from './shell/exit-code.ts';

export default defineCommand({
  name: 'fixtures',
  description: 'look after recorded traffic: list, read, check, compare, tidy, import, export',
  examples: [
    ['patternbench fixtures ls', 'what is recorded'],
    ['patternbench fixtures show starter --agent orders', 'what an agent was asked and answered'],
    ['patternbench fixtures diff starter', 'what a recording changed since the last commit'],
    ['patternbench fixtures <command> --help', 'options and more examples'],
  ],
  commands: join(import.meta.dirname, 'fixtures'),
  configure: () => undefined,
  run: () => Promise.resolve(EXIT.usage),
});
