import { redactText, type SecretNames } from '../fixtures/redact.ts';
import type { Attributes, SpanRecord } from '../telemetry/span.ts';

/** Shorter texts hold no secret that could be told from a word. */
const LEAST = 16;

/**
 * Takes secrets out of the spans of a trial before they are written or sent: models repeat what they were given, and errors quote it. What is
 * said on the root (output, reasons) goes into the trial's record from there, so it is clean too. Equal secrets keep equal names.
 */
export function redactSpans(spans: readonly SpanRecord[], names: SecretNames = new Map()): void {
  const clean = (text: string): string => (text.length < LEAST ? text : redactText(text, names));
  for (const span of spans) {
    cleanAttributes(span.attributes, clean);
    for (const event of span.events) cleanAttributes(event.attributes, clean);
    if (span.error) {
      const message = clean(span.error.message);
      if (message !== span.error.message) span.error = { type: span.error.type, message };
    }
  }
}

/** A copy of a span without secrets, for one that leaves before its trial is over. */
export function redactedCopy(span: SpanRecord, names: SecretNames): SpanRecord {
  const events = span.events.map((event) => ({ ...event, attributes: { ...event.attributes } }));
  const copy = { ...span, attributes: { ...span.attributes }, events };
  redactSpans([copy], names);
  return copy;
}

function cleanAttributes(attributes: Readonly<Attributes>, clean: (text: string) => string): void {
  for (const name in attributes) {
    const value = attributes[name]!;
    if (typeof value === 'string') {
      const text = clean(value);
      if (text !== value) (attributes as Attributes)[name] = text;
    } else if (typeof value === 'object' && value.some((item) => clean(item) !== item)) {
      (attributes as Attributes)[name] = value.map(clean);
    }
  }
}
