import type { ServerResponse } from 'node:http';
import type { ScenarioTraffic } from './scenario-traffic.ts';
import type { Selection } from './selection.ts';

/** `GET /v1/models`: the models that a scenario has recorded answers of, or those that its endpoint lists. Throws as opening either does. */
export async function modelList(reply: ServerResponse, traffic: ScenarioTraffic, { mode }: Selection): Promise<void> {
  const ids = await traffic.models(mode);
  const data = [...new Set(ids)].sort().map((id) => ({ id, object: 'model', created: 0, owned_by: 'patternbench' }));
  reply.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ object: 'list', data }));
}
