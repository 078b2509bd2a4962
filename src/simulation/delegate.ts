import type { Reading } from './read.ts';
import { expects } from './recall.ts';
import type { Candidate } from './whom.ts';
import type { Fact } from './world.ts';

/** A part of the work, and who is to do it. */
export interface Part {
  readonly domain: string;
  readonly to: Candidate;
  readonly text: string;
  readonly criteria: string;
}

const contentOf = ({ task }: Reading, domain: string): readonly Fact[] =>
  task.facts.filter((fact) => fact.kind === 'content' && fact.domain === domain);

/** Domains of the work as far as the caller thinks of them; it may forget any but the first. */
export function neededDomains(reading: Reading): readonly string[] {
  const { task, asked, draws, profile } = reading;
  const all = [...new Set(task.facts.filter((fact) => fact.kind === 'content').map((fact) => fact.domain))];
  const mine = asked.length > 0 ? all.filter((domain) => asked.includes(domain)) : all;
  return mine.filter((domain, i) => i === 0 || draws.knows(`plan:${domain}`, profile.plan));
}

/** Whom the caller takes for that domain: the most specialised one, or by mistake another. Where nobody is named, the domain's name will do. */
export function choose({ candidates, task, draws, profile }: Reading, domain: string): Candidate {
  if (candidates.length === 0) return { name: domain, skills: [domain] };
  const able = candidates.filter((one) => one.skills.includes(domain)).toSorted((a, b) => a.skills.length - b.skills.length)[0];
  const others = candidates.filter((one) => one !== able);
  const isMain = domain === task.category;
  const isRight = () => (isMain ? draws.knows('class', profile.classify) : draws.knows(`route:${domain}`, profile.route));
  if (able && (others.length === 0 || isRight())) return able;
  const taken = isMain && task.confusable !== undefined ? others.find((one) => one.skills.includes(task.confusable!)) : undefined;
  // The mistaken choice belongs to the sample: asking again finds the same wrong one.
  return taken ?? others[draws.fixedIndex(`other:${domain}`, others.length)]!;
}

/** What is to be done next, and by whom; nothing when the caller thinks it is covered. `mine`: domains that it covers itself. */
export function nextParts(reading: Reading, mine: readonly string[] = []): readonly Part[] {
  if (reading.mustFinish || reading.candidates.length === 0) return [];
  const { draws, profile, talk } = reading;
  const domains = neededDomains(reading).filter((domain) => !mine.includes(domain));
  const open = domains.filter((domain) => !isCovered(reading, domain));
  // What follows from other parts comes after them.
  const independent = open.filter((domain) => !isDerived(reading, domain));
  const due = independent.length > 0 ? independent : open;
  if (due.length > 0)
    return (draws.slip('parallel', profile.parallel) ? due : due.slice(0, 1)).map((domain) => partOf(reading, domain));
  // It asks again once; then it takes what there is.
  if (!talk.includes('Missing:')) {
    for (const domain of domains) {
      const gaps = gapsIn(reading, domain);
      if (gaps.length > 0) return [partOf(reading, domain, `Missing: ${gaps.map((fact) => fact.aspect).join(', ')}.`)];
    }
  }
  const isUnaware = domains.length > 0 && draws.slip('unaware', profile.unaware);
  return isUnaware ? [partOf(reading, domains[draws.index('unaware', domains.length)]!)] : [];
}

const isDerived = (reading: Reading, domain: string): boolean =>
  contentOf(reading, domain).every((fact) => fact.needs.length > 0);

const isCovered = (reading: Reading, domain: string): boolean =>
  contentOf(reading, domain).some((fact) => reading.right.has(fact.id) || reading.wrong.has(fact.id)) ||
  reading.candidates.some((one) => one.skills.includes(domain) && hasSpoken(reading, one));

/** Whether the messages hold a contribution, or a failure, of that one. */
function hasSpoken({ request, talk }: Reading, { name, tool }: Candidate): boolean {
  const isReported = [`Result from ${name}:`, `\n[${name}]`, `${name} failed`].some((report) => `\n${talk}`.includes(report));
  return (
    isReported ||
    request.messages.some(
      (message) =>
        message.role === 'assistant' && (message.name === name || message.calls.some((call) => call.name === tool?.name)),
    )
  );
}

/** Facts of the domain that are missing and that the caller notices, since it knows what should be there. */
const gapsIn = (reading: Reading, domain: string): readonly Fact[] =>
  contentOf(reading, domain).filter(
    (fact) =>
      !reading.right.has(fact.id) && expects(reading, fact) && reading.draws.slip(`spot:${fact.id}`, reading.profile.spot),
  );

/** The assignment of a domain: a task that stands for itself, and what its result must state. */
export function partOf(reading: Reading, domain: string, note = ''): Part {
  const { task, world, draws, profile } = reading;
  const { label } = world.domains.find((one) => one.name === domain)!;
  const known = isDerived(reading, domain) && !draws.slip(`thin:${domain}`, profile.thin) ? knownIn(reading) : '';
  const must = contentOf(reading, domain).filter((fact) => draws.slip(`criterion:${fact.id}`, profile.plan));
  return {
    domain,
    to: choose(reading, domain),
    text: `${task.subject}: cover ${label}.${note && ` ${note}`} The request was: ${task.input}${known && `\nKnown so far: ${known}`}`,
    criteria: `${task.subject}: must state ${must.map((fact) => fact.aspect).join(', ')}`,
  };
}

/** What a briefing passes on of the facts in sight. */
const knownIn = ({ task, right, wrong, draws, profile }: Reading): string =>
  task.facts
    .filter(
      (fact) =>
        fact.kind !== 'noise' && (right.has(fact.id) || wrong.has(fact.id)) && draws.slip(`brief:${fact.id}`, profile.copy),
    )
    .map((fact) => (right.has(fact.id) ? fact.right.text : fact.wrong!.text))
    .join(' ');
