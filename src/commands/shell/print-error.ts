import { formatPlace, messageOf, PatternbenchError } from '../../kernel/errors.ts';
import { safeText } from '../../kernel/terminal-text.ts';
import { fromHere } from './from-here.ts';
import type { Shell } from './shell.ts';

/** Says what happened, where, and what to do next. A stack is shown only for what is our own mistake, never for a person's. */
export function printError(error: unknown, shell: Shell): void {
  if (!(error instanceof PatternbenchError) || error.code === 'broken_invariant') {
    shell.err(`error: ${safeText(messageOf(error))}`);
    if (error instanceof Error && error.stack) shell.err(safeText(error.stack.split('\n').slice(1).join('\n')));
    shell.err('This is a mistake in patternbench itself. Please report it with the lines above.');
    return;
  }
  const place = formatPlace(error.place);
  // A message that lists several places begins with the first.
  const isPlaced = place === '' || error.message.startsWith(place.replace(/ \(.*/s, ''));
  const told = isPlaced ? error.message : `${place}: ${error.message}`;
  const say = (text: string) => shell.err(safeText(fromHere(text, shell)));
  say(`error: ${told}`);
  if (error.remedy) say(`  next: ${error.remedy.replaceAll('\n', '\n        ')}`);
}
