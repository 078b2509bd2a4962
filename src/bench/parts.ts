import { join } from 'node:path';
import { loadParts } from '../contracts/parts.ts';
import type { Pattern } from '../contracts/pattern.ts';
import type { Provider } from '../contracts/provider.ts';
import type { Reporter } from '../contracts/reporter.ts';
import type { Scorer } from '../contracts/scorer.ts';
import type { Detector } from '../findings/seen/detector.ts';
import { PatternbenchError } from '../kernel/errors.ts';

/** The rooms of parts: a file in one of them is a part, and nothing else has to be edited. */
const SOURCE = join(import.meta.dirname, '..');

export const loadPatterns = (): Promise<Pattern[]> => loadParts<Pattern>(join(SOURCE, 'patterns'));
export const loadScorers = (): Promise<Scorer[]> => loadParts<Scorer>(join(SOURCE, 'scorers'));
export const loadReporters = (): Promise<Reporter[]> => loadParts<Reporter>(join(SOURCE, 'reporters'));
export const loadDetectors = (): Promise<Detector[]> => loadParts<Detector>(join(SOURCE, 'findings'));
export const loadProviders = (): Promise<Provider[]> => loadParts<Provider>(join(SOURCE, 'providers'));

/** The part of that name; throws `usage` naming the known ones. */
export function partNamed<Part extends { readonly name: string }>(kind: string, parts: readonly Part[], name: string): Part {
  const part = parts.find((candidate) => candidate.name === name);
  if (part) return part;
  throw new PatternbenchError('usage', `there is no ${kind} "${name}"`, {
    remedy: `name one of ${parts.map((candidate) => candidate.name).join(', ')}`,
  });
}
