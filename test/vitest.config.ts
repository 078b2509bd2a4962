import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/ambient-setup.ts'],
    pool: 'forks',
    // No test mocks a module or leaves a global changed (test/tidy.test.ts), so files can share a worker: twice as fast on two cores.
    isolate: false,
    // Left alone, vitest keeps a core for itself: of two cores one would wait.
    maxWorkers: '100%',
    // Properties and coverage simulations compete for two cores; a hung test is still found.
    // Two cores may be busy with something else: these limits are for what hangs, not for what is slow.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
