import type { FixtureSet } from '../fixtures/fixture-set.ts';
import { PatternbenchError } from '../kernel/errors.ts';

/** How old a recording may be. */
export interface MaxAge {
  readonly days: number;
  /** What an older one does: it is told, or it is not used. */
  readonly stale: 'warn' | 'error';
  /** YYYY-MM-DD */
  readonly today: string;
}

const DAY_MS = 86_400_000;

/** A warning where a set is older than it may be; throws `fixture_miss` where it must not be used then. */
export function staleness(
  { header, file }: FixtureSet,
  { maxAge, remedy }: { maxAge: MaxAge | undefined; remedy: string },
): string[] {
  if (!maxAge) return [];
  const age = Math.floor((Date.parse(maxAge.today) - Date.parse(header.recordedOn)) / DAY_MS);
  if (age <= maxAge.days) return [];
  const said = `was recorded on ${header.recordedOn}, ${age} days ago; at most ${maxAge.days} are allowed (--max-age)`;
  if (maxAge.stale === 'warn') return [`${file} ${said}`];
  throw new PatternbenchError('fixture_miss', `the recording ${said}`, {
    place: { file },
    remedy: `record it again:\n${remedy.replaceAll(' --mode auto', '')}`,
    facts: { retryable: false },
  });
}
