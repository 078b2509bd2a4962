import { join } from 'node:path';

/** For the environment of a process that loads sources: compiled code is kept where src/bin.js keeps it. Most of a short process is compiling. */
export const COMPILE_CACHE = { NODE_COMPILE_CACHE: join(import.meta.dirname, '../../node_modules/.cache/patternbench') };
