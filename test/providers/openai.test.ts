import { describe, expect, it } from 'vitest';
import openai from '../../src/providers/openai.ts';

const open = (env: Readonly<Record<string, string>>) => openai.open({ env, scenario: undefined as never });

describe('the openai provider', () => {
  it('needs a key, and says what else there is', async () => {
    await expect(open({})).rejects.toMatchObject({ code: 'usage', remedy: expect.stringContaining('OPENAI_API_KEY') as string });
    await expect(open({ OPENAI_API_KEY: '', OPENAI_BASE_URL: 'https://llm.example/v1' })).rejects.toMatchObject({
      code: 'usage',
    });
  });

  it('is billed, measured and real', async () => {
    await using endpoint = await open({ OPENAI_API_KEY: 'k' });
    expect(endpoint).toMatchObject({
      baseURL: 'https://api.openai.com/v1',
      apiKey: 'k',
      provenance: 'real',
      timing: 'measured',
      profile: 'openai',
      billed: true,
    });
  });

  it.each(['http://localhost:11434/v1', 'http://127.0.0.1:8000/v1', 'http://[::1]:8000/v1'])(
    'asks no key and no money of %s',
    async (baseURL) => {
      const endpoint = await open({ OPENAI_BASE_URL: baseURL });
      expect(endpoint).toMatchObject({ baseURL, billed: false });
      expect(endpoint.apiKey).not.toBe('');
    },
  );

  it.each(['http://localhost.example.com/v1', 'http://127.example.com/v1'])(
    'does not take %s for this machine',
    async (baseURL) => {
      expect(await open({ OPENAI_BASE_URL: baseURL, OPENAI_API_KEY: 'k' })).toMatchObject({ billed: true });
    },
  );

  it.each(['api.openai.com', 'file:///etc/passwd', 'not a url'])('refuses %s as a base URL', async (baseURL) => {
    await expect(open({ OPENAI_BASE_URL: baseURL, OPENAI_API_KEY: 'k' })).rejects.toMatchObject({ code: 'usage' });
  });
});
