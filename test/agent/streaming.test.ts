import { describe, expect, it } from 'vitest';
import { llmAgent } from '../../src/agent/llm-agent.ts';
import type { ModelPort, ModelRequest } from '../../src/contracts/model.ts';
import { modelReply } from '../../src/contracts/model-reply.ts';
import { requestKey } from '../../src/fixtures/request-key.ts';
import { writeOtlpLine } from '../../src/telemetry/otlp-json.ts';
import { llm, runScripted, team } from '../support/trial.ts';

const body = { id: 'c', model: 'm', choices: [{ message: { content: 'Done.' }, finish_reason: 'stop' }] };

/** A port that answers in two chunks to who asks for a stream. */
function streamingPort(): { readonly port: ModelPort; readonly asked: ModelRequest[] } {
  const asked: ModelRequest[] = [];
  const origin = { provenance: 'scripted', fixture: null, pricedOn: '2026-01-01' } as const;
  return {
    asked,
    port: {
      call: async (request, { clock }) => {
        asked.push(request);
        await clock.sleep(2_000_000);
        return modelReply(body, request.stream ? { ...origin, streamed: { firstChunkMs: 1000, chunks: 2 } } : origin);
      },
    },
  };
}

describe('an agent that streams', () => {
  it('asks for chunks and their usage, and its calls say when the first came; the request stays the same one', async () => {
    const { port, asked } = streamingPort();
    const { spans, result } = await runScripted({ agent: llm('writer', { stream: true }), model: port });
    expect(result?.output).toBe('Done.');
    expect(asked[0]).toMatchObject({ stream: true, stream_options: { include_usage: true } });
    const call = spans.find(({ name }) => name.startsWith('chat'))!;
    expect(call.attributes).toMatchObject({
      'gen_ai.request.stream': true,
      'gen_ai.response.time_to_first_chunk': 1,
      'patternbench.chunks': 2,
    });
    // Seconds are a double in the conventions, also where they are whole.
    const told = writeOtlpLine({ traceId: '0'.repeat(32), resource: {}, spans }, { version: '0' });
    expect(told).toContain('{"key":"gen_ai.response.time_to_first_chunk","value":{"doubleValue":1}}');
    const silent = streamingPort();
    const whole = await runScripted({ agent: llm('writer'), model: silent.port });
    expect(requestKey(silent.asked[0]!)).toBe(requestKey(asked[0]!));
    const names = Object.keys(whole.spans.find(({ name }) => name.startsWith('chat'))!.attributes);
    expect(names.filter((name) => /stream|chunk/.test(name))).toEqual([]);
  });

  it('makes the merged one stream only together with all others', () => {
    const streams = (...agents: readonly boolean[]) =>
      team(...agents.map((stream, i) => llm(`a${i}`, { stream }))).merged('all').spec?.stream;
    expect([streams(true, true), streams(true, false), streams(false)]).toEqual([true, undefined, undefined]);
    expect(llmAgent(llm('a', { stream: true }).spec!).spec?.stream).toBe(true);
  });
});
