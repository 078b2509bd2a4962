import { sep } from 'node:path';
import type { Shell } from './shell.ts';

/** The text with every path inside the project told from where the person stands: shorter, and the same on every machine. */
export const fromHere = (text: string, { root }: Shell): string => text.replaceAll(`${root}${sep}`, '');
