import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearestName } from '../../src/schema/nearest-name.ts';

describe('nearestName', () => {
  it.each([
    ['modle', 'model'],
    ['agnets', 'agents'],
    ['Agents', 'agents'],
    ['instruction', 'instructions'],
  ])('takes %s for %s', (typed, meant) => {
    expect(nearestName(typed, ['name', 'model', 'agents', 'instructions'])).toBe(meant);
  });

  it('stays silent when nothing is near', () => {
    expect(nearestName('banana', ['name', 'model', 'agents'])).toBeUndefined();
    expect(nearestName('x', [])).toBeUndefined();
  });

  it('finds a name after any single slip', () => {
    const name = fc.stringMatching(/^[a-z]{4,12}$/);
    fc.assert(
      fc.property(name, fc.nat(), (known, at) => {
        const i = at % known.length;
        expect(nearestName(known.slice(0, i) + known.slice(i + 1), [known])).toBe(known);
        expect(nearestName(`${known.slice(0, i)}#${known.slice(i)}`, [known])).toBe(known);
      }),
    );
  });
});
