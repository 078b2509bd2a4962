import type { Reading } from './read.ts';
import { expects, isAsked, skillIn } from './recall.ts';
import type { Fact } from './world.ts';

export interface Verdict {
  readonly isFine: boolean;
  readonly feedback: string;
  /** Share of what was looked for that is there and not doubted, 0 to 1. */
  readonly score: number;
}

/**
 * Judges the work in the messages. Where criteria name what must be stated, it looks for that; otherwise it sees as missing only what it
 * knows itself, what a tool would have yielded, and the category: a judge that knew every gap would be an oracle.
 */
export function review(reading: Reading): Verdict {
  const { task, right, wrong, draws, profile } = reading;
  const criteria = criteriaIn(reading);
  const scope = criteria.length > 0 ? criteria : task.facts.filter((fact) => fact.kind === 'content' && isAsked(reading, fact));
  const isVisible = (fact: Fact) => criteria.length > 0 || fact.tool !== undefined || expects(reading, fact);
  const sees = (fact: Fact, chance: number) => draws.slip(`spot:${fact.id}`, chance);
  const gaps = scope.filter((fact) => !right.has(fact.id) && !wrong.has(fact.id) && isVisible(fact) && sees(fact, profile.spot));
  const doubts = scope.filter((fact) => wrong.has(fact.id) && sees(fact, profile.detect * skillIn(reading, fact.domain)));
  const faults = gaps.length + doubts.length;
  if (faults === 0) {
    return draws.slip('false alarm', profile.falseAlarm)
      ? { isFine: false, feedback: 'Please be clearer.', score: 0.5 }
      : { isFine: true, feedback: '', score: 1 };
  }
  if (draws.slip('sycophancy', profile.sycophancy)) return { isFine: true, feedback: '', score: 1 };
  const lists = [listOf('Missing', gaps), listOf('Doubtful', doubts)].filter(Boolean);
  return { isFine: false, feedback: lists.join('. '), score: 1 - faults / scope.length };
}

/** Facts that the messages name as what must be stated. */
function criteriaIn({ task, talk, instruction }: Reading): readonly Fact[] {
  const lists = [...`${instruction}\n${talk}`.matchAll(/must state([^\n"]*)/g)].map(([, list]) =>
    list!.split(',').map((item) => item.trim()),
  );
  return task.facts.filter((fact) => fact.kind !== 'noise' && lists.some((list) => list.includes(fact.aspect)));
}

const listOf = (title: string, facts: readonly Fact[]): string =>
  facts.length === 0 ? '' : `${title}: ${facts.map((fact) => fact.aspect).join(', ')}`;
