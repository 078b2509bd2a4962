import { messageOf, PatternbenchError } from '../kernel/errors.ts';
import { safeLine } from '../kernel/terminal-text.ts';

/**
 * What a request that got no answer failed of. Clients wrap what their `fetch` threw, so the causes are searched: a PatternbenchError in
 * there (a limit, a miss) is the answer; a request that the network guard stopped is `network_blocked`; the SDK's own time limit is
 * `timeout`; anything else is a `model_error` without a status, and may be tried again.
 */
export async function connectionError(error: unknown): Promise<PatternbenchError> {
  const causes = causesOf(error);
  const own = causes.find((cause) => cause instanceof PatternbenchError);
  if (own) return own;
  const blocked = causes.find((cause) => cause.name === 'NetConnectNotAllowedError');
  if (blocked) {
    return new PatternbenchError('network_blocked', `a request would have left this process: ${safeLine(blocked.message)}`, {
      remedy: 'replay needs no network; to call a real endpoint use --mode record, auto or live',
      cause: error,
      facts: { retryable: false },
    });
  }
  const { APIConnectionTimeoutError } = await import('openai');
  if (error instanceof APIConnectionTimeoutError) {
    return new PatternbenchError('timeout', 'the endpoint did not answer in time', { cause: error, facts: { retryable: true } });
  }
  const why = causes.map((cause) => codeOf(cause) ?? cause.message).at(-1) ?? messageOf(error);
  return new PatternbenchError('model_error', `the endpoint could not be reached: ${safeLine(why)}`, {
    cause: error,
    facts: { retryable: true },
  });
}

/** The error and its causes, outermost first; a cycle cannot make it endless. */
function causesOf(error: unknown): Error[] {
  const causes: Error[] = [];
  for (let at = error; at instanceof Error && causes.length < 10; at = at.cause) causes.push(at);
  return causes;
}

const codeOf = (error: Error): string | undefined => {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' ? code : undefined;
};
