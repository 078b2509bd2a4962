export interface NetworkGuardOptions {
  /** `host:port` of the few places that may be reached, such as a collector on loopback. */
  readonly allow: readonly string[];
}

/**
 * Keeps this process from reaching out, at the level of sockets: `fetch` (also a reference taken before), node:http, node:https, undici.
 * A stopped `fetch` rejects with an error whose cause is `NetConnectNotAllowedError`; ports report it as `network_blocked`.
 * Disposing it lets everything pass again. Raw TCP, DNS look-ups, worker threads and child processes are not covered.
 */
export async function installNetworkGuard({ allow }: NetworkGuardOptions): Promise<Disposable> {
  const { default: nock } = await import('nock');
  if (!nock.isActive()) nock.activate();
  const allowed = new Set(allow);
  nock.disableNetConnect();
  if (allowed.size > 0) nock.enableNetConnect((host) => allowed.has(host));
  return {
    [Symbol.dispose]: () => {
      nock.enableNetConnect();
      nock.restore();
    },
  };
}
