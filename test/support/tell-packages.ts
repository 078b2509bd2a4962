import { registerHooks } from 'node:module';
import { writeSync } from 'node:fs';

// Preloaded with --import: tells, as the process ends, which packages it loaded, one a line on file descriptor 3.
const packages = new Set<string>();
registerHooks({
  load: (url, context, nextLoad) => {
    const name = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
    if (name !== undefined) packages.add(name);
    return nextLoad(url, context);
  },
});
process.on('exit', () => void writeSync(3, [...packages].sort().join('\n')));
