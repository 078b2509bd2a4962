import { defineProvider } from '../contracts/provider.ts';

export default defineProvider({
  name: 'simulated',
  description: 'a deterministic simulated model that knows what the scenario declares; no network, no key, no cost',
  open: async ({ scenario }) => {
    // The tokenizer's tables and the HTTP server cost time that a replay need not spend.
    const [{ worldOf }, { startSimulatedServer }] = await Promise.all([
      import('../simulation/world.ts'),
      import('../simulation/server.ts'),
    ]);
    const server = await startSimulatedServer({ world: worldOf(scenario), pace: { kind: 'instant' } });
    return {
      baseURL: server.baseURL,
      apiKey: 'simulated',
      provenance: 'simulated',
      timing: 'modelled',
      profile: 'simulated',
      billed: false,
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  },
});
