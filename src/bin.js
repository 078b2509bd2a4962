#!/usr/bin/env node
// Plain JavaScript on purpose: it must run, and speak, on a Node that is too old for the rest.
import { fileURLToPath } from 'node:url';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 15)) {
  process.stderr.write(
    `patternbench needs Node 24.15 or newer; this is ${process.versions.node}.\n` +
      'In a checkout, npm brings its own: npm run patternbench -- <command>. Elsewhere: npx -p node@24 -p patternbench patternbench <command>\n',
  );
  process.exitCode = 2;
} else {
  // Sources in a checkout, JavaScript in the published package.
  const extension = import.meta.url.endsWith('/src/bin.js') ? 'ts' : 'js';
  // Compiled code is kept beside the packages, so that a second start reads it instead of compiling (and stripping types) again.
  const { enableCompileCache } = await import('node:module');
  enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/patternbench', import.meta.url)));
  // Before anything else is loaded: a client that keeps a timer from before would stay on real time inside a trial.
  const { installAmbientTime } = await import(`./kernel/ambient-time.${extension}`);
  installAmbientTime();
  const { main } = await import(`./cli.${extension}`);
  process.exitCode = await main(process.argv.slice(2));
}
