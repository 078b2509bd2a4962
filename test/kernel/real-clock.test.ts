import { describe, expect, it } from 'vitest';
import { realClock } from '../../src/kernel/real-clock.ts';

describe('realClock', () => {
  it('counts whole microseconds that never run backwards', () => {
    const clock = realClock();
    const instants = Array.from({ length: 100 }, clock.nowUs);
    expect(instants.every(Number.isInteger)).toBe(true);
    expect(instants).toEqual(instants.toSorted((a, b) => a - b));
  });

  it('sleeps at least as long as told, and stops at once when aborted', async () => {
    const clock = realClock();
    const start = clock.nowUs();
    await clock.sleep(2000);
    // Timers of Node round to whole milliseconds.
    expect(clock.nowUs() - start).toBeGreaterThanOrEqual(1000);
    const controller = new AbortController();
    const long = clock.sleep(60_000_000, controller.signal);
    controller.abort(new Error('enough'));
    await expect(long).rejects.toThrow('enough');
    await expect(clock.sleep(1, controller.signal)).rejects.toThrow('enough');
  });

  it('waits, and does not fire at once, for longer than a timer of Node can count', async () => {
    const clock = realClock();
    let fired = false;
    const timer = clock.schedule(1e13, () => (fired = true));
    await clock.sleep(5000);
    clock.cancel(timer);
    expect(fired).toBe(false);
  });

  it('simply runs what is held', async () => {
    expect(
      await realClock().hold(
        async () => 'done',
        () => 1e12,
      ),
    ).toBe('done');
  });
});
