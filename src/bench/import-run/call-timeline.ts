import type { ImportedInteraction } from '../../fixtures/importing/import-interactions.ts';
import { usOf } from '../../kernel/clock.ts';

/** When a call of an imported run was on its way, in microseconds from the start of the run, and what it came after. */
export interface TimedCall {
  readonly startUs: number;
  readonly endUs: number;
  /** Places of calls that had ended by then, and that it came after. */
  readonly after: readonly number[];
}

/**
 * Calls on one time line. Where the recording tells when each of them started, that counts. Otherwise a call starts when the calls have ended whose
 * answers it contains; one that contains none starts when the one before it in the recording has ended: nothing says that they overlapped.
 */
export function callTimeline(imports: readonly ImportedInteraction[]): TimedCall[] {
  const starts = imports.map(({ startedMs }) => startedMs);
  const isTold = starts.every((start) => start !== undefined);
  const firstMs = isTold ? Math.min(...starts) : 0;
  const timed: TimedCall[] = [];
  for (const [at, { after, interaction, startedMs }] of imports.entries()) {
    const known = after.length > 0 || at === 0 ? after : [at - 1];
    const startUs = isTold ? usOf(startedMs! - firstMs) : Math.max(0, ...known.map((each) => timed[each]!.endUs));
    const ended = (place: number): boolean => timed[place]!.endUs <= startUs;
    const before = known.filter(ended);
    const last = before.length > 0 ? [] : lastEnded(timed, startUs);
    timed.push({ startUs, endUs: startUs + usOf(interaction.line.ms), after: [...before, ...last] });
  }
  return timed;
}

/** The call that had ended last by then: by time, nothing else is known. */
function lastEnded(timed: readonly TimedCall[], byUs: number): number[] {
  let best: number | undefined;
  for (const [place, { endUs }] of timed.entries()) {
    if (endUs <= byUs && (best === undefined || endUs > timed[best]!.endUs)) best = place;
  }
  return best === undefined ? [] : [best];
}
