import { realClock } from '../../kernel/real-clock.ts';
import { refusalAt } from '../../proxy/gate.ts';
import { type HttpServer, startHttpServer } from '../../proxy/http-server.ts';

/** Serves one page at `/` on loopback, and nothing else. Throws `usage` when the port is taken. */
export const servePage = (page: string, port: number): Promise<HttpServer> =>
  startHttpServer({
    host: '127.0.0.1',
    port,
    clock: realClock(),
    // A page elsewhere that rebinds its name to this machine still says its own name.
    check: (headers) => refusalAt({ hosts: [], origins: [], token: undefined }, headers),
    handle: ({ method, path, reply }) => {
      const isPage = path === '/' && (method === 'GET' || method === 'HEAD');
      reply.writeHead(isPage ? 200 : path === '/' ? 405 : 404, {
        'content-type': isPage ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      });
      reply.end(isPage ? (method === 'HEAD' ? undefined : page) : 'There is one page here, at /.\n');
      return Promise.resolve();
    },
  });
