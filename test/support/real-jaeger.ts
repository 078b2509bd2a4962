import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { realClock } from '../../src/kernel/real-clock.ts';
import type { Jaeger } from './fake-jaeger.ts';
import { CHECKOUT } from './journey.ts';

/** Where `npm run jaeger` leaves the program that it builds. */
export const BUILT = join(CHECKOUT, 'node_modules/.cache/jaeger/jaeger');

/** What PATTERNBENCH_JAEGER names (a program, or the address of a Jaeger that runs), or what was built here; undefined where there is none. */
export function jaegerAtHand(env: Readonly<Record<string, string | undefined>>): string | undefined {
  return env['PATTERNBENCH_JAEGER'] || (existsSync(BUILT) ? BUILT : undefined);
}

/**
 * A real Jaeger (release 2.x). An address is used as it is, its collector being at port 4318 of the same host unless
 * PATTERNBENCH_JAEGER_OTLP says otherwise; a program is started with its store in memory, on loopback ports of its own, and ended with the test.
 */
export async function realJaeger(where: string, env: Readonly<Record<string, string | undefined>>): Promise<Jaeger> {
  if (!/^https?:/.test(where)) return started(where);
  const { protocol, hostname } = new URL(where);
  return {
    otlp: env['PATTERNBENCH_JAEGER_OTLP'] ?? `${protocol}//${hostname}:4318`,
    ui: where.replace(/\/+$/, ''),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

async function started(program: string): Promise<Jaeger> {
  const folder = await mkdtemp(join(tmpdir(), 'patternbench-jaeger-'));
  const [query, otlp] = [await freePort(), await freePort()];
  await writeFile(join(folder, 'config.yaml'), configuration(query, otlp));
  const child = spawn(program, [`--config=${join(folder, 'config.yaml')}`], { stdio: 'ignore' });
  const ended = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code}`)));
  });
  ended.catch(() => undefined);
  const jaeger = {
    otlp: `http://127.0.0.1:${otlp}`,
    ui: `http://127.0.0.1:${query}`,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await ended.catch(() => undefined);
      await rm(folder, { recursive: true, force: true });
    },
  };
  await Promise.race([ended, answering(`${jaeger.ui}/api/v3/services`), answering(jaeger.otlp)]);
  return jaeger;
}

/** Asks until somebody answers; the test's own time limit ends it. */
async function answering(address: string): Promise<void> {
  const clock = realClock();
  while (!(await fetch(address).catch(() => undefined))) await clock.sleep(50_000);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const configuration = (query: number, otlp: number): string => `
service:
  extensions: [jaeger_storage, jaeger_query]
  pipelines: { traces: { receivers: [otlp], exporters: [jaeger_storage_exporter] } }
  telemetry: { metrics: { level: none }, logs: { level: error } }
extensions:
  jaeger_storage: { backends: { memory: { memory: { max_traces: 10000 } } } }
  jaeger_query:
    storage: { traces: memory }
    http: { endpoint: "127.0.0.1:${query}" }
    grpc: { endpoint: "127.0.0.1:0" }
receivers:
  otlp: { protocols: { http: { endpoint: "127.0.0.1:${otlp}" } } }
exporters:
  jaeger_storage_exporter: { trace_storage: memory }
`;
