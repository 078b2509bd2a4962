import type { Command } from 'commander';
import type { Shell } from './shell.ts';

export interface PushOptions {
  readonly otlp?: string;
  readonly jaegerUi?: string;
  readonly jaegerExact?: boolean;
}

/** The options of whoever sends traces. */
export const declarePushOptions = (command: Command): Command =>
  command
    .option('--otlp <url>', 'send the traces to an OTLP/HTTP endpoint such as Jaeger (also OTEL_EXPORTER_OTLP_ENDPOINT)')
    .option('--jaeger-ui <url>', "address of Jaeger's pages, for links (default: port 16686 of the endpoint's host)")
    .option('--jaeger-exact', 'keep times and ids of spans.jsonl instead of moving the traces to now');

/** The endpoint that was named, by option or environment. */
export const endpointOf = (options: PushOptions, shell: Shell): string | undefined =>
  options.otlp ?? shell.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
