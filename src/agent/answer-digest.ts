import type { ModelReply } from '../contracts/model.ts';
import { shortHash } from '../kernel/hash.ts';

/** A recorded reply is made once and given to every trial that asks for it, so it is hashed once. */
const known = new WeakMap<object, string>();

/**
 * Digest of what a model said, in 12 characters: text, tool calls and why it ended. Ids are left out, since a streamed answer and a whole one may name
 * the same call differently.
 */
export function answerDigest({ message, finishReason }: ModelReply): string {
  const found = known.get(message);
  if (found !== undefined) return found;
  const calls = (message.tool_calls ?? []).map(({ function: called }) => [called.name, called.arguments]);
  const digest = shortHash(JSON.stringify([message.content ?? null, calls, finishReason]), 12);
  known.set(message, digest);
  return digest;
}
