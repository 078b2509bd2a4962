import { readdirSync, readFileSync } from 'node:fs';

const FOLDER = new URL('page/', import.meta.url);

/** The page's own script: the modules of page/ as one, without the lines that import and export; `start` of main.js begins it. */
export function pageScript(): string {
  const modules = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.js'))
    .sort()
    .map((name) => readFileSync(new URL(name, FOLDER), 'utf8'));
  const body = modules.map((text) => text.replace(/^import [^;]*;\n/gm, '').replace(/^export /gm, '')).join('\n');
  return `(() => {\n'use strict';\n${body}\nstart();\n})();`;
}

export const pageStyle = (): string => readFileSync(new URL('page.css', FOLDER), 'utf8');
