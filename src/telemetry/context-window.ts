/** Models come from endpoints; without a limit a hostile one could fill the memory with names. */
const MAX_MODELS = 2_000;

/** Tokens that a model takes in one request, by the table of genai-prices; null for a model that it does not know. */
export async function contextWindows(): Promise<(model: string) => number | null> {
  const { calcPrice } = await import('@pydantic/genai-prices');
  const known = new Map<string, number | null>();
  return (model) => {
    let window = known.get(model);
    if (window === undefined) {
      window = calcPrice({ input_tokens: 0, output_tokens: 0 }, model)?.model.context_window ?? null;
      if (known.size >= MAX_MODELS) known.clear();
      known.set(model, window);
    }
    return window;
  };
}
