import { defineProvider } from '../contracts/provider.ts';
import { redactText } from '../fixtures/redact.ts';
import { PatternbenchError } from '../kernel/errors.ts';

const DEFAULT_URL = 'https://api.openai.com/v1';

/** Any OpenAI-compatible endpoint: OpenAI itself, or Ollama, vLLM and others by their base URL. */
export default defineProvider({
  name: 'openai',
  description: 'an OpenAI-compatible endpoint (OPENAI_API_KEY, OPENAI_BASE_URL)',
  open: async ({ env }) => {
    const baseURL = env['OPENAI_BASE_URL'] || DEFAULT_URL;
    const isLocal = isLoopback(baseURL);
    // Servers on this machine ask for no key, but the client wants one.
    const apiKey = env['OPENAI_API_KEY'] || (isLocal ? 'unused' : undefined);
    if (!apiKey) {
      throw new PatternbenchError('usage', 'the openai provider needs an API key', {
        remedy: 'set OPENAI_API_KEY, or OPENAI_BASE_URL to a server on this machine, or use --provider simulated',
      });
    }
    return {
      baseURL,
      apiKey,
      provenance: 'real',
      timing: 'measured',
      profile: 'openai',
      billed: !isLocal,
      [Symbol.asyncDispose]: async () => {},
    };
  },
});

function isLoopback(baseURL: string): boolean {
  if (!URL.canParse(baseURL) || !/^https?:$/.test(new URL(baseURL).protocol)) {
    throw new PatternbenchError('usage', `OPENAI_BASE_URL is no address: "${redactText(baseURL)}"`, {
      remedy: 'write it in full, such as http://127.0.0.1:11434/v1',
    });
  }
  const { hostname } = new URL(baseURL);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
