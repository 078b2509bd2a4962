import { NATIVE } from '../schema/trial-record.ts';
import { NOBODY } from '../telemetry/span-role.ts';
import { defineDetector } from './seen/detector.ts';
import { times } from './seen/trial-view.ts';

/** What spans of open protocols between agents and tools carry. */
const PROTOCOLS = /^(mcp|a2a|rpc\.jsonrpc|jsonrpc)\./;

export default defineDetector({
  name: 'framework-lock-in',
  description: 'A hint: a framework reaches its tools and agents by hooks of its own, and by no open protocol.',
  severity: 'info',
  advice:
    'think in protocols: reach tools over MCP and other agents over A2A, so that the framework behind them can be swapped without rewriting agents',
  settings: (z) =>
    z.strictObject({
      minSteps: z.int().min(1).default(2).describe('runs of agents and calls of tools that could use a protocol'),
    }),
  detect: ({ record, tools, runs, tree }, { minSteps }) => {
    const steps = [...tools, ...runs];
    if (record.adapter === NATIVE || steps.length < minSteps) return [];
    if (tree.spans.some(({ attributes }) => Object.keys(attributes).some((name) => PROTOCOLS.test(name)))) return [];
    const what = `${times(tools.length, 'call')} of tools and ${times(runs.length, 'run')} of agents`;
    return [{ agent: NOBODY, spans: steps, why: `${record.adapter}: ${what}, none of them over MCP or A2A` }];
  },
});
