import { describe, expect, it } from 'vitest';
import { proxyTraffic } from '../../../src/commands/shell/proxy-traffic.ts';
import type { Shell } from '../../../src/commands/shell/shell.ts';
import { realClock } from '../../../src/kernel/real-clock.ts';
import { journeyProject } from '../../support/journey.ts';

const shellAt = (root: string): Shell => ({
  out: () => {},
  err: () => {},
  width: 80,
  color: false,
  interactive: false,
  env: {},
  root,
  now: () => 1_790_000_000_000,
  signal: new AbortController().signal,
});

describe('the traffic of the proxy', () => {
  it('takes the scrub rules of a new recording from its scenario', async () => {
    await using project = await journeyProject('starter');
    await project.edit('scenarios/starter.yaml', '\ntrials: 3', '\nscrub: [date]\ntrials: 3');
    const values = { mode: 'auto', provider: 'simulated', profile: 'mine', trials: 1 };
    const traffic = (await proxyTraffic(values, { shell: shellAt(project.root), clock: realClock() }))('starter');
    const { scrub } = await traffic.forRun({ mode: 'auto', trial: 0, onMiss: () => {} });
    expect(scrub?.text('on 2026-11-21')).toBe('on «date»');
    await traffic.close();
  });
});
