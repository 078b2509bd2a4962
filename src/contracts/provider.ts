import type { Scenario } from '../schema/scenario.ts';
import type { Provenance, Timing } from './model.ts';

/** An OpenAI-compatible endpoint, ready to be called. Disposing it stops what was started for it. */
export interface Endpoint extends AsyncDisposable {
  readonly baseURL: string;
  readonly apiKey: string;
  readonly provenance: Provenance;
  /** `modelled`: answers come at once and state their latency in the header `openai-processing-ms`. */
  readonly timing: Timing;
  /** The recording set that its traffic belongs to when the user names none (`fixtures/<scenario>/<profile>.jsonl`). */
  readonly profile: string;
  /** Whether calls cost money: then they are counted, capped and asked for. */
  readonly billed: boolean;
}

export interface ProviderRequest {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly scenario: Scenario;
}

/** Where model traffic comes from, as a part: a file in `providers/` whose default export this is. */
export interface Provider {
  readonly name: string;
  readonly description: string;
  /** Throws `usage` when something that it needs (a key, a simulation block) is missing. */
  readonly open: (request: ProviderRequest) => Promise<Endpoint>;
}

export const defineProvider = (provider: Provider): Provider => provider;
