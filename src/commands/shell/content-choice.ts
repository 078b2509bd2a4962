import { PatternbenchError } from '../../kernel/errors.ts';
import { contentPlace, type ContentPlace } from '../../telemetry/message-content.ts';
import type { Shell } from './shell.ts';

const VARIABLE = 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT';

/** Whether messages go on spans, and where: the option, else the variable of OpenTelemetry, else nowhere. Throws `usage`. */
export function contentChoice(asked: boolean | undefined, { env }: Shell): ContentPlace | undefined {
  const place = contentPlace(env[VARIABLE] ?? '');
  if (place === 'unknown') {
    throw new PatternbenchError('usage', `${VARIABLE} knows no "${env[VARIABLE]}"`, {
      remedy: 'name one of true, false, NO_CONTENT, SPAN_ONLY, EVENT_ONLY, SPAN_AND_EVENT',
    });
  }
  return place ?? (asked ? { span: true, event: false } : undefined);
}
