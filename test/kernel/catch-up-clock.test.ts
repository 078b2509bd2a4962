import { describe, expect, it } from 'vitest';
import { catchUpClock } from '../../src/kernel/catch-up-clock.ts';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';
import { withDeadline } from '../../src/agent/deadline.ts';
import { Stop } from '../../src/kernel/stop.ts';

describe('a clock that catches up', () => {
  it('jumps through the past, then goes on from there as the other clock does', async () => {
    const real = new VirtualClock();
    await real.run(async () => {
      const clock = catchUpClock(real);
      await Promise.all([clock.sleep(5_000_000), clock.sleep(3_000_000)]);
      expect([clock.nowUs(), real.nowUs()]).toEqual([5_000_000, 0]);
      const pending = clock.sleep(2_000_000).then(() => [clock.nowUs(), real.nowUs()]);
      clock.goLive!();
      await clock.sleep(1_000_000);
      expect([clock.nowUs(), real.nowUs()]).toEqual([6_000_000, 1_000_000]);
      expect(await pending).toEqual([7_000_000, 2_000_000]);
    });
  });

  it('stands still while something is held, and forgets what was cancelled', async () => {
    const clock = catchUpClock(new VirtualClock());
    let fired = 0;
    clock.cancel(clock.schedule(10, () => fired++));
    const slept = clock.sleep(100);
    const at = await clock.hold(async () => {
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
      return clock.nowUs();
    });
    expect(at).toBe(0);
    await slept;
    expect([clock.nowUs(), fired]).toEqual([100, 0]);
  });

  it('keeps the instant of a deadline that was set in the past', async () => {
    const real = new VirtualClock();
    await real.run(async () => {
      const clock = catchUpClock(real);
      const late = withDeadline(clock, new Stop(), {
        delayUs: 10_000,
        expired: () => new Error('late'),
        work: async (signal) => {
          await clock.sleep(8_000, signal);
          clock.goLive!();
          await clock.sleep(8_000, signal);
        },
      });
      await expect(late).rejects.toThrow('late');
      expect([clock.nowUs(), real.nowUs()]).toEqual([10_000, 2_000]);
    });
  });
});
