import { defineDetector } from './seen/detector.ts';
import { percent } from './seen/trial-view.ts';

export default defineDetector({
  name: 'god-agent',
  description: 'One agent of several does nearly everything: most of the tokens, or most of the time that counts.',
  severity: 'warning',
  advice:
    'decompose into specialists (planning, retrieval, validation), each with a clear contract and a bounded responsibility; or run it as `single`, which costs less than a team that does not share the work',
  settings: (z) =>
    z.strictObject({
      tokenShare: z.number().min(0).max(1).default(0.7).describe('share of all tokens, above which one agent has too many'),
      criticalShare: z.number().min(0).max(1).default(0.8).describe('share of the critical path, above which it takes too long'),
      minTokenShare: z
        .number()
        .min(0)
        .max(1)
        .default(0.5)
        .describe('share of all tokens, below which a long critical path is that of a straggler'),
      minAgents: z.int().min(2).default(3).describe('agents that call models; with fewer there is nobody to share with'),
    }),
  detect: (view, { tokenShare, criticalShare, minTokenShare, minAgents }) => {
    const { record, calls } = view;
    const agents = Object.entries(record.agents).filter(([, own]) => own.calls > 0);
    if (agents.length < minAgents) return [];
    const tokens = record.inputTokens + record.outputTokens;
    return agents.flatMap(([agent, own]) => {
      const ofTokens = tokens > 0 ? (own.inputTokens + own.outputTokens) / tokens : 0;
      const ofTime = record.latencyMs > 0 ? own.criticalMs / record.latencyMs : 0;
      if (ofTokens <= tokenShare && (ofTime <= criticalShare || ofTokens < minTokenShare)) return [];
      const why = `${agent}, one of ${agents.length} agents, takes ${percent(ofTokens)} of the tokens and ${percent(ofTime)} of the critical path`;
      return [{ agent, spans: view.byAgent(calls).get(agent) ?? [], why }];
    });
  },
});
