import type { ModelPort, ModelRequest } from '../../src/contracts/model.ts';
import { modelError, modelReply, parseBody } from '../../src/contracts/model-reply.ts';
import { usOf } from '../../src/kernel/clock.ts';
import type { SimulatedModel, SimulatedResponse } from '../../src/simulation/simulate.ts';

/** Answers the bytes of a request. */
export type AnswerBytes = (bytes: string) => SimulatedResponse;

/** The model behind bytes, as behind a wire: nothing but the body reaches it. */
export const overBytes =
  (model: SimulatedModel): AnswerBytes =>
  (bytes) =>
    model(JSON.parse(bytes));

/**
 * A model port without HTTP and without recordings. The trial's clock moves on by the latency that the answer states in
 * `openai-processing-ms`. Throws what a transport throws for the same answer.
 */
export function simulatedPort(answer: AnswerBytes): ModelPort {
  return {
    call: async (request: ModelRequest, { clock, stop }) => {
      stop.throwIfAborted();
      const { status, headers, body } = answer(JSON.stringify(request));
      await clock.sleep(usOf(Number(headers['openai-processing-ms'] ?? 0)), stop);
      const parsed = parseBody(body) ?? body;
      if (status >= 400) throw modelError({ status, body: parsed, header: (name) => headers[name] });
      return modelReply(parsed, { provenance: 'simulated', fixture: null, pricedOn: '2026-01-01' });
    },
  };
}
