import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, type Timer, usOf } from '../kernel/clock.ts';
import { messageOf } from '../kernel/errors.ts';

export interface SpanSinkOptions {
  /** The folder of this session; made with the first span. */
  readonly folder: string;
  /** A collector, `http://127.0.0.1:4318` or the full address of its traces endpoint. */
  readonly otlp: string | undefined;
  readonly clock: Clock;
}

/** Where the spans of a session go: `spans.jsonl` in its folder, and a collector. */
export interface SpanSink {
  /** Takes a line of OTLP JSON. Never throws: a trace must not cost an answer. */
  readonly add: (line: string, push: boolean) => void;
  /** Writes what is left; resolves with what a person should know, in lines. */
  readonly close: () => Promise<string[]>;
}

const PUSH_AFTER_MS = 500;
const PUSH_MS = 2000;
const MOST_WAITING = 512;

/** Collects lines and writes them in batches. The first failure of a collector ends the sending; the file goes on. */
export function spanSink({ folder, otlp, clock }: SpanSinkOptions): SpanSink {
  const file = join(folder, 'spans.jsonl');
  const notices: string[] = [];
  const collector = otlp === undefined ? undefined : collectorOf(otlp);
  let waiting: { readonly line: string; readonly push: boolean }[] = [];
  let timer: Timer | undefined;
  let sending: Promise<void> = Promise.resolve();
  let isBroken = collector === undefined;
  const flush = () => {
    if (timer) clock.cancel(timer);
    timer = undefined;
    const batch = waiting;
    waiting = [];
    if (batch.length === 0) return;
    try {
      mkdirSync(folder, { recursive: true });
      appendFileSync(file, batch.map(({ line }) => `${line}\n`).join(''));
    } catch (error) {
      notices.push(`spans were not written: ${messageOf(error)}`);
    }
    const lines = batch.flatMap(({ line, push }) => (push ? [line] : []));
    if (lines.length > 0) sending = sending.then(() => push(lines));
  };
  const push = async (lines: readonly string[]) => {
    if (isBroken || !collector) return;
    const stop = new AbortController();
    const limit = clock.schedule(usOf(PUSH_MS), () => stop.abort(new Error(`no answer within ${PUSH_MS} ms`)));
    try {
      const response = await fetch(collector, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: inOne(lines),
        redirect: 'error',
        signal: stop.signal,
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`it answered ${response.status}`);
    } catch (error) {
      isBroken = true;
      notices.push(`traces were not sent to ${collector.origin} (${messageOf(error)}); all of them are in spans.jsonl`);
    } finally {
      clock.cancel(limit);
    }
  };
  return {
    add: (line, isPushed) => {
      waiting.push({ line, push: isPushed });
      if (waiting.length >= MOST_WAITING) flush();
      else timer ??= clock.schedule(usOf(PUSH_AFTER_MS), flush);
    },
    close: async () => {
      flush();
      await sending;
      return notices;
    },
  };
}

function collectorOf(text: string): URL {
  const url = new URL(text);
  if (url.pathname === '/') url.pathname = '/v1/traces';
  return url;
}

/** Lines of OTLP JSON as one request of a collector: their lists of resources, joined. */
export const inOne = (lines: readonly string[]): string =>
  `{"resourceSpans":[${lines.map((line) => line.slice('{"resourceSpans":['.length, -2)).join(',')}]}`;
