import type { Reading } from './read.ts';
import { recall } from './recall.ts';

/** After so many facts in a row, a sentence without content. */
const FACTS_BETWEEN_FILLER = 3;

/** A plain answer: the subject, what is recalled of it (of the domains in `only`, where given), and sentences without content. */
export function prose(reading: Reading, only?: readonly string[]): string {
  const { task, draws, profile, world } = reading;
  const recalled = recall(reading);
  const facts = task.facts.flatMap((fact) => {
    const word = recalled.get(fact.id);
    if (word === undefined || (only && !only.includes(fact.domain))) return [];
    return [word === 'right' ? fact.right.text : fact.wrong!.text];
  });
  const wanted = world.filler.length === 0 ? 0 : Math.round(profile.filler * (0.5 + draws.unit('filler')));
  const filler = Array.from({ length: wanted }, (_, i) => world.filler[draws.index(`filler:${i}`, world.filler.length)]!);
  const sentences: string[] = [];
  for (const [i, fact] of facts.entries()) {
    sentences.push(fact);
    if (i % FACTS_BETWEEN_FILLER === FACTS_BETWEEN_FILLER - 1) sentences.push(...filler.splice(-1));
  }
  return [`On ${task.subject}:`, ...sentences, ...filler].join(' ');
}
