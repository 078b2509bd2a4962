import { describe, expect, it } from 'vitest';
import refinePattern from '../../src/patterns/refine.ts';
import { checkTrace } from '../../src/telemetry/trace-check.ts';
import { built, fullTeam } from '../support/built.ts';
import { lastText, llm, runScripted } from '../support/trial.ts';

interface Grade {
  readonly pass: boolean;
  readonly score?: number;
  readonly feedback?: string;
}

/** Drafts are numbered; grades come in turn, the last one for ever. */
function refined(grades: readonly Grade[], options: object = {}) {
  let [drafts, graded] = [0, 0];
  return runScripted({
    agent: built(refinePattern, fullTeam(llm('writer'), llm('editor')), options),
    input: 'A slogan.',
    script: (_request, { agent }) =>
      agent === 'coordinator' ? JSON.stringify(grades[Math.min(graded++, grades.length - 1)]) : `draft ${++drafts}`,
  });
}

describe('refine', () => {
  it('drafts, grades against the rubric, and goes on with the feedback until a draft passes', async () => {
    const outcome = await refined(
      [
        { pass: false, score: 0.4, feedback: 'too long' },
        { pass: true, score: 0.9 },
      ],
      { rubric: 'Is it short?' },
    );
    expect(outcome.calls.map(({ agent }) => agent)).toEqual(['worker', 'coordinator', 'worker', 'coordinator']);
    expect(outcome.calls[1]!.request.messages[0]?.content).toMatch(/^Is it short\? Reply with JSON/);
    expect(lastText(outcome.calls[2]!.request)).toBe('A slogan.\n\nPrevious answer:\ndraft 1\n\nFeedback: too long');
    expect(outcome.result).toMatchObject({ output: 'draft 2', stop: 'final', data: { rounds: 2, grade: { score: 0.9 } } });
    expect(checkTrace(outcome.spans)).toEqual([]);
  });

  it('answers with the best draft, not merely the last, when the rounds are over', async () => {
    const grades = [0.3, 0.8, 0.5].map((score) => ({ pass: false, score }));
    const outcome = await refined(grades);
    expect(outcome.result).toMatchObject({ output: 'draft 2', stop: 'max_turns', data: { rounds: 3 } });
    expect((await refined(grades, { maxRounds: 1 })).result).toMatchObject({ output: 'draft 1', stop: 'max_turns' });
  });

  it('takes a high score for the word, where a score is declared', async () => {
    expect((await refined([{ pass: false, score: 0.8 }], { passScore: 0.75 })).result).toMatchObject({
      stop: 'final',
      data: { rounds: 1 },
    });
    expect((await refined([{ pass: false, score: 1 }])).result).toMatchObject({ stop: 'max_turns', data: { rounds: 3 } });
  });

  it('may have another worker and another model for grades', async () => {
    const { calls } = await refined([{ pass: true }], { worker: 'editor', model: 'judge' });
    expect(calls.map(({ agent, request }) => [agent, request.model])).toEqual([
      ['editor', 'gpt-4o'],
      ['coordinator', 'judge'],
    ]);
  });
});
