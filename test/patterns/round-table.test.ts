import { describe, expect, it } from 'vitest';
import roundTablePattern, { converged } from '../../src/patterns/round-table.ts';
import { checkTrace } from '../../src/telemetry/trace-check.ts';
import { built, fullTeam } from '../support/built.ts';
import { lastText, llm, type ModelCall, runScripted, type Script } from '../support/trial.ts';

const roster = fullTeam(llm('ann'), llm('bob'), llm('cay'));
const CONTRIBUTE = "Contribute your perspective. Build on others' ideas, identify issues, or propose improvements.";

/** Everybody says something new each time, unless told what to say; the coordinator integrates. */
function discussed(
  options: object,
  says: (agent: string, turn: number) => string = (agent, turn) => `${agent} ${'x'.repeat(turn + 1)}`,
  more?: Script,
) {
  let turn = 0;
  return runScripted({
    agent: built(roundTablePattern, roster, options),
    input: 'A name for it?',
    script: (request, call) => {
      if (call.agent === 'coordinator') return more?.(request, call) ?? 'Agreed on all.';
      return says(call.agent, turn++);
    },
  });
}

const speakers = ({ calls }: { calls: readonly ModelCall[] }) =>
  calls.map(({ agent }) => agent).filter((agent) => agent !== 'coordinator');

describe('round-table', () => {
  it('COL1 everybody speaks once a round, in order, for so many rounds', async () => {
    const outcome = await discussed({ maxRounds: 3 });
    expect(speakers(outcome)).toEqual(['ann', 'bob', 'cay', 'ann', 'bob', 'cay', 'ann', 'bob', 'cay']);
    expect(outcome.result).toMatchObject({ stop: 'max_turns', data: { ended: 'rounds' } });
    expect(checkTrace(outcome.spans)).toEqual([]);
  });

  it('COL2 a speaker sees the task and the last six contributions, or as many as declared', async () => {
    const [nine, two] = [await discussed({ maxRounds: 3 }), await discussed({ maxRounds: 3, window: 2 })];
    const heard = ({ calls }: { calls: readonly ModelCall[] }, i: number) => lastText(calls[i]!.request).split('\n\n');
    expect(heard(nine, 8)).toEqual([
      'A name for it?',
      ...['cay xxx', 'ann xxxx', 'bob xxxxx', 'cay xxxxxx', 'ann xxxxxxx', 'bob xxxxxxxx'].map(
        (text) => `[${text.slice(0, 3)}]: ${text}`,
      ),
      CONTRIBUTE,
    ]);
    expect(heard(two, 8)).toHaveLength(4);
    expect(heard(nine, 0)).toEqual(['A name for it?', CONTRIBUTE]);
  });

  it('COL3 entries bear the name of their speaker, and everybody is asked for a perspective', async () => {
    const { calls } = await discussed({});
    expect(lastText(calls[1]!.request)).toBe(`A name for it?\n\n[ann]: ann x\n\n${CONTRIBUTE}`);
  });

  it('COL4 the last contribution is the result, or somebody integrates all of them', async () => {
    expect((await discussed({ final: 'last' })).result?.output).toBe('cay xxxxxx');
    const outcome = await discussed({ maxRounds: 1 });
    expect(lastText(outcome.calls.at(-1)!.request)).toBe(
      'Question: A name for it?\n\n[ann]: ann x\n\n[bob]: bob xx\n\n[cay]: cay xxx',
    );
    expect(outcome.result?.output).toBe('Agreed on all.');
    expect((await discussed({ maxRounds: 1, final: 'bob' })).calls.at(-1)!.agent).toBe('bob');
  });

  it('COL4 ends when a round brings nothing new, at a stop word, or after so many contributions', async () => {
    const circular = await discussed({ maxRounds: 9 }, (agent, turn) => `${agent} says ${turn < 3 ? 'this' : 'that'} again`);
    expect(circular.result).toMatchObject({ stop: 'final', data: { ended: 'converged' } });
    expect(speakers(circular)).toHaveLength(9);
    const agreed = await discussed({ maxRounds: 9, stopWords: ['AGREED'] }, (_agent, turn) =>
      turn === 4 ? 'AGREED' : `word ${turn}`,
    );
    expect([speakers(agreed).length, agreed.result?.data]).toEqual([5, expect.objectContaining({ ended: 'stop word' })]);
    expect(speakers(await discussed({ maxRounds: 9, maxContributions: 4 }))).toHaveLength(4);
  });

  it('counts words, not spelling, for convergence, and never within the first round', () => {
    const said = (...texts: readonly string[]) => ({
      speakers: 2,
      contributions: texts.map((text, i) => ({ speaker: 'ab'[i % 2]!, text, round: Math.floor(i / 2) })),
    });
    expect(converged(said('yes', 'yes'), 0.9)).toBe(false);
    expect(converged(said('Take the red one.', 'No, blue.', 'the RED one: take', 'Blue? No!'), 0.9)).toBe(true);
    expect(converged(said('Take the red one.', 'No, blue.', 'Take the red one.', 'Green then.'), 0.9)).toBe(false);
    expect(converged(said('a b c d', 'x', 'a b c e', 'x'), 0.6)).toBe(true);
  });

  it('lets a coordinator name who speaks next, never the same one twice in a row', async () => {
    let n = 0;
    const names = ['cay', 'cay', 'ann', 'dan', 'ann', 'nobody', 'nobody', 'nobody'];
    const outcome = await discussed({ speaker: 'selector', maxRounds: 1 }, undefined, (request) =>
      request.response_format ? JSON.stringify({ next: names[n++] }) : 'Done.',
    );
    // cay; cay again is refused, then ann; dan and ann are refused, and so on until the one whose turn it would be.
    expect(speakers(outcome)).toEqual(['cay', 'ann', 'cay']);
    const select = outcome.calls.find(({ path }) => path.startsWith('select:'))!;
    expect([select.request.model, select.request.response_format]).toEqual(['gpt-4o-mini', { type: 'json_object' }]);
    const refused = outcome.calls.filter(({ request }) =>
      lastText(request).startsWith('Invalid: unknown speaker "cay"; there are: ann, bob.'),
    );
    expect(refused).toHaveLength(1);
  });

  it('a coordinator that names nobody cannot make the last speaker go on alone', async () => {
    const outcome = await discussed({ speaker: 'selector', maxRounds: 2 }, undefined, (request) =>
      request.response_format ? 'hm' : 'Done.',
    );
    const spoke = speakers(outcome);
    expect(spoke).toHaveLength(6);
    expect(spoke.some((name, i) => name === spoke[i - 1])).toBe(false);
    // It would be bob's turn, but bob has just spoken.
    let asked = 0;
    const late = await discussed({ speaker: 'selector', maxRounds: 1 }, undefined, (request) =>
      request.response_format ? (asked++ === 0 ? '{"next": "bob"}' : 'hm') : 'Done.',
    );
    expect(speakers(late)).toEqual(['bob', 'ann', 'cay']);
    const again = await discussed({ speaker: 'selector', allowRepeats: true, maxRounds: 1 }, undefined, (request) =>
      request.response_format ? '{"next": "bob"}' : 'Done.',
    );
    expect(speakers(again)).toEqual(['bob', 'bob', 'bob']);
  });
});
