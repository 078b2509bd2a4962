import { describe, expect, it } from 'vitest';
import { loadFixtureSet } from '../../src/fixtures/fixture-set.ts';
import { callText, lineText } from '../../src/fixtures/line-text.ts';
import { requestKey } from '../../src/fixtures/request-key.ts';
import { encodeStream } from '../../src/fixtures/stream-coding.ts';
import { streamEvent } from '../../src/fixtures/stream-event.ts';
import { installAmbientTime } from '../../src/kernel/ambient-time.ts';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';
import type { CallLine } from '../../src/schema/fixture.ts';
import { fixtureFetch } from '../../src/transport/fixture-fetch.ts';
import { drain, sdk } from '../fixtures/record-over-http.ts';
import { header } from '../fixtures/recording.fixture.ts';
import { chunk } from '../support/misbehaving-server.ts';

/** A recorded stream that ends in a way of its own. */
function recordedEnd(end: CallLine['end']) {
  const events = [
    streamEvent(JSON.stringify(chunk({ content: 'It ' })), 100, undefined),
    streamEvent(JSON.stringify(chunk({ content: 'is' })), 150, undefined),
  ];
  const request = { model: 'gpt-4o', messages: [{ role: 'user', content: 'a' }] };
  const line = {
    t: 'call',
    key: requestKey(request),
    trial: 0,
    occ: 0,
    api: 'chat.completions',
    agent: '',
    path: '',
    ms: 200,
    ttfb: 100,
    end,
    status: 200,
    model: 'gpt-4o',
    hdr: {},
    req: { model: 'gpt-4o', messages: ['h'] },
    ...encodeStream(events, 'chat.completions'),
  };
  const head = { t: 'cassette', v: 1, ...header, key: { canon: 1, ignore: [] } };
  const text = [
    lineText(head),
    lineText({ t: 'm', h: 'h', role: 'user', content: 'a' }),
    callText(line as CallLine),
    lineText({ t: 'end', calls: 1 }),
  ].join('\n');
  return loadFixtureSet(`${text}\n`, 'f.jsonl');
}

describe('the events of a recording on ambient time', () => {
  const replayed = async (end: CallLine['end'], upTo = Infinity) => {
    using _ambient = installAmbientTime();
    const misses: string[] = [];
    const set = recordedEnd(end);
    const clock = new VirtualClock();
    const seen = await clock.run(async () => {
      const client = sdk(
        'http://replay.invalid/v1',
        fixtureFetch({ set, trial: 0, scenario: 'triage', inTime: true, onMiss: ({ message }) => misses.push(message) }),
      );
      const times: number[] = [];
      const chunks = await client.chat.completions.create({
        model: 'gpt-4o',
        messages: [{ role: 'user', content: 'a' }],
        stream: true,
      });
      times.push(clock.nowUs() / 1000);
      const { error } = await drain(
        (async function* () {
          for await (const each of chunks) {
            yield each;
            times.push(clock.nowUs() / 1000);
            if (times.length > upTo) return;
          }
        })(),
      );
      return { times, error, endMs: clock.nowUs() / 1000 };
    });
    return { ...seen, misses };
  };

  it('come when they are due; the response itself with the first', async () => {
    expect(await replayed('ok')).toEqual({ times: [100, 100, 150], error: undefined, endMs: 200, misses: [] });
  });

  it('break off when they did', async () => {
    expect(await replayed('cut')).toEqual({
      times: [100, 100, 150],
      error: expect.objectContaining({ message: expect.stringContaining('terminated') }),
      endMs: 200,
      misses: [],
    });
  });

  // Guard: the miss behind a cancelled stream is made as it is read (event-stream.ts), and nothing reads ahead of its time (paced-stream.ts).
  it('end in a miss behind the point where the recorded caller gave up, and only for who gets there', async () => {
    const patient = await replayed('cancelled');
    expect(patient).toMatchObject({ times: [100, 100, 150], endMs: 1400, error: { code: 'fixture_miss' } });
    expect(patient.misses).toHaveLength(1);
    expect(await replayed('cancelled', 2)).toMatchObject({ times: [100, 100, 150], endMs: 150, error: undefined, misses: [] });
  });
});
