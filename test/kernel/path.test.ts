import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { branchPath, childPath, parsePath, type Segment, tryPath } from '../../src/kernel/path.ts';

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    '/',
    'a/b',
    '%2F',
    '%',
    'x#1',
    'agent:a#0[1]',
    '..',
    'try1',
    '\n',
    '\u001b]52;c;x\u0007',
    '[0]',
    '__proto__',
    'é\u202e',
    '\ud800',
  ),
);

const segment = fc.oneof(
  fc.record({ kind: fc.constantFrom('agent', 'model', 'all', 'tool', 'plan_review'), name: hostile, occurrence: fc.nat() }),
  fc.record({ kind: fc.constant('all'), name: hostile, occurrence: fc.nat(), branch: fc.nat() }),
  fc.record({ kind: fc.constant('try'), name: fc.constant(''), occurrence: fc.integer({ min: 1, max: 1000 }) }),
);

const write = (segments: readonly Segment[]): string =>
  segments.reduce((path, { kind, name, occurrence, branch }) => {
    if (kind === 'try') return path === '' ? `try${occurrence}` : tryPath(path, occurrence);
    const own = childPath(path, kind, name, occurrence);
    return branch === undefined ? own : branchPath(own, branch);
  }, '');

describe('paths', () => {
  it('read as scope[i]/kind:name#n/tryN', () => {
    expect(tryPath(childPath(branchPath(childPath('', 'all', 'branches', 0), 2), 'agent', 'tech', 1), 1)).toBe(
      'all:branches#0[2]/agent:tech#1/try1',
    );
  });

  it('come back as the segments they were made of, whatever the names', () => {
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 6 }), (segments) => {
        expect(parsePath(write(segments))).toEqual(segments);
      }),
      { numRuns: 500 },
    );
  });

  it('differ where their segments differ', () => {
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 3 }), fc.array(segment, { maxLength: 3 }), (a, b) => {
        expect(write(a) === write(b)).toBe(JSON.stringify(parsePath(write(a))) === JSON.stringify(parsePath(write(b))));
      }),
    );
  });

  it.each([
    'agent',
    'agent:a',
    'agent:a#',
    'agent:a#x',
    '/agent:a#0',
    'agent:a#0/',
    'agent:a:b#0',
    'Agent:a#0',
    'agent:a#0[',
    'try',
    'agent:a#0[1][2]',
  ])('refuse %s', (text) => {
    expect(() => parsePath(text)).toThrow(/not a segment/);
  });
});
