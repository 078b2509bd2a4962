import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { journeyProject, type JourneyProject, sha256 } from '../support/journey.ts';

describe('the OTLP bytes of a run', () => {
  let project: JourneyProject;
  beforeAll(async () => void (project = await journeyProject('starter')));
  afterAll(() => project[Symbol.asyncDispose]());

  it('are those of every other process, one trial at a time or fifty, with content and without', async () => {
    for (const content of [[], ['--capture-content']]) {
      const digests: string[] = [];
      for (const concurrency of ['1', '7', '50', '50']) {
        const told = await project.type(['run', '-s', 'starter', '-j', concurrency, '--quiet', ...content]);
        expect(told).toMatchObject({ code: 0, err: '' });
        digests.push(sha256(await project.read('reports', (await project.runs())[0]!, 'spans.jsonl')));
      }
      expect(new Set(digests).size).toBe(1);
    }
  });
});
