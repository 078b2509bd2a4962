import type { ChatMessage, ModelRequest } from '../contracts/model.ts';
import type { ContentCapture } from '../telemetry/message-content.ts';
import type { SpanRecord } from '../telemetry/span.ts';

export interface SaidCall {
  readonly span: SpanRecord;
  readonly request: ModelRequest;
  /** undefined where the call failed. */
  readonly answer: ChatMessage | undefined;
}

export interface SaidTool {
  readonly span: SpanRecord;
  readonly arguments: string;
  /** undefined where the tool failed. */
  readonly result: string | undefined;
}

/**
 * What was said in a trial, kept while it runs and looked at when it is over: digests and comparisons then cost the calls nothing. Whoever
 * wants the messages themselves on spans gets them as they come.
 */
export interface MessageLog extends ContentCapture {
  readonly calls: readonly SaidCall[];
  readonly tools: readonly SaidTool[];
}

export function messageLog(capture?: ContentCapture): MessageLog {
  const calls: SaidCall[] = [];
  const tools: SaidTool[] = [];
  return {
    calls,
    tools,
    call: (span, request, said) => {
      calls.push({ span, request, answer: said.answer });
      capture?.call(span, request, said);
    },
    tool: (span, text) => {
      tools.push({ span, arguments: text.arguments, result: text.result });
      capture?.tool(span, text);
    },
  };
}
