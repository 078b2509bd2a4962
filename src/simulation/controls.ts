import type { Profile } from './profiles.ts';

// Controls of the experiment itself: transforms of a profile under which the truth about a comparison is known beforehand.

/** Every rate perfect: whoever then falls short of 1.0 is kept from the information by structure, or by a defect of the harness. */
export const flawless = (profile: Profile): Profile => ({
  ...profile,
  expert: 1,
  general: 1,
  outside: 1,
  breadth: 1,
  capacity: Number.MAX_SAFE_INTEGER,
  stray: 0,
  derive: 1,
  chain: 1,
  cascade: 0,
  classify: 1,
  bias: 0,
  route: 1,
  plan: 1,
  toolSlip: 0,
  argSlip: 0,
  premature: 0,
  repeat: 0,
  unaware: 0,
  parallel: 1,
  copy: 1,
  dilution: 0,
  carry: 1,
  thin: 0,
  hallucinate: 0,
  spot: 1,
  sycophancy: 0,
  falseAlarm: 0,
  detect: 1,
  anchoring: 0,
  feedback: 1,
  badJson: 0,
  badName: 0,
});

/**
 * Skill that depends on neither prompt nor load, and nothing that is redrawn by asking again: dividing closed-book work, or repeating it,
 * then cannot help, so no pattern may beat a single call by more than chance.
 */
export const neutral = (profile: Profile): Profile => ({
  ...profile,
  expert: profile.general,
  outside: profile.general,
  breadth: 1,
  capacity: Number.MAX_SAFE_INTEGER,
  stray: 1,
  chain: 1,
  bias: 0,
  dilution: 0,
  feedback: 0,
  fixed: 1,
});
