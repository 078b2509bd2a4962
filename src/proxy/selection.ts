import type { IncomingHttpHeaders } from 'node:http';
import { redactText } from '../fixtures/redact.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import { bearerOf } from './gate.ts';
import { permittedMode, type ProxyMode } from './modes.ts';
import type { TraceParent } from './trace-parent.ts';

/** What a request is part of, and how it is to be answered. */
export interface Selection {
  readonly scenario: string;
  /** Groups the requests of one run of somebody's program: repeats are counted in it. */
  readonly run: string;
  readonly pattern: string;
  readonly agent: string;
  /** Where in the program the request was made; '' when nobody says. */
  readonly path: string;
  /** From 0. */
  readonly trial: number;
  readonly mode: ProxyMode;
  /** 0: at once; 1: in the recorded time; x: x times as fast. */
  readonly pace: number;
  /** What is asked for, from `/v1` on. */
  readonly route: string;
}

/** What holds where a request says nothing. */
export interface SelectionDefaults {
  readonly scenario: string | undefined;
  readonly mode: ProxyMode;
  readonly pace: number;
}

export interface SelectionInput {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly defaults: SelectionDefaults;
  readonly traceParent: TraceParent | undefined;
}

const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const LABEL = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const TEXT = /^[^\u0000-\u001f\u007f-\u009f]{1,256}$/u;

/** Whether a text may name a scenario or a recording set: it becomes part of the name of a file. */
export const isSetName = (text: string): boolean => NAME.test(text);

/**
 * What a request selects; for each thing the first that says it counts: the path (`/s/<scenario>/r/<run>/p/<pattern>/a/<agent>/v1/…`), the
 * headers (`x-fixture-scenario` and so on), the API key (`sk-fix-<scenario>.<run>.<agent>`), the flags of the server. A run that nobody
 * names is that of the caller's trace, or `default`. Throws `usage` for a name that is none and for a mode that is not permitted.
 */
export function selectionOf({ path, headers, defaults, traceParent }: SelectionInput): Selection {
  const prefix = prefixOf(path);
  const key = keyOf(headers);
  const header = (name: string): string | undefined => {
    const value = headers[`x-fixture-${name}`];
    return typeof value === 'string' && value !== '' ? decoded(value) : undefined;
  };
  const scenario = prefix.scenario ?? header('scenario') ?? key.scenario ?? defaults.scenario;
  if (scenario === undefined) {
    throw new PatternbenchError('usage', 'the request names no scenario', {
      remedy:
        'use the base URL …/s/<scenario>/v1, the header x-fixture-scenario, the key sk-fix-<scenario>.<run>.<agent>, or start the server with --scenario',
    });
  }
  const run = prefix.run ?? header('run') ?? key.run ?? (traceParent ? `trace-${traceParent.traceId.slice(0, 16)}` : 'default');
  return {
    scenario: named('scenario', scenario, NAME),
    run: named('run', run, LABEL),
    pattern: named('pattern', prefix.pattern ?? header('pattern') ?? 'none', LABEL),
    agent: optional('agent', prefix.agent ?? header('agent') ?? key.agent),
    path: optional('path', header('path')),
    trial: numberOf('trial', header('trial') ?? '0', MOST_TRIALS, true),
    mode: permittedMode(header('mode'), defaults.mode),
    pace: paceOf(header('pace'), defaults.pace),
    route: prefix.route,
  };
}

const MOST_TRIALS = 9999;
const MOST_PACE = 1000;

/** A pace by its text; throws `usage` for anything but a number from 0 to 1,000. */
export const paceOf = (text: string | undefined, otherwise: number): number =>
  text === undefined ? otherwise : numberOf('pace', text, MOST_PACE, false);

function numberOf(what: string, text: string, most: number, isWhole: boolean): number {
  const value = /^\d{1,4}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  if (value <= most && (!isWhole || Number.isInteger(value))) return value;
  throw new PatternbenchError('usage', `${what} takes a ${isWhole ? 'whole ' : ''}number from 0 to ${most}`);
}

type Part = 'scenario' | 'run' | 'pattern' | 'agent';
type Named = { readonly [part in Part]?: string };

const LETTERS: Readonly<Record<string, Part>> = { s: 'scenario', r: 'run', p: 'pattern', a: 'agent' };

/** The route at the end of a path, from `/v1` on, and what stands in front of it. Throws `usage` for what is no percent-encoded text. */
export function prefixOf(path: string): Named & { readonly route: string } {
  const segments = path.split('/').slice(1);
  const found: { [part in Part]?: string } = {};
  let at = 0;
  for (; at + 1 < segments.length && segments[at] !== 'v1'; at += 2) {
    const part = LETTERS[segments[at]!];
    if (!part || found[part] !== undefined) break;
    found[part] = decoded(segments[at + 1]!);
  }
  return { ...found, route: `/${segments.slice(at).join('/')}` };
}

function keyOf(headers: IncomingHttpHeaders): Named {
  const [scenario, run, ...agent] = /^sk-fix-(.+)$/.exec(bearerOf(headers) ?? '')?.[1]?.split('.') ?? [];
  return {
    ...(scenario ? { scenario } : {}),
    ...(run ? { run } : {}),
    ...(agent.length > 0 ? { agent: agent.join('.') } : {}),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new PatternbenchError('usage', 'a name is no percent-encoded text');
  }
}

function named(what: string, text: string, shape: RegExp): string {
  // Names stand in traces and in the ledger; somebody's key must not.
  if (shape.test(text) && redactText(text) === text) return text;
  throw new PatternbenchError('usage', `the name of the ${what} is none: letters, digits, ".", "-" and "_", at most 64`);
}

function optional(what: string, text: string | undefined): string {
  if (text === undefined) return '';
  if (TEXT.test(text)) return text;
  throw new PatternbenchError('usage', `the name of the ${what} is none: at most 256 printable characters`);
}
