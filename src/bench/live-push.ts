import type { SecretNames } from '../fixtures/redact.ts';
import { openSpanStream } from '../telemetry/otlp-stream.ts';
import type { TrialPlan } from './plan.ts';
import { type PushedRun, type PushTarget, tracesOf, withLinks } from './push-run.ts';
import { redactedCopy } from './redact-spans.ts';
import { trialResource } from './span-lines.ts';
import { traceIdOfTrial, type TrialWatcher } from './trial.ts';
import { TOOL_VERSION } from './version.ts';

export interface LivePush {
  /** For a trial that is about to run: takes its spans as they end. Waits while too many spans are on their way to the collector. */
  readonly watch: (runId: string, plan: TrialPlan, seed: number) => Promise<TrialWatcher>;
  /** Sends the rest, with links like those of a push. */
  readonly finish: (folder: string) => Promise<PushedRun>;
}

/** Sends the spans of a live run while it goes on, each when it ends. Whoever watches sees a trial grow. */
export async function livePush({
  url,
  signal,
  exact = false,
  ui,
  now,
}: Omit<PushTarget, 'nowMs'> & { readonly now: () => number }): Promise<LivePush> {
  const stream = await openSpanStream({ url, salt: String(now()), exact, version: TOOL_VERSION, signal });
  return {
    watch: async (runId, plan, seed) => {
      await stream.room();
      const names: SecretNames = new Map();
      const live = stream.open({
        traceId: traceIdOfTrial(plan, seed),
        resource: trialResource(runId, plan),
        startMs: now(),
        clean: (span) => redactedCopy(span, names),
      });
      return { started: live.started, ended: live.ended, finished: live.finish };
    },
    finish: async (folder) => {
      const result = await stream.close();
      return withLinks(folder, { traces: await tracesOf(folder), result }, { url, ui, exact });
    },
  };
}
