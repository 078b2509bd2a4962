import { describe, expect, it } from 'vitest';
import type { ModelRequest } from '../../src/contracts/model.ts';
import { type ContentOptions, contentCapture, contentPlace } from '../../src/telemetry/message-content.ts';
import { spanOf } from './random-trace.ts';

const REQUEST: ModelRequest = {
  model: 'm',
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'my key is SECRET, and more' },
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 't1', type: 'function', function: { name: 'look', arguments: '{"for":"SECRET"}' } }],
    },
    { role: 'tool', tool_call_id: 't1', content: 'found "SECRET"' },
  ],
};

function captured(options: Partial<ContentOptions> = {}) {
  const span = spanOf({ path: 'x', startUs: 0, endUs: -1 });
  const redact = (text: string) => text.replaceAll('SECRET', '«secret»');
  contentCapture({ span: true, event: false, redact, ...options }).call(span, REQUEST, {
    answer: { role: 'assistant', content: 'It is SECRET' },
    finishReason: 'stop',
    atUs: 7,
  });
  return span;
}
const parsed = (value: unknown): unknown => JSON.parse(String(value));

describe('contentCapture', () => {
  it('writes messages as the conventions have them, as JSON text without secrets', () => {
    const { attributes } = captured();
    expect(parsed(attributes['gen_ai.system_instructions'])).toEqual([{ type: 'text', content: 'Be brief.' }]);
    expect(parsed(attributes['gen_ai.input.messages'])).toEqual([
      { role: 'user', parts: [{ type: 'text', content: 'my key is «secret», and more' }] },
      { role: 'assistant', parts: [{ type: 'tool_call', id: 't1', name: 'look', arguments: '{"for":"«secret»"}' }] },
      { role: 'tool', parts: [{ type: 'tool_call_response', id: 't1', response: 'found "«secret»"' }] },
    ]);
    expect(parsed(attributes['gen_ai.output.messages'])).toEqual([
      { role: 'assistant', parts: [{ type: 'text', content: 'It is «secret»' }], finish_reason: 'stop' },
    ]);
  });

  it('cuts each text, says how much is gone, and leaves JSON that parses; a secret at the edge is gone before the cut', () => {
    for (let maxCharacters = 1; maxCharacters < 30; maxCharacters++) {
      const { attributes } = captured({ maxCharacters });
      const [user] = parsed(attributes['gen_ai.input.messages']) as { parts: { content: string }[] }[];
      expect(user!.parts[0]!.content).toMatch(maxCharacters < 28 ? /^.{1,28}… \(\d+ more characters\)$/ : /more$/);
      expect(JSON.stringify(attributes)).not.toMatch(/SEC|ECR|RET/);
    }
  });

  it('does not cut a character in half', () => {
    const span = spanOf({ path: 'x', startUs: 0, endUs: -1 });
    const request = { model: 'm', messages: [{ role: 'user', content: 'ab😀cd' }] } as const;
    contentCapture({ span: true, event: false, redact: (text) => text, maxCharacters: 3 }).call(span, request, { atUs: 0 });
    expect(span.attributes['gen_ai.input.messages']).toContain('"ab… (4 more characters)"');
    expect(span.attributes).not.toHaveProperty('gen_ai.output.messages');
  });

  it('goes where it was asked to: on the span, on an event, on both', () => {
    const event = captured({ span: false, event: true });
    expect(Object.keys(event.attributes)).toEqual([]);
    expect(event.events).toMatchObject([{ name: 'gen_ai.client.inference.operation.details', atUs: 7 }]);
    expect(event.events[0]!.attributes).toEqual(captured().attributes);
    const both = captured({ event: true });
    expect(both.events[0]!.attributes).toEqual(both.attributes);
  });
});

describe('contentPlace', () => {
  it('knows true, false and the four names in any case, and nothing else', () => {
    for (const off of ['', 'false', 'False', 'NO_CONTENT', ' no_content ']) expect(contentPlace(off)).toBeUndefined();
    for (const on of ['true', 'TRUE', 'span_only']) expect(contentPlace(on)).toEqual({ span: true, event: false });
    expect(contentPlace('EVENT_ONLY')).toEqual({ span: false, event: true });
    expect(contentPlace('SPAN_AND_EVENT')).toEqual({ span: true, event: true });
    for (const odd of ['yes', '1', 'constructor']) expect(contentPlace(odd)).toBe('unknown');
  });
});
