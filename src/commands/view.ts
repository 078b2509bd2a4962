import { defineCommand } from './shell/command.ts';
import { EXIT } from './shell/exit-code.ts';
import { wholeNumber } from './shell/run-options.ts';
import { untilInterrupted } from './shell/until-interrupted.ts';

export default defineCommand({
  name: 'view',
  description: 'serve the page of a saved run on this machine, until Ctrl-C',
  examples: [
    ['patternbench view', 'the last run'],
    ['patternbench view support-desk-1a2b3c4d --port 4020', 'another one, at an address that stays'],
  ],
  configure: (command) => {
    command
      .argument('[run]', 'id or folder of a saved run (default: the last one)')
      .option('--port <number>', '0 takes a free one', wholeNumber('--port', 0), 0);
  },
  run: async ({ args, options }, shell) => {
    const [{ reportPage }, { servePage }, { runFolderOf }] = await Promise.all([
      import('./shell/report-page.ts'),
      import('./shell/serve-page.ts'),
      import('./shell/saved-run.ts'),
    ]);
    const folder = await runFolderOf(args[0], shell);
    const page = await reportPage(folder);
    await using server = await servePage(page, Number(options['port']));
    shell.out(`http://127.0.0.1:${server.port}/`);
    shell.err('Ctrl-C ends it. The page is one file that works from disk too: report -o report.html');
    await untilInterrupted(shell.signal);
    return EXIT.ok;
  },
});
