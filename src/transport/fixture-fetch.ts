import { clientRequest } from '../fixtures/client-request.ts';
import { fixtureMiss } from '../fixtures/explain-miss.ts';
import { cancelledMiss } from '../fixtures/interaction.ts';
import { interactionResponse, missResponse } from '../fixtures/interaction-response.ts';
import { occurrenceCounter } from '../fixtures/occurrences.ts';
import type { ReplayOptions } from '../fixtures/replay-port.ts';
import { requestKey } from '../fixtures/request-key.ts';
import { responseReferences } from '../fixtures/response-references.ts';
import { ambientClock } from '../kernel/ambient-trial.ts';
import { inTime, isEventStream } from './in-time.ts';

export interface FixtureFetchOptions extends ReplayOptions {
  /** Let the recorded time pass on the ambient clock (kernel/ambient-time.ts): answers and events come when they are due. */
  readonly inTime?: boolean;
}

/**
 * A `fetch` that serves recorded answers to an unmodified client, for one run of one trial: the recorded body (or the recorded error), at
 * once, with its latency in `x-fixture-latency-ms` and the times of a stream in comments, unless they come `inTime`. 404 of the type
 * `fixture_miss` where nothing is recorded, at once.
 */
export function fixtureFetch(options: FixtureFetchOptions): typeof fetch {
  const { set, trial, scenario, scrub, describeRecord, onMiss } = options;
  const occurrences = occurrenceCounter();
  const references = responseReferences();
  return async (input, init) => {
    const request = clientRequest(input, init);
    request.signal?.throwIfAborted();
    const { agent, path, api } = request;
    const body = references.resolve(request.body, api);
    const key = requestKey(body, api, scrub);
    const occurrence = occurrences.next(key);
    const interaction = set.find(key, trial, occurrence);
    if (interaction) {
      references.note(interaction);
      const response = interactionResponse(interaction, request, onMiss);
      const clock = options.inTime ? ambientClock() : undefined;
      if (!clock) return response;
      const due = await inTime(response, { clock, startUs: clock.nowUs(), signal: request.signal });
      // Within a stream, whoever reads past its end is told there.
      if (interaction.line.end === 'cancelled' && !isEventStream(due)) onMiss?.(cancelledMiss(interaction));
      return due;
    }
    const miss = fixtureMiss({ set, scenario, agent, path, api, key, trial, occurrence, request: body, scrub, describeRecord });
    onMiss?.(miss);
    return missResponse(miss, { key });
  };
}
