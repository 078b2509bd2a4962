import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An endpoint on this machine that answers every request with what it is given. */
export async function answeringEndpoint(answer: () => readonly [status: number, body: object]) {
  let asked = 0;
  const server = createServer((request, reply) => {
    request.resume().on('end', () => {
      asked++;
      const [status, body] = answer();
      reply.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked: () => asked,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
