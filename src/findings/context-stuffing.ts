import { GEN_AI, OWN } from '../telemetry/attribute-names.ts';
import type { SpanRecord } from '../telemetry/span.ts';
import { defineDetector, type Sighting } from './seen/detector.ts';
import { inputTokensOf, numberOf, percent, type TrialView } from './seen/trial-view.ts';

interface Settings {
  readonly windowShare: number;
  readonly resendShare: number;
  readonly minResentTokens: number;
  readonly growth: number;
  readonly minCalls: number;
  readonly minPromptTokens: number;
  readonly windows: Readonly<Record<string, number>>;
}

export default defineDetector({
  name: 'context-stuffing',
  description:
    'Agents are sent far more than they need: a nearly full window, what others were sent before, or ever more history.',
  severity: 'warning',
  advice:
    'give each agent only the context that it needs: structured memory (over MCP) and retrieval instead of the whole history on every turn; in a scenario, a smaller `context` of the pattern',
  mast: 'FM-1.4',
  settings: (z) =>
    z.strictObject({
      windowShare: z.number().min(0).max(1).default(0.8).describe("share of the model's window, above which a prompt stuffs it"),
      resendShare: z.number().min(0).max(1).default(0.6).describe('share of what an agent is sent that another was sent before'),
      minResentTokens: z.int().min(0).default(1000).describe('tokens sent again, below which that does not matter'),
      growth: z
        .number()
        .min(1)
        .default(1.5)
        .describe('exponent by which all tokens sent grow with the calls: 1 = constant prompts, 2 = all history each time'),
      minCalls: z.int().min(3).default(6).describe('calls of one run of an agent, from which growth is judged'),
      minPromptTokens: z.int().min(0).default(2000).describe('of its last prompt, below which growth does not matter'),
      windows: z.record(z.string(), z.int().min(1)).default({}).describe('tokens by model, over the built-in table'),
    }),
  detect: (view, settings) => [...fullWindows(view, settings), ...resent(view, settings), ...growing(view, settings)],
});

function fullWindows(view: TrialView, { windowShare, windows }: Settings): Sighting[] {
  const full = view.calls.flatMap((span) => {
    const model = String(span.attributes[GEN_AI.responseModel] ?? span.attributes[GEN_AI.requestModel] ?? '');
    const window = windows[model] ?? view.windowOf(model);
    const share = window === null ? 0 : inputTokensOf(span) / window;
    return share > windowShare ? [{ span, share, model, window }] : [];
  });
  return [...Map.groupBy(full, ({ span }) => view.agentOf(span))].map(([agent, own]) => {
    const worst = own.reduce((most, one) => (one.share > most.share ? one : most));
    const why = `a prompt of ${agent} fills ${percent(worst.share)} of the ${worst.window} tokens of ${worst.model}`;
    return { agent, spans: own.map(({ span }) => span), why };
  });
}

function resent(view: TrialView, { resendShare, minResentTokens }: Settings): Sighting[] {
  return [...view.byAgent(view.calls)].flatMap(([agent, own]) => {
    const parts = own.map((span) => ({ span, share: resentShare(span) }));
    const sent = own.reduce((sum, span) => sum + inputTokensOf(span), 0);
    const again = Math.round(parts.reduce((sum, { span, share }) => sum + share * inputTokensOf(span), 0));
    if (again < minResentTokens || again <= resendShare * sent) return [];
    const spans = parts.filter(({ share }) => share > 0).map(({ span }) => span);
    const why = `${percent(again / sent)} of the ${sent} tokens that ${agent} was sent had been sent to other agents before`;
    return [{ agent, spans, why, wastedTokens: again }];
  });
}

const resentShare = ({ attributes }: SpanRecord): number => {
  const characters = numberOf(attributes[OWN.promptCharacters]) ?? 0;
  return characters === 0 ? 0 : (numberOf(attributes[OWN.promptResent]) ?? 0) / characters;
};

function growing(view: TrialView, { growth, minCalls, minPromptTokens }: Settings): Sighting[] {
  return [...Map.groupBy(view.calls, (span) => view.runOf(span))].flatMap(([run, own]) => {
    const told = own.filter((span) => inputTokensOf(span) > 0);
    if (run === view.tree.root || told.length < minCalls || inputTokensOf(told.at(-1)!) < minPromptTokens) return [];
    const exponent = growthExponent(told.map(inputTokensOf));
    if (exponent <= growth) return [];
    const [first, last] = [inputTokensOf(told[0]!), inputTokensOf(told.at(-1)!)];
    const agent = view.agentOf(run);
    const why = `over ${told.length} calls the prompts of ${agent} grow from ${first} to ${last} tokens: all that it is sent grows with the power ${exponent.toFixed(2)} of its calls`;
    return [{ agent, spans: told, why, wastedTokens: told.reduce((sum, span) => sum + inputTokensOf(span) - first, 0) }];
  });
}

/** The slope of a line through (log n, log of all tokens of the first n calls), by least squares. */
function growthExponent(tokens: readonly number[]): number {
  let all = 0;
  const points = tokens.map((own, i) => [Math.log(i + 1), Math.log((all += own))] as const);
  const mean = (of: 0 | 1) => points.reduce((sum, point) => sum + point[of], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const over = points.reduce((sum, [px, py]) => sum + (px - x) * (py - y), 0);
  return over / points.reduce((sum, [px]) => sum + (px - x) ** 2, 0);
}
