import { join, parse } from 'node:path';
import { findScenarios } from '../../bench/load-scenarios.ts';
import { loadPatterns, loadProviders, loadScorers, partNamed } from '../../bench/parts.ts';
import { selectScenarios } from '../../bench/select-scenarios.ts';
import { TOOL_VERSION } from '../../bench/version.ts';
import type { Clock } from '../../kernel/clock.ts';
import { PatternbenchError } from '../../kernel/errors.ts';
import { fixturePlace } from '../../proxy/fixture-place.ts';
import { asksUpstream, type ProxyMode, proxyMode } from '../../proxy/modes.ts';
import type { Scenario } from '../../schema/scenario.ts';
import { pinnedFetch } from '../../proxy/pinned-fetch.ts';
import { type ScenarioTraffic, scenarioTraffic, type Upstream } from '../../proxy/scenario-traffic.ts';
import { type UpstreamAddress, upstreamAddress } from '../../proxy/upstream-address.ts';
import type { Shell } from './shell.ts';

/** What the flags of `proxy` say of traffic. */
export interface ProxyTrafficOptions {
  readonly scenario?: string;
  readonly mode: string;
  readonly profile?: string;
  readonly provider?: string;
  readonly upstream?: string;
  readonly allowPrivate?: boolean;
  readonly maxCalls?: number;
  readonly trials: number;
  readonly replace?: boolean;
  readonly yes?: boolean;
}

/** Requests to an endpoint in one session unless --max-calls says otherwise. */
const MAX_CALLS = { billed: 200, free: 100_000 } as const;

const DEFAULT_URL = 'https://api.openai.com/v1';

/** How the traffic of a scenario is opened. Throws `usage` for flags that do not go together, before anything listens. */
export async function proxyTraffic(
  values: ProxyTrafficOptions,
  { shell, clock }: { readonly shell: Shell; readonly clock: Clock },
): Promise<(scenario: string) => ScenarioTraffic> {
  const mode = proxyMode(values.mode);
  const provider = values.provider ?? (values.upstream !== undefined || mode === 'live' ? 'openai' : 'simulated');
  partNamed('provider', await loadProviders(), provider);
  const endpoint = provider === 'openai' && asksUpstream(mode) ? endpointOf(values, shell) : undefined;
  const limit = values.maxCalls ?? (endpoint && endpoint.address.reach !== 'loopback' ? MAX_CALLS.billed : MAX_CALLS.free);
  const profile = values.profile ?? provider;
  let spent = 0;
  return (scenario) =>
    scenarioTraffic({
      scenario,
      profile,
      file: fixturePlace(join(shell.root, 'fixtures'), scenario, profile),
      openUpstream: (name, asked) =>
        endpoint && asked !== 'simulate' ? Promise.resolve(realUpstream(endpoint)) : simulatedUpstream(name, asked, shell),
      spend: () => {
        if (spent >= limit) throw overLimit(limit);
        spent++;
      },
      clock,
      trials: values.trials,
      today: new Date(shell.now()).toISOString().slice(0, 10),
      tool: `patternbench ${TOOL_VERSION}`,
      scrubRules: (name) => scrubRulesOf(name, shell),
      replace: values.replace === true,
      describeRecord: (name) =>
        `start the server with --mode auto and ask again:\n  npm run patternbench -- proxy -s ${name} --mode auto --provider ${provider}${values.profile === undefined ? '' : ` --profile ${values.profile}`}`,
    });
}

interface RealEndpoint {
  readonly address: UpstreamAddress;
  readonly apiKey: string;
}

function endpointOf(values: ProxyTrafficOptions, { env }: Shell): RealEndpoint {
  const text = values.upstream ?? (env['OPENAI_BASE_URL'] || DEFAULT_URL);
  const address = upstreamAddress(text, { allowPrivate: values.allowPrivate === true });
  const isLocal = address.reach === 'loopback';
  const apiKey = env['OPENAI_API_KEY'] || (isLocal ? 'unused' : undefined);
  if (!apiKey) throw new PatternbenchError('usage', 'the endpoint needs an API key', { remedy: 'set OPENAI_API_KEY' });
  if (!isLocal && values.yes !== true) {
    throw new PatternbenchError('usage', `requests will go to ${address.url.origin}, and may cost money`, {
      remedy: `add --yes; at most ${values.maxCalls ?? MAX_CALLS.billed} are sent (--max-calls)`,
    });
  }
  return { address, apiKey };
}

const realUpstream = ({ address, apiKey }: RealEndpoint): Upstream => ({
  baseURL: address.url.href.replace(/\/+$/, ''),
  apiKey,
  fetch: pinnedFetch({ address }),
  provenance: 'real',
  timing: 'measured',
  [Symbol.asyncDispose]: async () => {},
});

/** The simulated model knows what the file of the scenario declares; without one it cannot answer. */
async function simulatedUpstream(name: string, mode: ProxyMode, { root, env }: Shell): Promise<Upstream> {
  const [scenario, providers] = await Promise.all([scenarioNamed(name, root), loadProviders()]);
  if (!scenario?.simulation) {
    throw new PatternbenchError('usage', `${name} declares no simulated model, which mode ${mode} asks`, {
      remedy: 'add a simulation: block to the scenario, or use --provider openai',
    });
  }
  const endpoint = await partNamed('provider', providers, 'simulated').open({ env, scenario });
  const { baseURL, apiKey, provenance, timing } = endpoint;
  return {
    baseURL,
    apiKey,
    provenance,
    timing,
    apis: ['chat.completions'],
    fetch: pinnedFetch({ address: upstreamAddress(baseURL, { allowPrivate: false }) }),
    [Symbol.asyncDispose]: () => endpoint[Symbol.asyncDispose](),
  };
}

/** Throws `usage` where there is none, or where it is broken. */
async function scenarioNamed(name: string, root: string): Promise<Scenario | undefined> {
  // The name is a client's word, and must not be taken for the path of a file.
  if (/\.(?:yaml|ts)$/.test(name)) throw new PatternbenchError('usage', `there is no scenario "${name}"`);
  const [patterns, scorers] = await Promise.all([loadPatterns(), loadScorers()]);
  const [loaded] = await selectScenarios({ folder: join(root, 'scenarios'), names: [name], parts: { patterns, scorers } });
  return loaded?.scenario;
}

/** Traffic of a real endpoint may be recorded under a name of which there is no scenario: then there are no rules. */
async function scrubRulesOf(name: string, { root }: Shell): Promise<Scenario['scrub']> {
  const files = await findScenarios(join(root, 'scenarios')).catch(() => []);
  return files.some((file) => parse(file).name === name) ? (await scenarioNamed(name, root))?.scrub : undefined;
}

const overLimit = (limit: number): PatternbenchError =>
  new PatternbenchError('limit_exceeded', `${limit} requests went to the endpoint, as --max-calls permits`, {
    remedy: 'what was recorded is kept; start again with --mode auto and a higher --max-calls',
    facts: { limit: 'maxCalls', retryable: false },
  });
