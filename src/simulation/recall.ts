import type { Reading } from './read.ts';
import type { Fact } from './world.ts';

/** What an answer says of a fact; a fact that it does not mention is absent. */
export type Recalled = ReadonlyMap<string, 'right' | 'wrong'>;

/** The chance to know a fact of that domain, by what the prompt makes of the model. */
export function skillIn({ claims, profile }: Reading, domain: string): number {
  if (claims.length === 0) return profile.general;
  return claims.includes(domain) ? profile.expert * profile.breadth ** (claims.length - 1) : profile.outside;
}

/** What is left of attention in a request of this length. */
const attention = ({ profile, kiloTokens }: Reading): number => (1 - profile.dilution) ** kiloTokens;

export const isAsked = ({ asked, task }: Reading, fact: Fact): boolean =>
  asked.length === 0 || asked.includes(fact.domain) || (fact.kind === 'category' && asked.includes(task.category!));

/**
 * What the answer to a request says of each fact: those in sight as far as they survive, those known by skill, then what follows from them.
 * Facts that only a tool yields are never known. With equal draws, more skill never brings up fewer right facts.
 */
export function recall(reading: Reading): Recalled {
  const said = new Map<string, 'right' | 'wrong'>();
  const load = loadOf(reading);
  for (const fact of reading.task.facts) {
    const word =
      fact.kind === 'noise' ? decoy(reading, fact) : (fromSight(reading, fact) ?? fromMind(reading, fact, { said, load }));
    if (word === 'right' || (word === 'wrong' && fact.wrong)) said.set(fact.id, word);
  }
  return said;
}

type Word = 'right' | 'wrong' | 'nothing';

/** Share of what is known that comes to mind when so many facts are asked for at once. */
function loadOf(reading: Reading): number {
  const { task, claims, right, source, profile } = reading;
  const fresh = task.facts.filter(
    (fact) =>
      fact.kind === 'content' &&
      fact.tool === undefined &&
      !right.has(fact.id) &&
      isAsked(reading, fact) &&
      (!fact.given || source.has(fact.id)) &&
      (claims.length === 0 || claims.includes(fact.domain)),
  );
  return thinned(profile.capacity, fresh.length);
}

const thinned = (capacity: number, facts: number): number => Math.min(1, Math.sqrt(capacity / Math.max(1, facts)));

/**
 * Whether a fact of the task is noticed by whoever reads the task as far as it is quoted. What others have already stated makes the rest
 * no shorter, since nobody knows what they have overlooked; what a review has named is looked for.
 */
function notices(reading: Reading, fact: Fact): boolean {
  const { task, claims, source, flagged, profile, draws } = reading;
  if (!source.has(fact.id)) return false;
  const there = task.facts.filter(
    (one) => source.has(one.id) && isAsked(reading, one) && (claims.length === 0 || claims.includes(one.domain)),
  );
  const chance = flagged.has(fact.id) ? 1 : thinned(profile.capacity, there.length) * attention(reading);
  return draws.knows(`knows:${fact.id}`, chance);
}

/** Whether the caller knows by itself what should be there: by skill, or because it reads it in the task. */
export const expects = (reading: Reading, fact: Fact): boolean =>
  fact.given ? notices(reading, fact) : reading.draws.knows(`knows:${fact.id}`, skillIn(reading, fact.domain));

const decoy = ({ right, draws, profile }: Reading, fact: Fact): Word =>
  right.has(fact.id) && draws.slip(`noise:${fact.id}`, 1 - profile.detect) ? 'right' : 'nothing';

/** What becomes of a fact in the messages, or `undefined` when none is there or when a wrong value was seen through. */
function fromSight(reading: Reading, fact: Fact): Word | undefined {
  const { claims, contributes, looked, profile, draws } = reading;
  let isRight = reading.right.has(fact.id);
  let isWrong = reading.wrong.has(fact.id);
  const isMine = claims.includes(fact.domain);
  if (isRight && isWrong) {
    // Without skill, right and wrong look alike: a fair coin.
    if (draws.slip(`conflict:${fact.id}`, isMine ? profile.detect : 0.5)) isWrong = false;
    else isRight = false;
  }
  const doubts = isWrong && isMine && fact.tool === undefined;
  if (doubts && draws.slip(`doubt:${fact.id}`, profile.detect * (1 - profile.anchoring))) isWrong = false;
  if (!isRight && !isWrong) return undefined;
  const isAside = (contributes && !looked.has(fact.id)) || !isAsked(reading, fact);
  const keep = isAside ? profile.carry : profile.copy * attention(reading);
  if (!draws.slip(`keep:${fact.id}`, keep)) return 'nothing';
  return isRight ? 'right' : 'wrong';
}

interface Mind {
  readonly said: Recalled;
  readonly load: number;
}

/** What the model says of a fact that it has to find itself. */
function fromMind(reading: Reading, fact: Fact, mind: Mind): Word {
  const { claims, profile, draws, flagged } = reading;
  if (!isAsked(reading, fact)) return 'nothing';
  if (fact.kind === 'category') return classify(reading, fact);
  const isForeign = claims.length > 0 && !claims.includes(fact.domain);
  if (fact.tool !== undefined) return isForeign ? 'nothing' : guess(reading, fact);
  if (isForeign && !draws.slip(`stray:${fact.domain}`, profile.stray)) return 'nothing';
  if (fact.given) return readIn(reading, fact);
  const inference = inferenceOf(reading, fact, mind.said);
  if (inference === 'wrong') return draws.slip(`cascade:${fact.id}`, profile.cascade) ? 'wrong' : 'nothing';
  if (inference === 'unknown') return guess(reading, fact);
  // What a review has named is looked at again with full attention.
  const isNamed = flagged.has(fact.id);
  const known = skillIn(reading, fact.domain) * (isNamed ? 1 : mind.load * attention(reading)) * inference;
  const chance = isNamed ? known + (1 - known) * profile.feedback : known;
  return draws.knows(`knows:${fact.id}`, chance) ? 'right' : guess(reading, fact);
}

/** What becomes of a fact that stands in the task: noticed and copied, misread, or nothing where that part is not in sight. */
function readIn(reading: Reading, fact: Fact): Word {
  const { source, draws, profile } = reading;
  if (!source.has(fact.id)) return 'nothing';
  return notices(reading, fact) && draws.slip(`keep:${fact.id}`, profile.copy) ? 'right' : guess(reading, fact);
}

/** Chance of the step from the premises: 1 without any; `wrong` when one is wrong, `unknown` when one is missing. */
function inferenceOf({ right, wrong, profile }: Reading, fact: Fact, said: Recalled): number | 'wrong' | 'unknown' {
  if (fact.needs.length === 0) return 1;
  const premises = fact.needs.map((id) => {
    if (right.has(id)) return 1;
    if (said.get(id) === 'right') return profile.chain;
    return wrong.has(id) || said.get(id) === 'wrong' ? 'wrong' : 'unknown';
  });
  if (premises.includes('wrong')) return 'wrong';
  if (premises.includes('unknown')) return 'unknown';
  return profile.derive * Math.min(...premises.filter((premise) => typeof premise === 'number'));
}

/** The class of the sample; a specialist leans to its own desk. */
function classify({ claims, profile, draws }: Reading, fact: Fact): Word {
  const leans = claims.length > 0 && !claims.includes(fact.domain);
  return draws.knows('class', profile.classify * (leans ? 1 - profile.bias : 1)) ? 'right' : 'wrong';
}

const guess = ({ draws, profile }: Reading, fact: Fact): Word =>
  draws.slip(`guess:${fact.id}`, profile.hallucinate) ? 'wrong' : 'nothing';
