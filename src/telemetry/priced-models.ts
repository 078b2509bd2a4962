import { waitForUpdate } from '@pydantic/genai-prices';

/** The names of all models that the built-in table has a price for, as their providers call them; for suggestions, so each once. */
export async function pricedModels(): Promise<string[]> {
  // Nothing is fetched: without `updatePrices` this is the data of the package.
  const providers = (await waitForUpdate()) ?? [];
  const named = providers.toSorted((a, b) => Number(b.id === 'openai') - Number(a.id === 'openai'));
  return [...new Set(named.flatMap((provider) => provider.models.map((model) => model.id)))];
}
