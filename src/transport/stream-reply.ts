import { completionOf } from '../contracts/chat-chunks.ts';
import type { ModelReply } from '../contracts/model.ts';
import { brokenStream, connectionLost, modelReply, type ReplyOrigin, streamError } from '../contracts/model-reply.ts';
import { redact } from '../fixtures/redact.ts';
import { isStorable } from '../fixtures/stream-event.ts';
import { msOf } from '../kernel/clock.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import type { Asked } from './in-time.ts';

/**
 * Reads the chunks of a streamed chat completion to their end; the reply has the time of the first on the clock. Throws `model_error` for
 * a stream that was cut or carries an error, `malformed_response` for one that holds something else than chunks, and the signal's reason.
 */
export async function streamReply(
  open: (stop: AbortController) => AsyncIterable<unknown>,
  { clock, startUs, signal }: Asked,
  origin: ReplyOrigin,
): Promise<ModelReply> {
  const stop = new AbortController();
  const onAbort = () => stop.abort(signal!.reason);
  if (signal?.aborted) onAbort();
  else signal?.addEventListener('abort', onAbort, { once: true });
  const chunks: unknown[] = [];
  let firstUs: number | undefined;
  try {
    for await (const chunk of open(stop)) {
      firstUs ??= clock.nowUs();
      if (!isStorable(chunk)) throw brokenStream();
      chunks.push(chunk);
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw await streamFailure(error);
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
  // The client ends the stream of an aborted call without a word.
  signal?.throwIfAborted();
  const completion = completionOf(chunks) ?? '';
  // A recorder passes chunks on as they come, so a secret that is spread over several is whole again here; its file does not have it.
  return modelReply(origin.fixture === null ? completion : redact(completion), {
    ...origin,
    streamed: { firstChunkMs: msOf((firstUs ?? clock.nowUs()) - startUs), chunks: chunks.length },
  });
}

async function streamFailure(error: unknown): Promise<unknown> {
  if (error instanceof PatternbenchError) return error;
  const { APIError } = await import('openai');
  if (error instanceof APIError && error.error !== undefined) return streamError(error.error);
  if (error instanceof SyntaxError) return brokenStream();
  return connectionLost(error);
}
