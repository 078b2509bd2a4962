// data table
import type { ScenarioSummary } from '../schema/run-record.ts';

type Labels = ScenarioSummary['labels'];

/** A pattern for a kind of job, as the handbooks recommend it. */
interface Advice {
  readonly pattern: string;
  readonly because: string;
}

/** A kind of job: what `labels.job` or `labels.family` may call it. */
interface Job extends Advice {
  readonly names: readonly string[];
}

/** The table of jobs. A scenario says its own with `labels: { job: triage }`; without that, its `family` counts. */
export const JOBS: readonly Job[] = [
  {
    names: ['linear', 'pipeline', 'data-processing', 'content'],
    pattern: 'sequential',
    because: 'linear work, each step on the complete result of the one before',
  },
  { names: ['triage', 'support', 'classification'], pattern: 'router', because: 'requests that fall to specialised teams' },
  { names: ['dynamic', 'research', 'investigation'], pattern: 'supervisor', because: 'work that is divided as it goes along' },
  { names: ['reviewers', 'review', 'design', 'creative'], pattern: 'round-table', because: 'a review by several people' },
  { names: ['workstreams', 'back-office', 'project'], pattern: 'hierarchical', because: 'large work in distinct streams' },
  { names: ['batch', 'extraction'], pattern: 'map-reduce', because: 'a batch of items that are independent' },
  { names: ['loops', 'revision', 'workflow'], pattern: 'graph', because: 'steps with retries and conditions' },
  { names: ['conversation'], pattern: 'swarm', because: 'a conversation whose topic shifts between specialists' },
  { names: ['operations', 'unreliable'], pattern: 'monitor', because: 'workers that fail and have to be restarted' },
];

/** A question of the tree; the first one that is answered with yes decides. */
interface Question extends Advice {
  readonly isSo: (labels: Labels) => boolean;
}

const depth = (labels: Labels) => Number(labels['sequentialDepth'] ?? Number.NaN);

/** The tree of three questions. Without both labels nothing is asked. */
export const QUESTIONS: readonly Question[] = [
  {
    isSo: (labels) => labels['decomposable'] === false && depth(labels) > 1,
    pattern: 'sequential',
    because: 'every step needs the one before, and the work cannot be split',
  },
  {
    isSo: (labels) => labels['decomposable'] === true && depth(labels) <= 1,
    pattern: 'parallel',
    because: 'the parts do not need one another',
  },
  {
    isSo: (labels) => labels['decomposable'] === true && depth(labels) > 1,
    pattern: 'supervisor',
    because: 'parts that build on one another need somebody who manages them',
  },
  {
    isSo: (labels) => labels['decomposable'] === false && depth(labels) <= 1,
    pattern: 'swarm',
    because: 'whoever is asked can do it alone, so nobody has to manage',
  },
];

const START: Advice = { pattern: 'single', because: 'no label speaks for more than one agent, and one is where to start' };

/**
 * What the decision guide picks for a scenario by its labels alone: by the table of jobs, then by the questions; one agent where neither knows the labels.
 * Each pattern stands there once.
 */
export function guidePicks(labels: Labels): Advice[] {
  const words = [labels['job'], labels['family']].filter((word) => typeof word === 'string');
  const job = words.flatMap((word) => JOBS.find(({ names }) => names.includes(word)) ?? [])[0];
  const question = QUESTIONS.find(({ isSo }) => isSo(labels));
  const found = [job, question].flatMap((advice) => (advice ? [{ pattern: advice.pattern, because: advice.because }] : []));
  const picks = found.filter(({ pattern }, i) => found.findIndex((other) => other.pattern === pattern) === i);
  return picks.length > 0 ? picks : [START];
}
