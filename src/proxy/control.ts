import { hasToken, UNAUTHORIZED } from './gate.ts';
import { type Exchange, refuse } from './http-server.ts';
import type { Ledger } from './ledger.ts';

export const CONTROL = '/__fixtures/';

/**
 * What the server knows of its session, for whoever has the token: `GET /__fixtures/runs|calls|misses|stats` (`?run=<name>` for one run), and
 * `DELETE /__fixtures/runs` to forget runs, whose repeats then begin anew.
 */
export function control(
  { method, path, query, headers, reply }: Exchange,
  { token, ledger }: { readonly token: string; readonly ledger: Ledger },
): void {
  if (!hasToken(headers, token, query)) return refuse(reply, UNAUTHORIZED);
  const run = query.get('run') ?? undefined;
  const what = path.slice(CONTROL.length);
  const answers: Readonly<Record<string, () => unknown>> = {
    runs: () => ({ runs: ledger.runs(run) }),
    calls: () => ({ calls: ledger.calls(run) }),
    misses: () => ({ misses: ledger.misses(run) }),
    stats: () => ledger.stats(),
  };
  const answer = Object.hasOwn(answers, what) ? answers[what] : undefined;
  if (!answer) return refuse(reply, { status: 404, code: 'not_found', message: 'there are runs, calls, misses and stats' });
  const isForgetting = method === 'DELETE' && what === 'runs';
  if (method !== 'GET' && !isForgetting) return refuse(reply, notAllowed(what === 'runs' ? 'GET, DELETE' : 'GET'));
  const body = isForgetting ? { forgotten: ledger.forget(run) } : answer();
  reply.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body));
}

export const notAllowed = (allow: string) => ({
  status: 405,
  code: 'method_not_allowed',
  message: `only ${allow} is served here`,
  headers: { allow },
});
