import { OpenAI } from 'openai';
import { describe, expect, it } from 'vitest';
import { ambientClock } from '../../src/kernel/ambient-trial.ts';
import { msOf, usOf } from '../../src/kernel/clock.ts';
import { real } from '../../src/kernel/real-time.ts';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';
import { completion } from '../fixtures/recording.fixture.ts';

/** What the endpoint does with a request: after so many virtual milliseconds it answers with a status, or never. */
interface Scripted {
  readonly afterMs: number;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One trial's dealings with the endpoint, as anybody on the trial's clock would have seen them. */
interface Seen {
  /** When each request was sent, and when the trial was over, in virtual milliseconds. */
  readonly sentMs: number[];
  readonly endMs: number;
  /** The answer, or the name of the error. */
  readonly outcome: string;
}

type Ask = (client: OpenAI) => Promise<OpenAI.ChatCompletion>;

const ask: Ask = (client) => client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'hello' }] });

/** The unmodified SDK, with its own retries and its own time limit, on the ambient time of one trial. */
async function sdkTrial(
  script: readonly Scripted[],
  { seed = 'a', send = ask, ...options }: { seed?: string; send?: Ask; timeout?: number; maxRetries?: number } = {},
): Promise<Seen> {
  const clock = new VirtualClock(seed);
  const sentMs: number[] = [];
  const endpoint: typeof fetch = async (_url, init) => {
    const { afterMs, status = 200, headers = {} } = script[sentMs.length] ?? { afterMs: 100 };
    sentMs.push(msOf(clock.nowUs()));
    await ambientClock()!.sleep(usOf(afterMs), init!.signal!);
    return Response.json(status === 200 ? completion('done') : { error: { message: 'not now' } }, { status, headers });
  };
  const outcome = await clock.run(async () => {
    const client = new OpenAI({
      apiKey: 'none',
      baseURL: 'http://endpoint.test/v1',
      logLevel: 'off',
      fetch: endpoint,
      ...options,
    });
    return send(client).then(
      (answer) => answer.choices[0]!.message.content!,
      (error: Error) => error.constructor.name,
    );
  });
  return { sentMs, endMs: msOf(clock.nowUs()), outcome };
}

const NEVER = 1e9;
const refused = (headers: Readonly<Record<string, string>>, status = 429): Scripted => ({ afterMs: 100, status, headers });

describe('the openai SDK on virtual time', () => {
  it.each<[string, readonly Scripted[], { timeout?: number; maxRetries?: number }, Seen]>([
    [
      'waits the Retry-After of 30 s',
      [{ ...refused({ 'retry-after': '30' }), afterMs: 800 }],
      {},
      { sentMs: [0, 30_800], endMs: 30_900, outcome: 'done' },
    ],
    [
      'waits a Retry-After in milliseconds',
      [refused({ 'retry-after-ms': '1250' })],
      {},
      { sentMs: [0, 1350], endMs: 1450, outcome: 'done' },
    ],
    [
      'waits a Retry-After that is a date',
      [refused({ 'retry-after': 'Thu, 01 Jan 2026 00:00:07 GMT' })],
      {},
      { sentMs: [0, 7000], endMs: 7100, outcome: 'done' },
    ],
    [
      'gives a request up at its timeout',
      [{ afterMs: 2000 }],
      { timeout: 500, maxRetries: 0 },
      { sentMs: [0], endMs: 500, outcome: 'APIConnectionTimeoutError' },
    ],
    [
      'takes an answer just before its timeout',
      [{ afterMs: 499 }],
      { timeout: 500, maxRetries: 0 },
      { sentMs: [0], endMs: 499, outcome: 'done' },
    ],
    [
      'gives a request up after ten minutes by default',
      [{ afterMs: NEVER }],
      { maxRetries: 0 },
      { sentMs: [0], endMs: 600_000, outcome: 'APIConnectionTimeoutError' },
    ],
  ])('%s', async (_what, script, options, expected) => {
    const began = real.performanceNow();
    expect(await sdkTrial(script, options)).toEqual(expected);
    expect(real.performanceNow() - began).toBeLessThan(1000);
  });

  it('asks again after ten minutes without an answer, with its own backoff', async () => {
    const { sentMs, endMs, outcome } = await sdkTrial([{ afterMs: NEVER }]);
    expect(sentMs).toHaveLength(2);
    expect(sentMs[1]! - 600_000).toBeGreaterThanOrEqual(375);
    expect(sentMs[1]! - 600_000).toBeLessThanOrEqual(500);
    expect([outcome, endMs]).toEqual(['done', sentMs[1]! + 100]);
  });

  it('backs off by half a second, then by one, less a quarter at most that the seed draws', async () => {
    const seen = await Promise.all(
      Array.from({ length: 40 }, (_, seed) => sdkTrial([refused({}, 500), refused({}, 500)], { seed: `${seed}` })),
    );
    for (const { sentMs, outcome } of seen) {
      const [first, second] = [sentMs[1]! - sentMs[0]! - 100, sentMs[2]! - sentMs[1]! - 100];
      expect([first >= 374 && first <= 500, second >= 749 && second <= 1000, outcome]).toEqual([true, true, 'done']);
    }
    const last = await sdkTrial(Array.from({ length: 5 }, () => refused({}, 503)));
    expect([last.sentMs.length, last.outcome]).toEqual([3, 'InternalServerError']);
  });

  // What the SDK makes of it is the SDK's affair; that a replay shows it is ours.
  it('does not obey a Retry-After of more than a minute', async () => {
    const { sentMs } = await sdkTrial([refused({ 'retry-after': '90' })]);
    expect(sentMs[1]).toBeLessThanOrEqual(600);
  });

  it.each<[string, () => AbortSignal]>([
    ['AbortSignal.timeout', () => AbortSignal.timeout(700)],
    ['AbortSignal.any', () => AbortSignal.any([AbortSignal.timeout(700), new AbortController().signal])],
  ])('ends a request when the %s of its caller is over', async (_what, signal) => {
    const send: Ask = (client) =>
      client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'hello' }] }, { signal: signal() });
    expect(await sdkTrial([{ afterMs: 2000 }], { send })).toEqual({ sentMs: [0], endMs: 700, outcome: 'APIUserAbortError' });
  });

  // A refusal without a hint, one with, an answer that takes too long, an answer.
  const STORY = [refused({}, 500), refused({ 'retry-after': '2' }), { afterMs: 9000 }, { afterMs: 250 }];
  const story = (seed: string) => sdkTrial(STORY, { seed, timeout: 5000, maxRetries: 3 });

  it('gives the same times in 1,000 runs', async () => {
    const expected = await story('a');
    expect(expected.sentMs).toHaveLength(4);
    const runs = (count: number) => Promise.all(Array.from({ length: count }, () => story('a')));
    const seen = new Set<string>();
    for (let i = 0; i < 20; i++) for (const run of await runs(50)) seen.add(JSON.stringify(run));
    expect([...seen]).toEqual([JSON.stringify(expected)]);
  });

  it('keeps 400 trials at once apart: other seeds, other backoffs; the same seed, the same', async () => {
    const seen = await Promise.all(Array.from({ length: 400 }, (_, trial) => story(`${trial % 200}`)));
    expect(seen.slice(200)).toEqual(seen.slice(0, 200));
    expect(new Set(seen.map(({ sentMs }) => sentMs.join())).size).toBeGreaterThan(190);
    expect(new Set(seen.map(({ outcome }) => outcome))).toEqual(new Set(['done']));
  });
});

/** Twenty chunks, the first after 300 ms, then one every 25 ms. */
const eventsInTime = (signal: AbortSignal): ReadableStream<Uint8Array> => {
  let next = 0;
  return new ReadableStream({
    pull: async (controller) => {
      if (next === 20) return controller.close();
      await ambientClock()!.sleep(usOf(next === 0 ? 300 : 25), signal);
      const chunk = { id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content: String(next++) } }] };
      controller.enqueue(new TextEncoder().encode(`data: ${JSON.stringify(chunk)}\n\n`));
    },
  });
};

describe('the openai SDK on virtual time, streaming', () => {
  it('sees every chunk when it is due, in all of 50 trials at once', async () => {
    const trial = async () => {
      const clock = new VirtualClock();
      const endpoint: typeof fetch = (_url, init) =>
        Promise.resolve(new Response(eventsInTime(init!.signal!), { headers: { 'content-type': 'text/event-stream' } }));
      return clock.run(async () => {
        const client = new OpenAI({ apiKey: 'none', baseURL: 'http://endpoint.test/v1', logLevel: 'off', fetch: endpoint });
        const seen: string[] = [];
        const stream = await client.chat.completions.create({ model: 'm', messages: [], stream: true });
        for await (const chunk of stream) seen.push(`${chunk.choices[0]!.delta.content} @${performance.now()}`);
        return seen;
      });
    };
    const expected = Array.from({ length: 20 }, (_, index) => `${index} @${300 + 25 * index}`);
    expect(await Promise.all(Array.from({ length: 50 }, trial))).toEqual(Array.from({ length: 50 }, () => expected));
  });
});
