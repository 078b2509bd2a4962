import { describe, expect, it } from 'vitest';
import { nativeSignal, Stop } from '../../src/kernel/stop.ts';

describe('a stop', () => {
  it('tells its listeners once, in the order in which they came', () => {
    const stop = new Stop();
    const heard: string[] = [];
    stop.addEventListener('abort', () => heard.push('first'));
    stop.addEventListener('abort', () => heard.push('second'));
    stop.abort('late');
    stop.abort('again');
    expect(heard).toEqual(['first', 'second']);
    expect(stop).toMatchObject({ aborted: true, reason: 'late' });
    expect(() => stop.throwIfAborted()).toThrow('late');
  });

  it('skips a listener that was taken out, also by one before it', () => {
    const stop = new Stop();
    const heard: string[] = [];
    const second = () => heard.push('second');
    const third = () => heard.push('third');
    stop.addEventListener('abort', () => stop.removeEventListener('abort', third));
    stop.addEventListener('abort', second);
    stop.addEventListener('abort', third);
    stop.removeEventListener('abort', second);
    stop.abort('late');
    expect(heard).toEqual([]);
  });

  it('never calls a listener that comes after the abort, as a native signal', () => {
    for (const signal of [abortedStop(), abortedStop().native]) {
      let heard = 0;
      signal.addEventListener('abort', () => heard++);
      expect(heard).toBe(0);
    }
  });

  it.each(['before', 'after'])('is one native signal, asked for %s the abort, with the same reason', (when) => {
    const stop = new Stop();
    const reason = new Error('late');
    const early = when === 'before' ? stop.native : undefined;
    let heard = 0;
    early?.addEventListener('abort', () => heard++);
    stop.abort(reason);
    expect(stop.native).toMatchObject({ aborted: true, reason });
    expect(early ?? stop.native).toBe(stop.native);
    expect(heard).toBe(early ? 1 : 0);
    expect(AbortSignal.any([stop.native]).aborted).toBe(true);
  });
});

describe('a stop signal for code of others', () => {
  it('is an AbortSignal of the platform, whichever kind it was', () => {
    const stop = new Stop();
    const { signal } = new AbortController();
    expect(nativeSignal(stop)).toBe(stop.native);
    expect(nativeSignal(signal)).toBe(signal);
    expect(() => nativeSignal({ ...signal })).toThrow('a stop signal must be');
  });
});

function abortedStop(): Stop {
  const stop = new Stop();
  stop.abort('late');
  return stop;
}
