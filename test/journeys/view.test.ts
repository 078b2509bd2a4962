import { spawn } from 'node:child_process';
import { get } from 'node:http';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CHECKOUT, journeyProject } from '../support/journey.ts';

it('somebody who wants to see a run opens its page, on this machine alone, and ends it with Ctrl-C', async () => {
  await using project = await journeyProject('starter');
  await project.type(['run', '-s', 'starter', '-p', 'single', 'router', '--quiet']);
  const child = spawn(process.execPath, [join(CHECKOUT, 'src/bin.js'), 'view'], { cwd: project.root, env: {} });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  try {
    const address = await new Promise<string>((resolve) => {
      child.stdout.setEncoding('utf8').once('data', (text: string) => resolve(text.trim()));
    });
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    const page = await ask(address);
    expect([page.status, page.headers['cache-control'], page.body.startsWith('<!doctype html>')]).toEqual([
      200,
      'no-store',
      true,
    ]);
    expect((await ask(`${address}spans.jsonl`)).status).toBe(404);
    expect((await ask(address, { host: 'rebound.example' })).status).toBe(421);
    expect((await ask(address, { origin: 'https://elsewhere.example' })).status).toBe(403);
    child.kill('SIGINT');
    expect(await ended).toBe(0);
  } finally {
    child.kill('SIGKILL');
  }
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

function ask(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  get(url, { headers }, (reply) => {
    let body = '';
    reply.setEncoding('utf8').on('data', (text: string) => (body += text));
    reply.once('end', () => resolve({ status: reply.statusCode, headers: reply.headers, body }));
  }).once('error', reject);
  return promise;
}
