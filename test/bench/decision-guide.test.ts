import { describe, expect, it } from 'vitest';
import { JOBS, QUESTIONS, guidePicks } from '../../src/bench/decision-guide.ts';
import { guideAdvice } from '../../src/bench/guide-advice.ts';
import { loadPatterns } from '../../src/bench/parts.ts';
import { findScenarios, loadScenario } from '../../src/bench/load-scenarios.ts';
import { loadScorers } from '../../src/bench/parts.ts';
import { guideSentences } from '../../src/reporters/text/guidance.ts';
import type { Recommendation } from '../../src/schema/run-record.ts';

const first = (labels: Parameters<typeof guidePicks>[0]) => guidePicks(labels)[0]!.pattern;

describe('SEL1 the decision guide', () => {
  it.each([
    ['linear', 'sequential'],
    ['triage', 'router'],
    ['dynamic', 'supervisor'],
    ['reviewers', 'round-table'],
    ['workstreams', 'hierarchical'],
    ['batch', 'map-reduce'],
    ['loops', 'graph'],
  ])('a job that is %s is for %s', (job, pattern) => expect(first({ job })).toBe(pattern));

  it('starts with one agent where no label speaks for more', () => {
    expect(guidePicks({})).toEqual([{ pattern: 'single', because: expect.stringContaining('where to start') as string }]);
    expect(first({ family: 'never heard of', tools: 3 })).toBe('single');
  });

  it.each([
    [{ decomposable: false, sequentialDepth: 3 }, 'sequential'],
    [{ decomposable: true, sequentialDepth: 1 }, 'parallel'],
    [{ decomposable: true, sequentialDepth: 3 }, 'supervisor'],
    [{ decomposable: false, sequentialDepth: 1 }, 'swarm'],
  ])('the three questions lead from %j to %s', (labels, pattern) => expect(first(labels)).toBe(pattern));

  it('asks nothing of labels that are not there, and answers each set of labels with one question at most', () => {
    for (const labels of [{ decomposable: true }, { sequentialDepth: 2 }, {}])
      expect(QUESTIONS.filter(({ isSo }) => isSo(labels))).toEqual([]);
    for (const decomposable of [true, false])
      for (const sequentialDepth of [0, 1, 2, 5])
        expect(QUESTIONS.filter(({ isSo }) => isSo({ decomposable, sequentialDepth }))).toHaveLength(1);
  });

  it('puts the job before the family, the table before the questions, and names no pattern twice', () => {
    expect(first({ job: 'batch', family: 'triage' })).toBe('map-reduce');
    const labels = { family: 'research', decomposable: true, sequentialDepth: 3 };
    expect(guidePicks(labels).map(({ pattern }) => pattern)).toEqual(['supervisor']);
    const triage = { family: 'triage', decomposable: false, sequentialDepth: 1 };
    expect(guidePicks(triage).map(({ pattern }) => pattern)).toEqual(['router', 'swarm']);
  });

  it('knows only patterns that there are, and the family of every scenario that ships', async () => {
    const patterns = await loadPatterns();
    const known = patterns.map(({ name }) => name);
    for (const { pattern } of [...JOBS, ...QUESTIONS]) expect(known).toContain(pattern);
    const names = JOBS.flatMap((job) => job.names);
    expect(new Set(names).size).toBe(names.length);
    const scorers = await loadScorers();
    for (const file of await findScenarios('scenarios')) {
      const { labels } = await loadScenario(file, { patterns, scorers });
      expect(names).toContain(labels['family']);
    }
  });
});

describe("SEL1 the guide's picks beside what the data says", () => {
  const labels = { family: 'triage', decomposable: false, sequentialDepth: 1 };
  const advice = (recommended: string, bestSet: string[], scored: string[]) =>
    guideAdvice({ labels }, { recommended, bestSet, scored });

  it.each([
    ['agrees', 'router', ['refine', 'router']],
    ['cannot-tell', 'refine', ['refine', 'router']],
    ['differs', 'refine', ['refine']],
  ] as const)('%s where %s is recommended out of %j', (verdict, recommended, bestSet) =>
    expect(advice(recommended, [...bestSet], ['refine', 'router', 'swarm']).verdict).toBe(verdict),
  );

  it('says of a pattern that was not run that the data cannot say, and goes by the next pick', () => {
    expect(advice('single', ['single'], ['single', 'swarm'])).toMatchObject({
      picks: [
        { pattern: 'router', verdict: 'not-run' },
        { pattern: 'swarm', verdict: 'differs' },
      ],
      verdict: 'differs',
    });
    expect(advice('single', ['single'], ['single']).verdict).toBe('not-run');
  });

  it('reads as sentences', () => {
    const guide = advice('refine', ['refine', 'router'], ['refine', 'router', 'swarm']);
    expect(guideSentences({ guide } as Recommendation)).toEqual([
      'A rule of thumb for these labels picks router (requests that fall to specialised teams): this data cannot tell it from the best.',
      'Another picks swarm (whoever is asked can do it alone, so nobody has to manage): the data differs, it is behind the best.',
    ]);
    expect(guideSentences({} as Recommendation)).toEqual([]);
  });
});
