import { createHook } from 'node:async_hooks';
import { basename } from 'node:path';
import { ambientClock } from './ambient-trial.ts';
import { PatternbenchError } from './errors.ts';

// data table
/**
 * What Node calls the resources of real I/O (`async_hooks`), and what they are in words. None is held automatically: a detector that also
 * mends would pass trials whose time is wrong without it. What does not keep anybody waiting (ticks, microtasks) is not in here; neither
 * is compiling WebAssembly, which leaves no trace.
 */
export const REAL_IO: Readonly<Record<string, string>> = {
  FSREQCALLBACK: 'a file request',
  FSREQPROMISE: 'a file request',
  FILEHANDLE: 'a file',
  FILEHANDLECLOSEREQ: 'the closing of a file',
  DIRHANDLE: 'a folder',
  FSEVENTWRAP: 'a file watcher',
  STATWATCHER: 'a file watcher',
  BLOBREADER: 'reading a Blob',
  ZLIB: 'compression',
  TCPWRAP: 'a socket',
  TCPSERVERWRAP: 'a server',
  TCPCONNECTWRAP: 'a connection',
  TLSWRAP: 'a TLS connection',
  PIPEWRAP: 'a pipe',
  PIPESERVERWRAP: 'a server',
  PIPECONNECTWRAP: 'a connection',
  UDPWRAP: 'a socket',
  UDPSENDWRAP: 'a datagram',
  JSSTREAM: 'a stream of the system',
  STREAMPIPE: 'a stream of the system',
  WRITEWRAP: 'a write to a socket or pipe',
  SHUTDOWNWRAP: 'the end of a connection',
  TTYWRAP: 'a terminal',
  HTTPCLIENTREQUEST: 'an HTTP request',
  HTTPINCOMINGMESSAGE: 'an HTTP message',
  HTTP2SESSION: 'an HTTP/2 session',
  HTTP2STREAM: 'an HTTP/2 stream',
  QUIC_ENDPOINT: 'a QUIC endpoint',
  QUIC_SESSION: 'a QUIC session',
  GETADDRINFOREQWRAP: 'a look-up of a host',
  GETNAMEINFOREQWRAP: 'a look-up of a host',
  QUERYWRAP: 'a DNS query',
  PROCESSWRAP: 'a child process',
  WORKER: 'a worker thread',
  MESSAGEPORT: 'a message port',
  SIGNALWRAP: 'a signal of the system',
  LOCKS: 'a lock',
  ARGON2REQUEST: 'cryptography',
  CHECKPRIMEREQUEST: 'cryptography',
  CIPHERREQUEST: 'cryptography',
  DERIVEBITSREQUEST: 'cryptography',
  HASHREQUEST: 'cryptography',
  KEYEXPORTREQUEST: 'cryptography',
  KEYGENREQUEST: 'cryptography',
  KEYPAIRGENREQUEST: 'cryptography',
  PBKDF2REQUEST: 'cryptography',
  RANDOMBYTESREQUEST: 'cryptography',
  RANDOMPRIMEREQUEST: 'cryptography',
  SCRYPTREQUEST: 'cryptography',
  SIGNREQUEST: 'cryptography',
  VERIFYREQUEST: 'cryptography',
  // Those of a trial are no resources of Node: one that shows up was kept from before ambient time was installed, or is Node's own.
  Timeout: 'a real timer',
  Immediate: 'a real setImmediate',
};

/** Frames of Node that say: the caller waits for this on the spot, so no virtual time can pass meanwhile. */
const SYNCHRONOUS = /^\s+at (?:.*\.)?(?:\w+Sync|syncBufferWrapper)\b.*\(node:/m;

/** Deep enough to get past Node's own frames. */
const STACK_DEPTH = 50;

/**
 * Fails a trial with `unheld_io` as soon as it starts real I/O outside of a hold: virtual time would run on meanwhile, and the trial's
 * latency would be wrong without a word. Watches the whole process until it is disposed; costs a few per cent of a replay.
 */
export function installStrictClock(): Disposable {
  const hook = createHook({
    init: function init(_id: number, type: string): void {
      const what = REAL_IO[type];
      const clock = what === undefined ? undefined : ambientClock();
      if (!clock) return;
      const stack = stackAbove(init);
      if (!SYNCHRONOUS.test(stack)) clock.fail(unheld(type, stack));
    },
    trackPromises: false,
  }).enable();
  return { [Symbol.dispose]: () => void hook.disable() };
}

function stackAbove(top: (...args: never[]) => void): string {
  const depth = Error.stackTraceLimit;
  Error.stackTraceLimit = STACK_DEPTH;
  const holder = { stack: '' };
  Error.captureStackTrace(holder, top);
  Error.stackTraceLimit = depth;
  return holder.stack;
}

function unheld(type: string, stack: string): PatternbenchError {
  const place = firstFrame(stack);
  const cause = new Error(`${type} was started here`);
  cause.stack = stack.replace(/^.*/, String(cause));
  return new PatternbenchError(
    'unheld_io',
    `real I/O in virtual time: ${REAL_IO[type]} (${type}) was started outside of a hold, ${place}`,
    {
      remedy: 'wrap it in ctx.hold: virtual time stands still while it runs',
      facts: { resource: type, retryable: false },
      cause,
    },
  );
}

/** Where the first code that is not Node's stands, without its folder: the message becomes part of records that know no machine. */
function firstFrame(stack: string): string {
  const frame = stack
    .split('\n')
    .slice(1)
    .find((line) => !/\(?node:|<anonymous>/.test(line));
  const parts = /^\s+at (?:async )?(?:(.*?) \()?(?:file:\/\/)?(.*?):(\d+):\d+\)?$/.exec(frame ?? '');
  if (!parts) return 'by Node itself';
  const [, name, file, line] = parts;
  return `at ${name ? `${name} ` : ''}(${basename(file!)}:${line})`;
}
