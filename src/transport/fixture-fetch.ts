import { clientRequest } from '../fixtures/client-request.ts';
import { fixtureMiss } from '../fixtures/explain-miss.ts';
import { interactionResponse, missResponse } from '../fixtures/interaction-response.ts';
import { occurrenceCounter } from '../fixtures/occurrences.ts';
import type { ReplayOptions } from '../fixtures/replay-port.ts';
import { requestKey } from '../fixtures/request-key.ts';

/**
 * A `fetch` that serves recorded answers to an unmodified client, for one run of one trial: 200 with the recorded body (or the recorded
 * error) and its latency in `x-fixture-latency-ms`, at once; 404 of the type `fixture_miss` where nothing is recorded.
 */
export function fixtureFetch(options: ReplayOptions): typeof fetch {
  const { set, trial, scenario, describeRecord, onMiss } = options;
  const occurrences = occurrenceCounter();
  return async (input, init) => {
    const request = clientRequest(input, init);
    request.signal?.throwIfAborted();
    const { agent, path, body } = request;
    const key = requestKey(body);
    const occurrence = occurrences.next(key);
    const interaction = set.find(key, trial, occurrence);
    if (interaction) return interactionResponse(interaction);
    const miss = fixtureMiss({ set, scenario, agent, path, key, trial, occurrence, request: body, describeRecord });
    onMiss?.(miss);
    return missResponse(miss, { key });
  };
}
