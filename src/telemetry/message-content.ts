import type { ChatMessage, ModelRequest } from '../contracts/model.ts';
import type { KnownAttributes } from './attribute-names.ts';
import type { SpanRecord } from './span.ts';

/** Where messages go: on the span, on an event of it, or both. */
export interface ContentPlace {
  readonly span: boolean;
  readonly event: boolean;
}

export interface ContentOptions extends ContentPlace {
  /** Takes the secrets out of a text; applied before anything is cut, so that no half of a secret stays. */
  readonly redact: (text: string) => string;
  /** Characters kept of each text; what is cut off is counted. */
  readonly maxCharacters?: number;
}

/** Puts what was said on spans, for those who asked for it. Without it no span carries a message. */
export interface ContentCapture {
  /** `answer` is absent when the call failed. */
  readonly call: (
    span: SpanRecord,
    request: ModelRequest,
    said: { readonly answer?: ChatMessage; readonly finishReason?: string; readonly atUs: number },
  ) => void;
  readonly tool: (span: SpanRecord, text: { readonly arguments: string; readonly result?: string }) => void;
}

const MAX_CHARACTERS = 4_000;

/** The event of the conventions that carries messages beside the span. */
const DETAILS = 'gen_ai.client.inference.operation.details';

/** Messages in the form of the GenAI conventions v1.41: JSON text, system instructions apart, each text redacted and then cut. */
export function contentCapture({ redact, maxCharacters = MAX_CHARACTERS, span: onSpan, event }: ContentOptions): ContentCapture {
  const text = (value: string): string => {
    const clean = redact(value);
    if (clean.length <= maxCharacters) return clean;
    // A character beyond the basic plane is not cut in half.
    const end = /[\uD800-\uDBFF]/.test(clean[maxCharacters - 1]!) ? maxCharacters - 1 : maxCharacters;
    return `${clean.slice(0, end)}… (${clean.length - end} more characters)`;
  };
  const message = (said: ChatMessage, finishReason?: string) => ({
    role: said.role,
    parts: partsOf(said, text),
    ...(finishReason === undefined ? {} : { finish_reason: finishReason }),
  });
  return {
    call: (span, request, { answer, finishReason, atUs }) => {
      const [system, others] = [request.messages.filter(isInstruction), request.messages.filter((one) => !isInstruction(one))];
      const content: KnownAttributes = { 'gen_ai.input.messages': JSON.stringify(others.map((one) => message(one))) };
      if (system.length > 0) content['gen_ai.system_instructions'] = JSON.stringify(system.flatMap((one) => partsOf(one, text)));
      if (answer) content['gen_ai.output.messages'] = JSON.stringify([message(answer, finishReason)]);
      if (onSpan) Object.assign(span.attributes, content);
      if (event) span.events.push({ name: DETAILS, atUs, attributes: content });
    },
    tool: (span, { arguments: args, result }) => {
      if (!onSpan) return;
      const to: KnownAttributes = span.attributes;
      to['gen_ai.tool.call.arguments'] = text(args);
      if (result !== undefined) to['gen_ai.tool.call.result'] = text(result);
    },
  };
}

const isInstruction = ({ role }: ChatMessage): boolean => role === 'system' || role === 'developer';

function partsOf(message: ChatMessage, text: (value: string) => string): object[] {
  if (message.role === 'tool') return [{ type: 'tool_call_response', id: message.tool_call_id, response: text(message.content) }];
  const said = message.content ? [{ type: 'text', content: text(message.content) }] : [];
  if (message.role !== 'assistant') return said;
  const calls = (message.tool_calls ?? []).map(({ id, function: { name, arguments: args } }) => ({
    type: 'tool_call',
    id,
    name,
    arguments: text(args),
  }));
  const refusal = message.refusal ? [{ type: 'refusal', content: text(message.refusal) }] : [];
  return [...said, ...refusal, ...calls];
}

const PLACES: Readonly<Record<string, ContentPlace | undefined>> = {
  '': undefined,
  false: undefined,
  no_content: undefined,
  true: { span: true, event: false },
  span_only: { span: true, event: false },
  event_only: { span: false, event: true },
  span_and_event: { span: true, event: true },
};

/** OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: true, false, or one of the four names, in any case. `unknown` for anything else. */
export function contentPlace(setting: string): ContentPlace | undefined | 'unknown' {
  const word = setting.trim().toLowerCase();
  return Object.hasOwn(PLACES, word) ? PLACES[word] : 'unknown';
}
