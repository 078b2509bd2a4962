import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { livePush } from '../../src/bench/live-push.ts';
import type { TrialPlan } from '../../src/bench/plan.ts';
import { fakeJaeger } from '../support/fake-jaeger.ts';
import { searched } from '../support/jaeger-client.ts';
import { spanOf } from '../telemetry/random-trace.ts';

const SECRET = `sk-${'canary7'.repeat(4)}`;
const PLAN = {
  cell: { scenario: { name: 'demo' }, pattern: 'single', settings: '' },
  sample: { id: 's1' },
  trial: 0,
} as unknown as TrialPlan;

it('CHK4: a span that leaves while its trial goes on takes no secret along, and stays as it was', async () => {
  await using jaeger = await fakeJaeger();
  const folder = await mkdtemp(join(tmpdir(), 'patternbench-live-'));
  await writeFile(join(folder, 'spans.jsonl'), '{}\n');
  const signal = new AbortController().signal;
  const push = await livePush({ url: jaeger.otlp, signal, now: () => Date.now() });
  const watch = await push.watch('run', PLAN, 1);
  const root = spanOf({ path: '', startUs: 0, endUs: -1, attributes: { 'patternbench.run.id': 'run' } });
  const step = spanOf({ path: 'step', startUs: 0, endUs: -1, attributes: { 'patternbench.problem': `no: ${SECRET}` } });
  watch.started(root);
  watch.started(step);
  step.error = { type: 'model_error', message: `the key ${SECRET} is wrong` };
  step.events.push({ name: 'patternbench.repair', atUs: 1, attributes: { 'patternbench.problem': SECRET } });
  step.endUs = 2;
  watch.ended(step);
  root.endUs = 3;
  watch.ended(root);
  watch.finished(root);
  expect(await push.finish(folder)).toMatchObject({ exported: 2, rejected: 0 });
  await rm(folder, { recursive: true });
  const sent = JSON.stringify(await searched(jaeger.ui, {}));
  expect(sent).toContain('«secret:sk#1» is wrong');
  expect(sent).not.toContain('canary');
  expect(step.error.message).toContain(SECRET);
});
