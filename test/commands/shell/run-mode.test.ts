import { describe, expect, it } from 'vitest';
import type { RunChoice } from '../../../src/bench/prepare-run.ts';
import { failClosed, modeNamed, type RunMode } from '../../../src/commands/shell/run-mode.ts';

const ALL: readonly RunMode[] = ['replay', 'auto', 'record', 'live', 'once'];

describe('modeNamed', () => {
  it.each([
    ['replay', 'replay'],
    ['none', 'replay'],
    ['auto', 'auto'],
    ['new_episodes', 'auto'],
    ['missing', 'auto'],
    ['record', 'record'],
    ['all', 'record'],
    ['rewrite', 'record'],
    ['live', 'live'],
    ['once', 'once'],
  ])('%s is %s', (text, mode) => expect(modeNamed(text, ALL)).toBe(mode));

  it('names all for one that there is not, and those alone that the command knows', () => {
    expect(() => modeNamed('new_episode', ALL)).toThrow(
      expect.objectContaining({
        code: 'usage',
        remedy:
          'name one of replay, auto, record, live, once (also none for replay, new_episodes and missing for auto, all and rewrite for record)',
      }),
    );
    expect(() => modeNamed('none', ['record', 'auto'])).toThrow(
      expect.objectContaining({ remedy: expect.not.stringContaining('none') as string }),
    );
  });
});

describe('failClosed', () => {
  const told = (choice: Partial<RunChoice>, ci: string | undefined, allowLive = false) => {
    try {
      failClosed({ mode: 'live', provider: 'openai', ...choice } as RunChoice, { env: { CI: ci } }, allowLive);
      return 'goes on';
    } catch (error) {
      return (error as { code: string }).code;
    }
  };

  it('stops what would ask a real endpoint under CI, and nothing else', () => {
    for (const mode of ['auto', 'record', 'live'] as const) expect(told({ mode }, 'true')).toBe('usage');
    expect(told({}, '1')).toBe('usage');
    expect(told({}, 'true', true)).toBe('goes on');
    expect(told({ mode: 'replay' }, 'true')).toBe('goes on');
    expect(told({ mode: 'record', provider: 'simulated' }, 'true')).toBe('goes on');
    for (const ci of [undefined, '', 'false', '0']) expect(told({}, ci)).toBe('goes on');
  });
});
