export type { Context, HrTime, Link, SpanKind, SpanStatusCode } from '@opentelemetry/api';
export type { NodeTracerProvider, ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace-node';

// The one file that knows the OpenTelemetry SDK: its next major version is a change here. It is loaded when spans are really sent, since
// loading it costs more than a whole benchmark in replay.

/** What sends spans: the exporter and the resources that spans belong to. */
export async function loadExporter() {
  const [{ resourceFromAttributes }, { OTLPTraceExporter }] = await Promise.all([
    import('@opentelemetry/resources'),
    import('@opentelemetry/exporter-trace-otlp-http'),
  ]);
  return { OTLPTraceExporter, resourceFromAttributes };
}

/** What makes spans while a run goes on: tracers and their surroundings. */
export async function loadTracing() {
  const [{ AlwaysOnSampler, NodeTracerProvider }, { resourceFromAttributes }, { ROOT_CONTEXT, trace }] = await Promise.all([
    import('@opentelemetry/sdk-trace-node'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/api'),
  ]);
  return { AlwaysOnSampler, NodeTracerProvider, ROOT_CONTEXT, resourceFromAttributes, trace };
}
