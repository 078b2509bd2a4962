import { describe, expect, it } from 'vitest';
import type { CallInfo, ModelPort, ModelReply, ModelRequest } from '../../src/contracts/model.ts';
import type { Fetch } from '../../src/fixtures/recorder.ts';
import { replayPort } from '../../src/fixtures/replay-port.ts';
import { installAmbientTime } from '../../src/kernel/ambient-time.ts';
import type { PatternbenchError } from '../../src/kernel/errors.ts';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';
import { fixtureFetch } from '../../src/transport/fixture-fetch.ts';
import { loadClient, openaiPort } from '../../src/transport/openai-port.ts';
import { atComment } from '../../src/fixtures/sse.ts';
import { answered, completion, endpoint, header, load, newFile, onClock, recordTo } from '../fixtures/recording.fixture.ts';
import { chunk, sse, usageChunk } from '../support/misbehaving-server.ts';

const STREAM = { stream: true, stream_options: { include_usage: true } } as const;
const ask = (user: string, more: Partial<ModelRequest> = STREAM): ModelRequest => ({
  model: 'gpt-4o',
  messages: [{ role: 'user', content: user }],
  ...more,
});

const portTo = (fetchIt: Fetch, inTime = false): ModelPort =>
  openaiPort({
    baseURL: 'http://endpoint.test/v1',
    apiKey: 'none',
    fetch: fetchIt,
    provenance: 'simulated',
    pricedOn: header.recordedOn,
    identify: true,
    inTime,
  });

/** A stream whose events come at these times. */
const timed = (events: readonly (readonly [ms: number, data: unknown])[]): string =>
  events.map(([ms, data]) => atComment(ms) + sse(data)).join('');

const TIMES = [200.2, 225, 225, 250.5, 400] as const;
const wordsAt = (text: string): string =>
  timed([
    [TIMES[0], chunk({ role: 'assistant', content: '' })],
    [TIMES[1], chunk({ content: `${text}, ` })],
    [TIMES[2], chunk({ content: 'well' })],
    [TIMES[3], chunk({}, 'stop')],
    [TIMES[4], usageChunk()],
    [TIMES[4], '[DONE]'],
  ]);

const streamed = (text: string, ms: number): Response =>
  new Response(text, { headers: { 'content-type': 'text/event-stream', 'openai-processing-ms': String(ms) } });

/** What calls leave: reply or error, and when. */
async function log(
  port: ModelPort,
  trial: (call: (request: ModelRequest) => Promise<ModelReply>, info: CallInfo) => Promise<unknown>,
) {
  const lines: Record<string, unknown>[] = [];
  await onClock((info) =>
    trial(async (request) => {
      const entry: Record<string, unknown> = { user: request.messages[0]!.content };
      lines.push(entry);
      try {
        const reply = await port.call(request, info);
        entry['reply'] = reply;
        return reply;
      } catch (error) {
        const { code, message, facts } = error as PatternbenchError;
        Object.assign(entry, { code, message, facts });
        throw error;
      } finally {
        entry['endMs'] = info.clock.nowUs() / 1000;
      }
    }, info),
  );
  return lines;
}

const modelled = () =>
  endpoint((body) => {
    const text = String(body.messages[0]!.content);
    const { stream } = body as { readonly stream?: boolean };
    if (text === 'error')
      return streamed(
        timed([
          [30, chunk({ content: 'It' })],
          [90, { error: { message: 'overloaded', type: 'server_error' } }],
        ]),
        120,
      );
    if (text === 'broken')
      return streamed(
        timed([
          [30, chunk({ content: 'It' })],
          [40, '{"id"'],
          [50, '[DONE]'],
        ]),
        50,
      );
    if (text === 'empty') return streamed('', 70);
    if (text === 'page') return new Response('<html>', { headers: { 'content-type': 'text/html', 'openai-processing-ms': '7' } });
    if (text === 'limit')
      return Response.json({ error: { message: 'slow down' } }, { status: 429, headers: { 'openai-processing-ms': '9' } });
    if (text === 'whole') return answered(completion('All at once'), 300);
    return stream ? streamed(wordsAt(text), TIMES[4]) : answered(completion(text), 350);
  });

const NAMES = ['first', 'error', 'broken', 'empty', 'page', 'limit', 'whole'];
const trial = async (call: (request: ModelRequest) => Promise<unknown>) => {
  for (const name of NAMES) await call(ask(name)).catch(() => undefined);
  await Promise.all([call(ask('vote')), call(ask('vote')), call(ask('bare', { stream: true })), call(ask('json', {}))]);
  // What was streamed, whole; what was whole, streamed.
  await call(ask('again', {}));
};

describe('a streamed call', () => {
  it('leaves the same log while recording, through the SDK, through the SDK on ambient time, and on the lean path', async () => {
    await loadClient();
    const file = newFile();
    const { recorder, writer } = recordTo(file, modelled().fetch);
    const recorded = await log(portTo(recorder.fetchFor(0)), trial);
    writer.finish();
    const options = { set: load(file), trial: 0, scenario: 'triage' };
    const lean = await log(replayPort(options), trial);
    expect(lean.map(({ code }) => code)).toEqual([
      undefined,
      'model_error',
      'malformed_response',
      'malformed_response',
      'malformed_response',
      'model_error',
      ...Array.from({ length: 6 }, () => undefined),
    ]);
    expect(recorded).toEqual(lean);
    expect(await log(portTo(fixtureFetch(options)), trial)).toEqual(lean);
    using _ambient = installAmbientTime();
    expect(await log(portTo(fixtureFetch({ ...options, inTime: true }), true), trial)).toEqual(lean);
  });

  it('tells when its first chunk came and how many there were; whole ones tell neither', async () => {
    const { value, ms } = await onClock((info) => portTo(modelled().fetch).call(ask('a'), info));
    expect(value).toMatchObject({
      firstChunkMs: TIMES[0],
      chunks: 5,
      usage: { inputTokens: 20, outputTokens: 5, cachedInputTokens: 4 },
    });
    expect(value.message.content).toBe('a, well');
    expect(ms).toBe(400);
    const whole = await onClock((info) => portTo(modelled().fetch).call(ask('a', {}), info));
    expect([whole.value.firstChunkMs, whole.value.chunks, whole.ms]).toEqual([null, null, 350]);
  });

  it('comes whole from a streamed recording, and in chunks from a whole one', async () => {
    const file = newFile();
    const { recorder, writer } = recordTo(file, modelled().fetch);
    const fetchIt = recorder.fetchFor(0);
    await onClock((info) => portTo(fetchIt).call(ask('streamed'), info));
    await onClock((info) => portTo(fetchIt).call(ask('recorded whole', {}), info));
    writer.finish();
    const options = { set: load(file), trial: 0, scenario: 'triage' };
    for (const port of [() => replayPort(options), () => portTo(fixtureFetch(options))]) {
      const whole = await onClock((info) => port().call(ask('streamed', {}), info));
      expect([whole.value.message.content, whole.value.chunks, whole.value.usage?.inputTokens, whole.ms]).toEqual([
        'streamed, well',
        null,
        20,
        400,
      ]);
      const chunks = await onClock((info) => port().call(ask('recorded whole'), info));
      // One for the text, one for the end, one for the usage.
      expect(chunks.value).toMatchObject({
        message: { content: 'recorded whole' },
        firstChunkMs: 350,
        chunks: 3,
        usage: { inputTokens: 20 },
      });
      expect(chunks.ms).toBe(350);
      const bare = await onClock((info) => port().call(ask('recorded whole', { stream: true }), info));
      expect([bare.value.chunks, bare.value.usage]).toEqual([2, null]);
    }
  });

  it('can be given up while its chunks arrive', async () => {
    const file = newFile();
    const { recorder, writer } = recordTo(file, modelled().fetch);
    await onClock((info) => portTo(recorder.fetchFor(0)).call(ask('a'), info));
    writer.finish();
    const options = { set: load(file), trial: 0, scenario: 'triage' };
    for (const port of [replayPort(options), portTo(fixtureFetch(options))]) {
      const clock = new VirtualClock();
      const stop = new AbortController();
      const reason = new Error('enough');
      clock.schedule(230_000, () => stop.abort(reason));
      await expect(clock.run(() => port.call(ask('a'), { agent: 'a', path: '', stop: stop.signal, clock }))).rejects.toBe(reason);
      expect(clock.nowUs()).toBe(230_000);
    }
  });
});
