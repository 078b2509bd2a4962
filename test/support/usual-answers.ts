import type { Profile } from '../../src/simulation/profiles.ts';
import { simulate, type SimulatedResponse } from '../../src/simulation/simulate.ts';
import type { CountTokens } from '../../src/simulation/tokens.ts';
import type { World } from '../../src/simulation/world.ts';
import type { AnswerBytes } from './simulated-port.ts';

interface Answered {
  readonly body: unknown;
  readonly response: SimulatedResponse;
  /** What of the profile the answer looked at. */
  readonly reads: ReadonlySet<string>;
}

export interface UsualAnswers {
  /** The answers under the profiles as they are, each given once. */
  readonly usual: AnswerBytes;
  /**
   * The answers under profiles of which only the one member is adjusted. An answer is a pure function of the request and of what it reads
   * of the profile: where it has not read that member, the usual answer is the answer, and is not worked out again.
   */
  readonly adjusted: (member: keyof Profile, adjust: (profile: Profile) => Profile) => AnswerBytes;
}

/** The simulated model of a world under many profiles that differ little, at a fraction of the work. */
export function usualAnswers(world: World, countTokens: CountTokens): UsualAnswers {
  const answered = new Map<string, Answered>();
  let reads = new Set<string>();
  const watched = simulate(world, {
    countTokens,
    adjust: (profile) =>
      new Proxy(profile, {
        get: (target, key) => {
          reads.add(String(key));
          return Reflect.get(target, key) as unknown;
        },
      }),
  });
  const usual: AnswerBytes = (bytes) => {
    const known = answered.get(bytes);
    if (known) return known.response;
    reads = new Set();
    const body: unknown = JSON.parse(bytes);
    const response = watched(body);
    answered.set(bytes, { body, response, reads });
    return response;
  };
  const adjusted: UsualAnswers['adjusted'] = (member, adjust) => {
    const model = simulate(world, { countTokens, adjust });
    const own = new Map<string, SimulatedResponse>();
    return (bytes) => {
      const known = answered.get(bytes);
      if (known && !known.reads.has(member)) return known.response;
      const mine = own.get(bytes) ?? model(known ? known.body : JSON.parse(bytes));
      own.set(bytes, mine);
      return mine;
    };
  };
  return { usual, adjusted };
}
