import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { asks, post, recordedRoot, testProxy } from './proxy.fixture.ts';

describe('the trace of a caller', () => {
  const TRACE = '0af7651916cd43dd8448eb211c80319c';

  it('is joined: a span for each request, below the span that made it, in the file and at a collector', async () => {
    const root = await recordedRoot([{ user: 'one' }]);
    const received: string[] = [];
    const collector = createServer((request, reply) => {
      let text = '';
      request.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      request.on('end', () => {
        received.push(text);
        reply.writeHead(200).end('{}');
      });
    });
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    await using proxy = await testProxy({ root, otlp: `http://127.0.0.1:${(collector.address() as AddressInfo).port}` });
    const url = `${proxy.baseURL}/chat/completions`;
    await post(url, asks('one'), { traceparent: `00-${TRACE}-b7ad6b7169203331-01`, 'x-fixture-agent': 'writer' });
    await post(url, asks('two'), { traceparent: `00-${TRACE}-00f067aa0ba902b7-00` });
    await post(url, asks('three'), { traceparent: 'no-traceparent' });
    expect((await proxy.close()).notices).toEqual([]);
    collector.close();
    const spans = proxy.spans();
    expect(spans.map(({ traceId, parentSpanId }) => [traceId === TRACE, parentSpanId])).toEqual([
      [true, 'b7ad6b7169203331'],
      [true, '00f067aa0ba902b7'],
      [false, undefined],
    ]);
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(3);
    const attribute = (name: string) => spans[0]!.attributes.find(({ key }) => key === name)?.value;
    expect(spans[0]!.name).toBe('chat gpt-4o');
    expect(attribute('gen_ai.agent.name')).toEqual({ stringValue: 'writer' });
    expect(attribute('gen_ai.usage.input_tokens')).toEqual({ intValue: '20' });
    expect(attribute('patternbench.modelled.end_ms')).toEqual({ intValue: '100' });
    // What the caller does not sample is not sent, only kept.
    const sent = received
      .map((text) => JSON.parse(text) as { resourceSpans: unknown[] })
      .flatMap(({ resourceSpans }) => resourceSpans);
    expect(sent).toHaveLength(2);
    rmSync(root, { recursive: true });
  });

  it('is a run of its own where the client names none', async () => {
    const root = await recordedRoot([{ user: 'one' }]);
    await using proxy = await testProxy({ root });
    const url = `${proxy.baseURL}/chat/completions`;
    const inTrace = (digit: string) =>
      post(url, asks('one'), { traceparent: `00-${TRACE.replace('0', digit)}-b7ad6b7169203331-01` });
    expect([(await inTrace('1')).status, (await inTrace('1')).status, (await inTrace('2')).status]).toEqual([200, 404, 200]);
    rmSync(root, { recursive: true });
  });

  it('costs no answer when its collector is not there, and one line at the end', async () => {
    await using proxy = await testProxy({ otlp: 'http://127.0.0.1:9' });
    expect((await post(`${proxy.baseURL}/chat/completions`, asks('one'))).status).toBe(404);
    const { notices } = await proxy.close();
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatch(/^traces were not sent to http:\/\/127\.0\.0\.1:9 /);
  });
});
