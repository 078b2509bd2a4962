import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fetch } from '../../src/fixtures/recorder.ts';
import type { Timing } from '../../src/contracts/model.ts';
import { openFixtureWriter } from '../../src/fixtures/fixture-writer.ts';
import { recorder } from '../../src/fixtures/recorder.ts';
import { PatternbenchError } from '../../src/kernel/errors.ts';
import { realClock } from '../../src/kernel/real-clock.ts';
import { fixturePlace } from '../../src/proxy/fixture-place.ts';
import { type Proxy, type ProxyOptions, startProxy } from '../../src/proxy/proxy.ts';
import { pinnedFetch } from '../../src/proxy/pinned-fetch.ts';
import { scenarioTraffic } from '../../src/proxy/scenario-traffic.ts';
import type { ScrubRule } from '../../src/schema/scrub-rule.ts';
import { spanSink } from '../../src/proxy/span-sink.ts';
import { upstreamAddress } from '../../src/proxy/upstream-address.ts';
import { completion, header } from '../fixtures/recording.fixture.ts';

export const TOKEN = 'control-token-0123456789';
export const SCENARIO = 'triage';

export interface TestProxy extends AsyncDisposable {
  readonly proxy: Proxy;
  /** Without `/v1`. */
  readonly at: string;
  readonly baseURL: string;
  readonly port: number;
  /** The project's folder. */
  readonly root: string;
  readonly file: string;
  readonly lines: () => Record<string, unknown>[];
  readonly spans: () => OtlpSpan[];
  /** Ends the proxy; can be called before the test is over. */
  readonly close: Proxy['close'];
  readonly control: <T>(what: string) => Promise<T>;
}

export interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
}

export interface TestProxyOptions extends Partial<Pick<ProxyOptions, 'host' | 'gate' | 'limits'>> {
  readonly mode?: ProxyOptions['defaults']['mode'];
  readonly pace?: number;
  /** Base URL of an endpoint. */
  readonly upstream?: string;
  readonly timing?: Timing;
  readonly root?: string;
  readonly maxCalls?: number;
  readonly replace?: boolean;
  readonly otlp?: string;
  /** Rules of the scenario. */
  readonly scrub?: readonly ScrubRule[];
  /** Flag --scenario; null: none. */
  readonly scenario?: string | null;
}

export const newRoot = (): string => {
  const root = mkdtempSync(join(tmpdir(), 'patternbench-proxy-'));
  mkdirSync(join(root, 'fixtures'));
  return root;
};

export async function testProxy(options: TestProxyOptions = {}): Promise<TestProxy> {
  const {
    mode = 'replay',
    pace = 0,
    upstream,
    timing = 'measured',
    maxCalls = 1000,
    replace = false,
    scenario = SCENARIO,
  } = options;
  const root = options.root ?? newRoot();
  const clock = realClock();
  const profile = 'openai';
  let spent = 0;
  const proxy = await startProxy({
    host: options.host ?? '127.0.0.1',
    port: 0,
    gate: options.gate ?? { hosts: [], origins: [], token: undefined },
    controlToken: TOKEN,
    defaults: { scenario: scenario ?? undefined, mode, pace },
    openTraffic: (name) =>
      scenarioTraffic({
        scenario: name,
        profile,
        file: fixturePlace(join(root, 'fixtures'), name, profile),
        openUpstream: async () => {
          if (upstream === undefined) throw new PatternbenchError('usage', 'no endpoint in this test');
          return {
            baseURL: upstream,
            apiKey: 'sk-UPSTREAM-0123456789abcdef',
            fetch: pinnedFetch({ address: upstreamAddress(upstream, { allowPrivate: false }) }),
            provenance: 'real',
            timing,
            [Symbol.asyncDispose]: async () => {},
          };
        },
        spend: () => {
          if (++spent > maxCalls) throw new PatternbenchError('limit_exceeded', `${maxCalls} requests are the limit`);
        },
        clock,
        trials: 2,
        today: '2026-11-20',
        tool: 'patternbench 0.1.0',
        scrubRules: async () => options.scrub,
        replace,
        describeRecord: (name) => `proxy -s ${name} --mode auto`,
      }),
    spans: spanSink({ folder: join(root, 'reports', 'proxy-test'), otlp: options.otlp, clock }),
    clock,
    session: 'proxy-test',
    epochMs: 1_790_000_000_000,
    version: '0.1.0',
    ...(options.limits ? { limits: options.limits } : {}),
  });
  let closing: ReturnType<Proxy['close']> | undefined;
  const close = () => (closing ??= proxy.close());
  const at = `http://127.0.0.1:${proxy.port}`;
  const file = join(root, 'fixtures', SCENARIO, `${profile}.jsonl`);
  const linesOf = <T>(path: string): T[] =>
    readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as T);
  return {
    proxy,
    at,
    baseURL: `${at}/v1`,
    port: proxy.port,
    root,
    file,
    lines: () => linesOf(file),
    spans: () =>
      linesOf<{ resourceSpans: { scopeSpans: { spans: OtlpSpan[] }[] }[] }>(
        join(root, 'reports', 'proxy-test', 'spans.jsonl'),
      ).flatMap(({ resourceSpans }) => resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))),
    close,
    control: async <T>(what: string) =>
      (await fetch(`${at}/__fixtures/${what}`, { headers: { 'x-fixture-token': TOKEN } })).json() as Promise<T>,
    [Symbol.asyncDispose]: async () => {
      await close();
      if (options.root === undefined) rmSync(root, { recursive: true, force: true });
    },
  };
}

export interface Recorded {
  readonly user: string;
  readonly say?: string;
  readonly ms?: number;
  /** A stream: when its pieces came, and the pieces. */
  readonly stream?: readonly (readonly [ms: number, text: string])[];
}

export const asks = (user: string, more: object = {}) => ({
  model: 'gpt-4o',
  messages: [{ role: 'user', content: user }],
  ...more,
});

/** A project with a recording of trial 0, made by the recorder itself from an endpoint in memory that states its times. */
export async function recordedRoot(calls: readonly Recorded[]): Promise<string> {
  const root = newRoot();
  const file = join(root, 'fixtures', SCENARIO, 'openai.jsonl');
  const writer = openFixtureWriter({ file, fresh: false, header: { ...header, profile: 'openai', trials: 2 } });
  const pending = [...calls];
  const upstream: Fetch = async () => {
    const { user, say = `answer to ${user}`, ms = 100, stream } = pending.shift()!;
    const headers = { 'openai-processing-ms': String(ms) };
    if (!stream) return Response.json(completion(say), { headers });
    const text = stream.map(([at, piece]) => `: at ${at}\n${piece}`).join('');
    return new Response(text, { headers: { ...headers, 'content-type': 'text/event-stream' } });
  };
  const fetchIt = recorder({ writer, upstream, timing: 'modelled', clock: realClock(), maxCalls: 1000 }).fetchFor(0);
  for (const { user, stream } of calls) {
    const body = JSON.stringify(asks(user, stream ? { stream: true } : {}));
    await (await fetchIt('http://endpoint.test/v1/chat/completions', { method: 'POST', body })).text();
  }
  writer.finish();
  return root;
}

/** Posts as a client in any language would. */
export const post = (
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
  signal?: AbortSignal,
): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(signal ? { signal } : {}),
  });

export const contentOf = async (response: Response): Promise<string> =>
  ((await response.json()) as { choices: { message: { content: string } }[] }).choices[0]!.message.content;

export const errorOf = async (response: Response): Promise<{ type: string; message: string; remedy?: string }> =>
  ((await response.json()) as { error: { type: string; message: string; remedy?: string } }).error;

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** A request whose head is exactly as given, which `fetch` would not send. */
export function raw(
  port: number,
  options: { method?: string; path: string; headers?: Record<string, string>; body?: string },
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', path, headers = {}, body } = options;
    const sent = httpRequest({ host: '127.0.0.1', port, method, path, headers, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      answer.on('end', () => resolve({ status: answer.statusCode!, headers: answer.headers, text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
