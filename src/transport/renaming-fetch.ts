/**
 * A `fetch` that asks the endpoint for other models than the scenario names (`--model gpt-4o=llama3.3`). It belongs below a recorder, so
 * that recordings keep the scenario's names as their address. Bodies that name no model in the map pass as they are.
 */
export function renamingFetch(upstream: typeof fetch, models: Readonly<Record<string, string>>): typeof fetch {
  return (input, init) => upstream(input, typeof init?.body === 'string' ? { ...init, body: renamed(init.body, models) } : init);
}

function renamed(text: string, models: Readonly<Record<string, string>>): string {
  const body = JSON.parse(text) as Readonly<Record<string, unknown>>;
  const model = body['model'];
  return typeof model === 'string' && Object.hasOwn(models, model) ? JSON.stringify({ ...body, model: models[model] }) : text;
}
