import { rmSync } from 'node:fs';
import { Agent, createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { asks, recordedRoot, testProxy } from '../../proxy/proxy.fixture.ts';
import type { Goal } from '../goal.ts';

const REQUESTS = 10_000;
const CONNECTIONS = 16;

interface Load {
  readonly failures: number;
  readonly perSecond: number;
}

/** Sends the requests, each as a run of its own, and counts those that got no 200. */
async function load(urlOf: (n: number) => string, body: string): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const one = (n: number) =>
    new Promise<boolean>((resolve) => {
      const sent = httpRequest(urlOf(n), { method: 'POST', agent, headers: { 'content-length': body.length } }, (answer) => {
        answer
          .resume()
          .on('error', () => resolve(false))
          .on('end', () => resolve(answer.statusCode === 200));
      });
      sent.on('error', () => resolve(false)).end(body);
    });
  let failures = 0;
  const lane = async (from: number) => {
    for (let n = from; n < REQUESTS; n += CONNECTIONS) if (!(await one(n))) failures++;
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, from) => lane(from)));
  const perSecond = REQUESTS / ((performance.now() - began) / 1000);
  agent.destroy();
  return { failures, perSecond };
}

/** Whether the proxy stands what a benchmark of somebody else's framework sends it, and what an answer costs beside a bare server. */
export const proxyLoad: Goal = {
  id: 'proxy-load',
  title: `failures of ${REQUESTS} requests to the proxy at ${CONNECTIONS} connections`,
  run: async () => {
    const body = JSON.stringify(asks('one'));
    const root = await recordedRoot([{ user: 'one' }]);
    const bare = createServer((request, reply) => void request.resume().on('end', () => reply.end(body)));
    await new Promise<void>((resolve) => bare.listen(0, '127.0.0.1', resolve));
    try {
      await using proxy = await testProxy({ root });
      const bareURL = `http://127.0.0.1:${(bare.address() as AddressInfo).port}/`;
      const baseline = await load(() => bareURL, body);
      const { failures, perSecond } = await load((n) => `${proxy.at}/s/triage/r/load-${n}/v1/chat/completions`, body);
      return {
        goal: 'proxy-load',
        value: failures,
        limit: 0,
        pass: failures === 0,
        aa: null,
        iqr: null,
        isVoid: false,
        rows: [
          { what: 'requests per second', value: perSecond.toFixed(0).padStart(8) },
          { what: 'a server that does nothing', value: baseline.perSecond.toFixed(0).padStart(8) },
        ],
        conditions: `client and server in one process, loopback, ${CONNECTIONS} kept connections, a new run for each request, its span written`,
      };
    } finally {
      bare.close();
      bare.closeAllConnections();
      rmSync(root, { recursive: true });
    }
  },
};
