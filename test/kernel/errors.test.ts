import { describe, expect, it } from 'vitest';
import { formatPlace, messageOf, PatternbenchError } from '../../src/kernel/errors.ts';

describe('PatternbenchError', () => {
  it('carries code, message, place, remedy, facts and cause', () => {
    const cause = new Error('below');
    const place = { file: 'a.yaml', line: 3, column: 5, path: 'agents[0].name' };
    const error = new PatternbenchError('usage', 'wrong', { place, remedy: 'mend it', facts: { status: 4 }, cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ code: 'usage', place, remedy: 'mend it', facts: { status: 4 } });
    expect([error.name, error.message, error.cause]).toEqual(['PatternbenchError', 'wrong', cause]);
  });

  it('has empty facts and no cause of its own when none are given', () => {
    const error = new PatternbenchError('timeout', 'late');
    expect(error.facts).toEqual({});
    expect('cause' in error).toBe(false);
  });

  it.each([
    [undefined, ''],
    [{}, ''],
    [{ file: 'a.yaml' }, 'a.yaml'],
    [{ file: 'a.yaml', line: 3 }, 'a.yaml:3'],
    [{ file: 'a.yaml', line: 3, column: 5 }, 'a.yaml:3:5'],
    [{ file: 'a.yaml', line: 3, column: 5, path: 'x.y' }, 'a.yaml:3:5 (x.y)'],
    [{ path: 'x.y' }, 'x.y'],
  ])('tells the place %j as "%s"', (place, text) => {
    expect(formatPlace(place)).toBe(text);
  });

  it('finds a message in whatever was thrown', () => {
    expect([new Error('a'), 'b', 3, null, undefined].map(messageOf)).toEqual(['a', 'b', '3', 'null', 'undefined']);
  });
});
