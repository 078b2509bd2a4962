import { PatternbenchError } from '../kernel/errors.ts';

/** Where an answer comes from. */
export const PROXY_MODES = ['replay', 'auto', 'record', 'live', 'simulate'] as const;
export type ProxyMode = (typeof PROXY_MODES)[number];

/** Modes in which an endpoint may be asked. The simulated model is part of this program. */
export const asksUpstream = (mode: ProxyMode): boolean => mode !== 'replay' && mode !== 'simulate';

/** A mode by its name; throws `usage` naming the known ones. */
export function proxyMode(name: string): ProxyMode {
  const mode = PROXY_MODES.find((known) => known === name);
  if (mode) return mode;
  throw new PatternbenchError('usage', `there is no mode "${name.slice(0, 40)}"`, {
    remedy: `name one of ${PROXY_MODES.join(', ')}`,
  });
}

/** The mode of one request. A request can ask for less than the server was started for, never for more: throws `usage` (403) then. */
export function permittedMode(wanted: string | undefined, own: ProxyMode): ProxyMode {
  const mode = wanted === undefined ? own : proxyMode(wanted);
  if (!asksUpstream(mode) || asksUpstream(own)) return mode;
  throw new PatternbenchError('usage', `this server was started to ${own}; a request cannot make it call an endpoint`, {
    remedy: `start it with --mode ${mode}`,
    facts: { status: 403 },
  });
}
