import { describe, expect, it } from 'vitest';
import { loadDetectors } from '../../src/bench/parts.ts';
import { spanIdOf } from '../../src/telemetry/span-ids.ts';
import { inspectedTrial } from '../support/inspected-trial.ts';
import { PLANTED as ENDS } from './planted/ends.ts';
import { PLANTED as REPETITION } from './planted/repetition.ts';
import { PLANTED as SHARED_WORK } from './planted/shared-work.ts';

const PLANTED = { ...ENDS, ...REPETITION, ...SHARED_WORK };
const detectors = await loadDetectors();
const cases = Object.entries(PLANTED).flatMap(([kind, planted]) => planted.map((one) => [kind, one.sign, one] as const));

describe('findings: a planted anti-pattern of each kind is found, and the same work without it is clean', () => {
  it.each(cases)('%s: %s', async (kind, _sign, { agent, planted, clean, settings }) => {
    const { findings, spans } = await inspectedTrial(planted, settings);
    const found = findings.filter((finding) => finding.kind === kind);
    expect(found.map((finding) => finding.agent)).toContain(agent);
    const ids = new Set(spans.map(({ path }) => spanIdOf('a'.repeat(32), path)));
    for (const finding of found) {
      expect(finding.spanIds.length).toBeGreaterThan(0);
      expect(finding.spanIds.filter((id) => !ids.has(id))).toEqual([]);
      expect(finding.why).not.toMatch(/undefined|NaN|null/);
    }
    // Our own patterns reach everything through one runner: the hint is about other frameworks.
    expect(findings.filter((finding) => finding.kind === 'framework-lock-in')).toEqual([]);
    const cleaned = await inspectedTrial(clean, settings);
    expect(cleaned.completed).toBe(true);
    expect(cleaned.findings.filter((finding) => finding.kind === kind)).toEqual([]);
  });
});

describe('every detector', () => {
  it.each(detectors.map((detector) => [detector.name, detector] as const))(
    '%s has its advice, thresholds with defaults and a planted case',
    (name, detector) => {
      expect(detector.settings.safeParse({}).success).toBe(true);
      for (const field of Object.values(detector.settings.shape))
        expect((field as { description?: string }).description).toBeTruthy();
      expect(detector.advice.length).toBeGreaterThan(40);
      expect(name === 'framework-lock-in' || (PLANTED[name] ?? []).length > 0).toBe(true);
    },
  );
});
