import { OpenAI } from 'openai';
import type { Variant } from '../slices.ts';
import { ENDPOINT, type Workload } from './recorded.ts';
import { CALLS, TRIALS } from './seven-calls.ts';

/**
 * The yardstick: the openai SDK as it is, with nothing around it, on a `fetch` that answers from memory. The same seven bodies in the same
 * order of waiting (three in turn; three at once, then one), as many at once as in a replay.
 */
export function bareSdk({ bodies, answers }: Workload): Variant {
  const client = new OpenAI({ ...ENDPOINT, maxRetries: 0, fetch: inMemoryFetch(answers) });
  const ask = async (index: number): Promise<void> => {
    const body = bodies[index] as unknown as OpenAI.ChatCompletionCreateParamsNonStreaming;
    const completion = await client.chat.completions.create(body);
    if (!completion.choices[0]?.message.content || !completion.usage) throw new Error('the endpoint in memory gave no answer');
  };
  const pipeline = async () => {
    for (const index of [0, 1, 2]) await ask(index);
  };
  const fanOut = async () => {
    await Promise.all([3, 4, 5].map(ask));
    await ask(6);
  };
  return {
    name: 'bare openai SDK',
    batch: async () => {
      await Promise.all(Array.from({ length: TRIALS }, (_, trial) => (trial < TRIALS / 2 ? pipeline() : fanOut())));
      return (TRIALS / 2) * CALLS;
    },
  };
}

/** Answers in turn: looking for the right one would be charged to the SDK. */
export function inMemoryFetch(answers: readonly string[]): typeof fetch {
  let next = 0;
  const headers = { 'content-type': 'application/json', 'openai-processing-ms': '800' };
  return () => Promise.resolve(new Response(answers[next++ % answers.length], { headers }));
}
