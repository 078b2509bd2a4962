import { describe, expect, it } from 'vitest';
import { scoreOf, scriptedJudge } from './told.fixture.ts';

const verdict = (criterion: number, met: boolean) => ({ criterion, met, reason: `because of ${criterion}` });
const RUBRIC = { model: 'judge', criteria: ['a', { text: 'b', weight: 3 }] };

describe('a rubric', () => {
  it('is the weighted share of criteria that are met, with the reason of each that is not', async () => {
    const judge = scriptedJudge([{ verdicts: [verdict(2, true), verdict(1, false)] }]);
    expect(await scoreOf('rubric', { options: RUBRIC, judge })).toEqual({
      value: 0.75,
      why: '1 of 2 criteria met. Not met: "a" (because of 1).',
    });
  });

  it.each([
    ['says nothing that can be read', []],
    ['leaves a criterion out', [{ verdicts: [verdict(1, true)] }]],
    ['judges one twice', [{ verdicts: [verdict(1, true), verdict(1, true)] }]],
    ['judges more than there are', [{ verdicts: [verdict(1, true), verdict(2, true), verdict(3, true)] }]],
  ])('is unscored, never 0, where the judge %s', async (_, says) => {
    expect(await scoreOf('rubric', { options: RUBRIC, judge: scriptedJudge(says) })).toMatchObject({
      value: null,
      why: expect.stringMatching(/^Unscored: the judge gave /),
    });
  });

  it('shows the judge the task, the criteria of options and sample, and the reference only where it is named', async () => {
    const judge = scriptedJudge([]);
    const expected = { criteria: ['c'], answer: 'right' };
    await scoreOf('rubric', { options: RUBRIC, expected, input: 'do it', output: 'done', judge });
    await scoreOf('rubric', { options: { ...RUBRIC, reference: 'answer' }, expected, judge });
    expect(judge.asked.map(({ material }) => material)).toEqual([
      { task: 'do it', criteria: ['1. a', '2. b', '3. c'], answer: 'done' },
      { task: 'in', reference: 'right', criteria: ['1. a', '2. b', '3. c'], answer: '' },
    ]);
  });
});

const PAIR = { options: { model: 'judge' }, expected: { answer: 'the reference' }, output: 'the output' };
const prefers = (better: 'first' | 'second' | 'tie') => ({ better, reason: 'so' });

describe('a pairwise judgement', () => {
  it.each([
    ['first', 'second', 1, true],
    ['second', 'first', 0, true],
    ['tie', 'tie', 0.5, true],
    ['first', 'first', 0.5, false],
    ['second', 'second', 0.5, false],
    ['first', 'tie', 0.5, false],
  ] as const)('of %s, and %s in the other order, is %s', async (forward, backward, value, agrees) => {
    const judge = scriptedJudge([prefers(forward), prefers(backward)]);
    expect((await scoreOf('pairwise', { ...PAIR, judge })).value).toBe(value);
    expect(judge.swaps).toEqual([agrees]);
    expect(judge.asked.map(({ material }) => [material['first'], material['second']])).toEqual([
      ['the output', 'the reference'],
      ['the reference', 'the output'],
    ]);
  });

  it('is unscored where one of the two cannot be read', async () => {
    const judge = scriptedJudge([prefers('first')]);
    expect((await scoreOf('pairwise', { ...PAIR, judge })).value).toBeNull();
    expect(judge.swaps).toEqual([]);
  });
});
