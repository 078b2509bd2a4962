import { readFileSync } from 'node:fs';

/** In the order in which they build on one another; each adds to the global `d3`. */
const PARTS = ['array', 'color', 'interpolate', 'format', 'time', 'time-format', 'scale', 'path', 'shape'];

/** d3's scales and shapes as one script for a page. Its parts ship as scripts of their own, so nothing is bundled. */
export const chartLibrary = (): string =>
  PARTS.map((part) => readFileSync(new URL(`../dist/d3-${part}.min.js`, import.meta.resolve(`d3-${part}`)), 'utf8').trim()).join(
    '\n',
  );
