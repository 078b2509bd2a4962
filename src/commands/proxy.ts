import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { PatternbenchError } from '../kernel/errors.ts';
import { realClock } from '../kernel/real-clock.ts';
import { safeText } from '../kernel/terminal-text.ts';
import { proxyMode } from '../proxy/modes.ts';
import type { Proxy } from '../proxy/proxy.ts';
import { paceOf } from '../proxy/selection.ts';
import { TOOL_VERSION } from '../bench/version.ts';
import { defineCommand } from './shell/command.ts';
import { EXIT } from './shell/exit-code.ts';
import type { ProxyTrafficOptions } from './shell/proxy-traffic.ts';
import { wholeNumber } from './shell/run-options.ts';
import type { Shell } from './shell/shell.ts';
import { untilInterrupted } from './shell/until-interrupted.ts';

interface ProxyOptionValues extends ProxyTrafficOptions {
  readonly port: number;
  readonly listen: string;
  readonly pace: string;
  readonly token?: string;
  readonly allowHost?: readonly string[];
  readonly allowOrigin?: readonly string[];
  readonly otlp?: string;
}

export default defineCommand({
  name: 'proxy',
  description: 'an OpenAI-compatible server on this machine that replays, records or simulates, for clients in any language',
  examples: [
    ['patternbench proxy -s starter', 'replay; point a client at http://127.0.0.1:4010/v1'],
    [
      'patternbench proxy -s starter --mode auto --provider simulated',
      'record what is missing from the simulated model, offline',
    ],
    ['patternbench proxy -s mine --mode auto --provider openai --yes', 'record from OPENAI_BASE_URL with OPENAI_API_KEY'],
    ['patternbench proxy -s starter --mode simulate --pace 1', 'the simulated model, at its own speed; nothing is kept'],
  ],
  configure: (command) => {
    command
      .option('-s, --scenario <name>', 'whose recordings, where a request names no other')
      .option('--mode <mode>', 'replay, auto (record what is missing), record, live (keep nothing), simulate', 'replay')
      .option('--profile <name>', 'recording set: fixtures/<scenario>/<name>.jsonl (default: the name of the provider)')
      .option(
        '--provider <name>',
        'simulated, openai: where unrecorded answers come from (default: openai with --upstream or live)',
      )
      .option('--upstream <url>', 'the endpoint of the provider openai (default: OPENAI_BASE_URL)')
      .option('--allow-private', 'the endpoint may lie in a private network')
      .option('--max-calls <count>', 'requests to the endpoint, in all', wholeNumber('--max-calls', 1))
      .option('-n, --trials <count>', 'trials that a recording has', wholeNumber('--trials', 1), 1)
      .option('--replace', 'mode record may take the place of a recording that exists')
      .option('--yes', 'requests may go to an endpoint that is not on this machine')
      .option('--port <number>', '0 takes a free one', wholeNumber('--port', 0), 4010)
      .option('--listen <address>', 'an address of this machine; others than loopback need --token', '127.0.0.1')
      .option('--token <secret>', 'asked of every request (also PATTERNBENCH_PROXY_TOKEN)')
      .option('--allow-host <name...>', 'further names that this server is called by')
      .option('--allow-origin <origin...>', 'web pages whose requests are taken')
      .option('--pace <x>', '0: at once; 1: in the recorded time; 10: ten times as fast', '0')
      .option('--otlp <url>', 'send the traces to an OTLP/HTTP endpoint such as Jaeger (also OTEL_EXPORTER_OTLP_ENDPOINT)')
      .option('--json', 'print what there is to know as JSON lines');
  },
  run: async ({ options }, shell) => {
    const values = options as unknown as ProxyOptionValues;
    const json = options['json'] === true;
    const controlToken = tokenOf(values, shell) ?? randomBytes(24).toString('base64url');
    const proxy = await start(values, controlToken, shell);
    try {
      greet({ proxy, values, controlToken, json }, shell);
      await untilInterrupted(shell.signal);
    } finally {
      await end({ proxy, json }, shell);
    }
    return EXIT.ok;
  },
});

const tokenOf = ({ token }: ProxyOptionValues, { env }: Shell): string | undefined => {
  const given = token ?? (env['PATTERNBENCH_PROXY_TOKEN'] || undefined);
  if (given === undefined || /^[\x21-\x7e]{16,256}$/.test(given)) return given;
  throw new PatternbenchError('usage', 'a token has 16 to 256 printable letters', { remedy: 'openssl rand -hex 24 makes one' });
};

async function start(values: ProxyOptionValues, controlToken: string, shell: Shell): Promise<Proxy> {
  const clock = realClock();
  const epochMs = shell.now();
  const session = `proxy-${new Date(epochMs).toISOString().replace(/[-:.]/g, '').toLowerCase()}`;
  const mode = proxyMode(values.mode);
  const otlp = values.otlp ?? (shell.env['OTEL_EXPORTER_OTLP_ENDPOINT'] || undefined);
  if (otlp !== undefined && !/^https?:$/.test(URL.canParse(otlp) ? new URL(otlp).protocol : '')) {
    throw new PatternbenchError('usage', '--otlp takes an address such as http://127.0.0.1:4318');
  }
  if (values.port > 65_535) throw new PatternbenchError('usage', '--port takes a number up to 65535');
  const [{ proxyTraffic }, { startProxy }, { spanSink }] = await Promise.all([
    import('./shell/proxy-traffic.ts'),
    import('../proxy/proxy.ts'),
    import('../proxy/span-sink.ts'),
  ]);
  const openTraffic = await proxyTraffic(values, { shell, clock });
  // A mistake in the flags is told now, not to the first client.
  if (values.scenario !== undefined) openTraffic(values.scenario);
  return startProxy({
    host: values.listen,
    port: values.port,
    gate: { hosts: hostsOf(values), origins: values.allowOrigin ?? [], token: tokenOf(values, shell) },
    controlToken,
    defaults: { scenario: values.scenario, mode, pace: paceOf(values.pace, 0) },
    openTraffic,
    spans: spanSink({ folder: join(shell.root, 'reports', session), otlp, clock }),
    clock,
    session,
    epochMs,
    version: TOOL_VERSION,
  });
}

/** An address that is listened on is a name of the server; one that means all of them is none. */
const hostsOf = ({ listen, allowHost = [] }: ProxyOptionValues): string[] =>
  [...allowHost, ...(/^(0\.0\.0\.0|::)$/.test(listen) ? [] : [listen.includes(':') ? `[${listen}]` : listen])].map((host) =>
    host.toLowerCase(),
  );

interface Greeting {
  readonly proxy: Proxy;
  readonly values: ProxyOptionValues;
  readonly controlToken: string;
  readonly json: boolean;
}

function greet({ proxy, values, controlToken, json }: Greeting, shell: Shell): void {
  const at = `http://${values.listen.includes(':') ? `[${values.listen}]` : values.listen}:${proxy.port}`;
  const baseURL = `${at}/v1`;
  const controlURL = `${at}/__fixtures/runs?token=${encodeURIComponent(controlToken)}`;
  if (json)
    return shell.out(JSON.stringify({ event: 'listening', baseURL, port: proxy.port, mode: values.mode, token: controlToken }));
  shell.out(
    `listening on ${baseURL} (mode ${values.mode}${values.scenario === undefined ? '' : `, scenario ${values.scenario}`})`,
  );
  shell.out(`  one run of its own:  ${at}/s/<scenario>/r/<run>/v1`);
  shell.out(`  what was asked:      ${controlURL}`);
  shell.out('  Ctrl-C ends it and brings recordings into order.');
}

async function end({ proxy, json }: Pick<Greeting, 'proxy' | 'json'>, shell: Shell): Promise<void> {
  const { recorded, notices } = await proxy.close();
  for (const notice of notices) shell.err(safeText(`warning: ${notice}`));
  const { calls, misses, errors } = proxy.ledger.stats();
  if (json)
    return shell.out(
      JSON.stringify({
        event: 'closed',
        calls,
        misses,
        errors,
        runs: proxy.ledger.runs(),
        recorded: recorded.map(({ file: _file, ...told }) => told),
      }),
    );
  for (const { scenario, recorded: fresh, reused, changed } of recorded) {
    shell.err(
      `${scenario}: ${fresh} recorded, ${reused} answered from recordings; the recording is ${changed ? 'written' : 'unchanged'}`,
    );
  }
  shell.err(`${calls} requests, ${misses} of them not recorded, ${errors} failed`);
}
