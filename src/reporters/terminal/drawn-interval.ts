import type { Estimate } from '../../schema/run-record.ts';

/** Columns from 0 to 100 %. */
const WIDTH = 17;

/** The heading above drawn intervals: where 0, 50 and 100 are. */
export const DRAWN_SCALE = '0      50     100';

const placeOf = (share: number): number => Math.round(Math.min(1, Math.max(0, share)) * (WIDTH - 1));

/** An interval as a line, its mean as `o`, the baseline's mean as `:` where nothing covers it. */
export function drawnInterval(quality: Estimate | null, baselineMean: number | undefined): string {
  const places = Array.from({ length: WIDTH }, () => ' ');
  if (baselineMean !== undefined) places[placeOf(baselineMean)] = ':';
  if (quality) {
    places.fill('-', placeOf(quality.low), placeOf(quality.high) + 1);
    places[placeOf(quality.mean)] = 'o';
  }
  return places.join('').trimEnd();
}
