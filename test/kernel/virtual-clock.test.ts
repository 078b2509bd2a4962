import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { usOf } from '../../src/kernel/clock.ts';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';
import { codeOf } from '../support/trial.ts';
import { listSchedule, type Task } from './list-schedule.ts';

const outcomeOf = (run: Promise<unknown>): Promise<string> => run.then((value) => `ok ${String(value)}`, codeOf);

describe('VirtualClock', () => {
  it('fires ties in the order in which they were made', async () => {
    const clock = new VirtualClock();
    const fired: number[] = [];
    await clock.run(async () => {
      await Promise.all(Array.from({ length: 50 }, (_, index) => clock.sleep(1000).then(() => fired.push(index))));
    });
    expect(fired).toEqual(Array.from({ length: 50 }, (_, index) => index));
    expect(clock.nowUs()).toBe(1000);
  });

  it('lets everything that an event causes happen before the next event of the same instant', async () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    await clock.run(async () => {
      await Promise.all(
        ['a', 'b'].map(async (name) => {
          await clock.sleep(5);
          log.push(`${name} woke`);
          for (let i = 0; i < 20; i++) await Promise.resolve();
          log.push(`${name} went on`);
        }),
      );
    });
    expect(log).toEqual(['a woke', 'a went on', 'b woke', 'b went on']);
  });

  it('never fires what was cancelled, not even by an event of the same instant', async () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    await clock.run(async () => {
      clock.schedule(10, () => {
        fired.push('first');
        clock.cancel(second);
      });
      const second = clock.schedule(10, () => fired.push('second'));
      const early = clock.schedule(5, () => fired.push('early'));
      clock.cancel(early);
      clock.cancel(early);
      await clock.sleep(20);
      clock.cancel(second);
    });
    expect(fired).toEqual(['first']);
  });

  it('rejects a sleep with the reason as soon as its signal is aborted, without time going on', async () => {
    const clock = new VirtualClock();
    const seen = await clock.run(async () => {
      const controller = new AbortController();
      clock.schedule(300, () => controller.abort(new Error('enough')));
      const reason = await clock.sleep(1_000_000, controller.signal).catch((error: Error) => error.message);
      const again = await clock.sleep(1, controller.signal).catch((error: Error) => error.message);
      return [reason, again, clock.nowUs()];
    });
    expect(seen).toEqual(['enough', 'enough', 300]);
  });

  it('leaves nothing on the signal of a sleep that came to its end', async () => {
    const clock = new VirtualClock();
    const { signal } = new AbortController();
    await clock.run(async () => {
      for (let i = 0; i < 10; i++) await clock.sleep(1, signal);
    });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('does not run on to the end of a sleep that was aborted', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    const hung = clock.run(async () => {
      clock.schedule(usOf(0.3), () => controller.abort(new Error('enough')));
      await clock.sleep(usOf(1_000_000), controller.signal).catch(() => {});
      await new Promise(() => {});
    });
    expect(await outcomeOf(hung)).toBe('virtual_deadlock');
    expect(clock.nowUs()).toBe(300);
  });

  it('stands still while something is held, and then moves on by its cost', async () => {
    const clock = new VirtualClock();
    const log: [string, number][] = [];
    await clock.run(async () => {
      const other = clock.sleep(50).then(() => log.push(['other', clock.nowUs()]));
      const value = await clock.hold(
        async () => {
          // Real work takes turns of the event loop that the clock does not count.
          for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
          log.push(['work', clock.nowUs()]);
          return 70;
        },
        (us) => us,
      );
      log.push([`held ${value}`, clock.nowUs()]);
      await other;
    });
    expect(log).toEqual([
      ['work', 0],
      ['other', 50],
      ['held 70', 70],
    ]);
  });

  it('holds in parallel: time goes on when the last one is over', async () => {
    const clock = new VirtualClock();
    const hold = (turns: number) =>
      clock.hold(
        async () => {
          for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
          return clock.nowUs();
        },
        () => 100,
      );
    const seen = await clock.run(async () => {
      const held = [hold(1), hold(12), hold(6)];
      void clock.sleep(10);
      return Promise.all(held);
    });
    expect(seen).toEqual([0, 0, 0]);
    // The costs begin when time stood still, so they overlap.
    expect(clock.nowUs()).toBe(100);
  });

  it('goes on after held work that failed', async () => {
    const clock = new VirtualClock();
    const failing = () => Promise.reject(new Error('disk full'));
    const after = clock.run(async () => {
      const message = await clock.hold(failing, () => 10).catch((error: Error) => error.message);
      await clock.sleep(5);
      return `${message} ${clock.nowUs()}`;
    });
    expect(await after).toBe('disk full 5');
  });

  it.each([
    ['a promise that nobody settles', () => new Promise(() => {})],
    [
      'a signal that nobody aborts',
      () => new Promise((resolve) => new AbortController().signal.addEventListener('abort', resolve)),
    ],
  ])('reports virtual_deadlock for a trial that waits for %s', async (_what, wait) => {
    const clock = new VirtualClock();
    const error = await clock
      .run(async () => {
        await clock.sleep(usOf(337.75));
        await wait();
      })
      .catch((thrown: Error) => thrown);
    expect(codeOf(error)).toBe('virtual_deadlock');
    expect(String(error)).toContain('337.75 ms');
  });

  it('does not mistake work that takes some turns, is held, and takes some more, for a deadlock', async () => {
    const clock = new VirtualClock();
    const turns = async (count: number) => {
      for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
    };
    const run = clock.run(async () => {
      for (let i = 0; i < 5; i++) {
        await turns(2);
        await clock.hold(() => turns(5));
      }
      return 'done';
    });
    expect(await outcomeOf(run)).toBe('ok done');
  });

  it('fails a trial whose callback throws, and no other trial of the process', async () => {
    const [bad, good] = [new VirtualClock(), new VirtualClock()];
    const runs = [
      bad.run(async () => {
        bad.schedule(1, () => {
          throw new Error('in a callback');
        });
        await bad.sleep(10);
      }),
      good.run(async () => {
        await good.sleep(1);
        await good.sleep(1);
      }),
    ];
    expect(await Promise.all(runs.map(outcomeOf))).toEqual(['Error: in a callback', 'ok undefined']);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses a delay of %d', async (delay) => {
    const clock = new VirtualClock();
    expect(await outcomeOf(clock.run(() => clock.sleep(delay)))).toBe('broken_invariant');
  });

  it('counts in whole microseconds: ten thousand sleeps of 0.1 ms are one second', async () => {
    const clock = new VirtualClock();
    await clock.run(async () => {
      await Promise.all(
        Array.from({ length: 10 }, async () => {
          for (let i = 0; i < 1000; i++) await clock.sleep(usOf(0.1));
        }),
      );
      await clock.sleep(-5);
    });
    expect(clock.nowUs()).toBe(100_000);
    const odd = new VirtualClock();
    await odd.run(() => odd.sleep(0.4).then(() => odd.sleep(337_750.4)));
    expect(odd.nowUs()).toBe(337_750);
  });

  it('keeps fifty trials at once apart', async () => {
    const clocks = Array.from({ length: 50 }, () => new VirtualClock());
    const ends = await Promise.all(
      clocks.map((clock, index) =>
        clock.run(async () => {
          for (let i = 0; i <= index; i++) await clock.sleep(1000 + index);
          return clock.nowUs();
        }),
      ),
    );
    expect(ends).toEqual(clocks.map((_clock, index) => (index + 1) * (1000 + index)));
  });

  it('agrees with a reference list scheduler on any program of sleeps and cancelled sleeps', async () => {
    const task = fc.record({
      delays: fc.array(fc.nat({ max: 20 }), { maxLength: 6 }),
      abortAt: fc.option(fc.nat({ max: 40 }), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(task, { minLength: 1, maxLength: 10 }), async (tasks) => {
        expect(await onClock(tasks)).toEqual(listSchedule(tasks));
      }),
      { numRuns: 150 },
    );
  });
});

/** The tasks of the reference on the clock itself. */
async function onClock(tasks: readonly Task[]): Promise<string[]> {
  const clock = new VirtualClock();
  const log: string[] = [];
  await clock.run(async () => {
    const controllers = tasks.map(({ abortAt }) => {
      const controller = new AbortController();
      if (abortAt !== undefined) clock.schedule(abortAt, () => controller.abort(new Error('aborted')));
      return controller;
    });
    const longest = clock.sleep(1000);
    const run = async ({ delays }: Task, index: number) => {
      for (const [step, delay] of delays.entries()) {
        const ended = await clock.sleep(delay, controllers[index]!.signal).then(
          () => true,
          () => false,
        );
        log.push(`${clock.nowUs()} task ${index} step ${step} ${ended ? 'slept' : 'aborted'}`);
        if (!ended) return;
      }
    };
    await Promise.all([longest, ...tasks.map(run)]);
  });
  return log;
}
