import { type Clock, usOf } from '../kernel/clock.ts';
import { atOf, type SseItem, sseParser, sseText } from '../fixtures/sse.ts';

export interface Pace {
  readonly clock: Clock;
  /** When the request began. */
  readonly startUs: number;
  /** When the stream ends, in milliseconds from the request, where that is stated. */
  readonly endMs: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A stream of events in its time: each comes when the comment in front of it says (fixtures/sse.ts), on the clock that is given. What no
 * comment tells comes with the end. Reading on is held, since it may take real time; nothing is read ahead of its time.
 */
export function pacedStream(body: ReadableStream<Uint8Array>, pace: Pace): ReadableStream<Uint8Array<ArrayBuffer>> {
  const { clock, signal } = pace;
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  const parser = sseParser();
  const stop = new AbortController();
  const stopped = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const items: SseItem[] = [];
  const until = timetable(pace, stopped);
  let isOver = false;
  const read = async () => {
    const { done, value } = await clock.hold(() => reader.read());
    isOver = done;
    items.push(...(done ? parser.end() : parser.push(decoder.decode(value, { stream: true }))));
  };
  const next = async (): Promise<string | undefined> => {
    for (;;) {
      const item = items.shift();
      if (item?.kind === 'event') {
        await until(undefined);
        return sseText(item.data, item.event);
      }
      if (item) await until(atOf(item.text));
      else if (isOver) return undefined;
      else await read();
    }
  };
  return new ReadableStream(
    {
      pull: async (controller) => {
        try {
          const text = await next();
          if (text === undefined) controller.close();
          else controller.enqueue(encoder.encode(text));
        } catch (error) {
          stop.abort();
          controller.error(error);
        }
      },
      cancel: async (reason) => {
        stop.abort();
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

/**
 * Waits for the time that a comment told; called without one, for the end where none ever did. The end is scheduled at once, so that calls
 * that end together do so in the order in which they were made.
 */
function timetable({ clock, startUs, endMs }: Pace, stopped: AbortSignal): (atMs: number | undefined) => Promise<void> {
  const dueUs = (ms: number) => startUs + usOf(ms) - clock.nowUs();
  const end = endMs === undefined ? undefined : clock.sleep(dueUs(endMs), stopped);
  // Nobody may be waiting for it when the caller gives up.
  end?.catch(() => {});
  let isTold = false;
  return async (atMs) => {
    if (atMs === undefined) {
      if (!isTold) await end;
      return;
    }
    isTold = true;
    if (end && endMs !== undefined && atMs >= endMs) await end;
    else if (dueUs(atMs) > 0) await clock.sleep(dueUs(atMs), stopped);
  };
}
