const DAY_MS = 86_400_000;

/** Whole days from a date (YYYY-MM-DD) to a moment; never below 0. */
export const ageInDays = (date: string, nowMs: number): number => Math.max(0, Math.floor((nowMs - Date.parse(date)) / DAY_MS));

export const ageInWords = (days: number): string => (days === 0 ? 'today' : days === 1 ? 'yesterday' : `${days} days ago`);
