import { execFile, spawnSync } from 'node:child_process';
import { createHash, generateKeyPair, getRandomValues, pbkdf2, randomBytes, randomUUID, scrypt, scryptSync } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { get } from 'node:http';
import { connect, createServer, type Server } from 'node:net';
import { promisify } from 'node:util';
import { brotliCompress, gzip, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PatternbenchError } from '../../src/kernel/errors.ts';
import { real } from '../../src/kernel/real-time.ts';
import { installStrictClock } from '../../src/kernel/strict-clock.ts';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';
import { codeOf } from '../support/trial.ts';

const HERE = import.meta.filename;
let server: Server;
let port = 0;

const request = () =>
  new Promise<void>((resolve) => void get({ host: '127.0.0.1', port, path: '/' }, resolve as never).on('error', () => resolve()));
const connection = () =>
  new Promise<void>((resolve) => void connect(port, '127.0.0.1', resolve as never).on('error', () => resolve()));

const REAL_WORK: readonly [string, resource: string, () => Promise<unknown>][] = [
  ['a file that is read', 'FSREQPROMISE', () => readFile(HERE)],
  ['a file that is read after a wait', 'FSREQPROMISE', () => Promise.resolve().then(() => readFile(HERE))],
  ['compression', 'ZLIB', () => promisify(gzip)('x')],
  ['another compression', 'ZLIB', () => promisify(brotliCompress)('x')],
  [
    'a compressing stream',
    'ZLIB',
    () => new Response(new Response('x').body!.pipeThrough(new CompressionStream('gzip'))).bytes(),
  ],
  ['a socket', 'TCPWRAP', connection],
  ['fetch', 'TCPWRAP', () => fetch(`http://127.0.0.1:${port}/`).catch(() => undefined)],
  ['node:http', 'real timer|socket', request],
  ['a look-up', 'GETADDRINFOREQWRAP', () => lookup('localhost')],
  ['a child process', 'PROCESSWRAP', () => promisify(execFile)(process.execPath, ['--version'])],
  ['a digest of crypto.subtle', 'HASHREQUEST', () => crypto.subtle.digest('SHA-256', new Uint8Array(8))],
  ['random bytes', 'RANDOMBYTESREQUEST', () => promisify(randomBytes)(8)],
  ['scrypt', 'SCRYPTREQUEST', () => promisify(scrypt)('a', 'b', 8)],
  ['pbkdf2', 'PBKDF2REQUEST', () => promisify(pbkdf2)('a', 'b', 1, 8, 'sha256')],
  ['a pair of keys', 'KEYPAIRGENREQUEST', () => new Promise((resolve) => generateKeyPair('ed25519', {}, resolve))],
  ['a Blob', 'BLOBREADER', () => new Blob(['x']).text()],
  ['a setTimeout from before', 'Timeout', () => new Promise((resolve) => real.setTimeout(resolve, 1))],
  ['a setImmediate from before', 'Immediate', () => new Promise((resolve) => real.setImmediate(resolve))],
];

const run = (trial: (clock: VirtualClock) => Promise<unknown>): Promise<PatternbenchError | undefined> => {
  const clock = new VirtualClock();
  return clock
    .run(async () => {
      // Something that virtual time could run on to, while real work is under way.
      clock.schedule(60_000_000, () => {});
      await trial(clock);
    })
    .then(
      () => undefined,
      (error: PatternbenchError) => error,
    );
};

describe('installStrictClock', () => {
  beforeAll(async () => {
    server = createServer((socket) => socket.on('error', () => {}).end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'));
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as { port: number }).port;
    // What a first use loads or opens is no part of the trial.
    await Promise.all(REAL_WORK.map(([, , work]) => work()));
  });
  afterAll(() => void server.close());

  it.each(REAL_WORK)('fails a trial for %s', async (_what, resource, work) => {
    using _strict = installStrictClock();
    const error = await run(work);
    expect(codeOf(error)).toBe('unheld_io');
    expect(`${String(error!.facts['resource'])} ${error!.message}`).toMatch(new RegExp(resource));
    expect(error!.remedy).toContain('wrap it in ctx.hold');
  });

  it.each(REAL_WORK)('lets %s pass when it is held, and in what is no trial', async (_what, _resource, work) => {
    using _strict = installStrictClock();
    await work();
    const clock = new VirtualClock();
    await clock.run(() => clock.hold(work));
    expect(clock.nowUs()).toBe(0);
  });

  it.each<[string, () => unknown]>([
    [
      'streams and bodies in memory',
      () =>
        new Response(new Response('x').body!.pipeThrough(new TextDecoderStream()).pipeThrough(new TextEncoderStream())).text(),
    ],
    ['fetch of data:', async () => (await fetch('data:,x')).text()],
    ['ambient timers', () => new Promise((resolve) => AbortSignal.timeout(5).addEventListener('abort', resolve))],
    ['reading a file on the spot', () => readFileSync(HERE)],
    ['compression on the spot', () => gzipSync('x')],
    ['hashes', () => createHash('sha256').update('x').digest('hex')],
    ['scrypt on the spot', () => scryptSync('a', 'b', 8)],
    ['random bytes on the spot', () => randomBytes(8)],
    ['random values', () => getRandomValues(new Uint8Array(8))],
    ['a random id', () => randomUUID({ disableEntropyCache: true })],
    ['a child process on the spot', () => spawnSync(process.execPath, ['--v8-options'], { stdio: 'ignore' })],
  ])('has nothing against %s', async (_what, work) => {
    using _strict = installStrictClock();
    expect(await run(async () => work())).toBeUndefined();
  });

  it('says what was started and by whom, without a folder of the machine', async () => {
    using _strict = installStrictClock();
    const readSettings = async () => {
      await Promise.resolve();
      return readFile(HERE);
    };
    const error = await run(readSettings);
    expect(error!.message).toMatch(
      /^real I\/O in virtual time: a file request \(FSREQPROMISE\) was started outside of a hold, at readSettings \(strict-clock\.test\.ts:\d+\)$/,
    );
    expect((error!.cause as Error).stack).toContain(HERE);
  });

  it('sees one branch that does not hold beside one that does', async () => {
    using _strict = installStrictClock();
    const error = await run((clock) => Promise.all([clock.hold(() => readFile(HERE)), readFile(HERE)]));
    expect(codeOf(error)).toBe('unheld_io');
  });

  it('watches only until it is disposed', async () => {
    installStrictClock()[Symbol.dispose]();
    const clock = new VirtualClock();
    await expect(clock.run(async () => real.setImmediate(() => {}))).resolves.toBeDefined();
  });
});
