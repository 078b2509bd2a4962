import { type Agent, type AgentInput, defineAgent, textOf } from '../contracts/agent.ts';
import { definePattern } from '../contracts/pattern.ts';
import type { Decision } from '../contracts/run-context.ts';

export interface RouterSettings {
  readonly routes: readonly Agent[];
  /** Who takes what fits nobody. */
  readonly fallback: Agent;
  /** Who classifies, and on which model: a cheap one will do. */
  readonly classifier: { readonly name: string; readonly model: string };
  /** `json`: category, confidence and entities; `name`: the bare name of the category. */
  readonly mode: 'json' | 'name';
  /** Below this confidence the fallback takes it. */
  readonly minConfidence: number;
  /** Whether the specialist is told what the classifier found. */
  readonly passIntent: boolean;
}

export interface Intent {
  readonly category: string;
  readonly confidence: number;
  readonly entities: Readonly<Record<string, unknown>>;
}

interface Route extends Intent {
  readonly to: Agent;
  readonly fellBack: boolean;
}

/** One classification, one specialist, nothing after: thin and stateless. */
export function router(settings: RouterSettings): Agent {
  return defineAgent(
    'router',
    `Routes each request to one of ${settings.routes.map((agent) => agent.name).join(', ')}.`,
    async (input, ctx) => {
      const route = await ctx.decide(classification(settings, input));
      const result = await ctx.run(route.to, settings.passIntent ? withIntent(input, route) : input, { role: 'specialist' });
      const { category, confidence, entities, fellBack } = route;
      return { ...result, data: { category, confidence, entities, fellBack, routed: [route.to.name] } };
    },
  );
}

function classification(settings: RouterSettings, input: AgentInput): Decision<Route> {
  const { routes, mode, classifier } = settings;
  const roster = routes.map((agent) => `- ${agent.name}: ${agent.description.slice(0, 100)}`).join('\n');
  return {
    kind: 'route',
    agent: classifier.name,
    model: classifier.model,
    temperature: 0,
    json: mode === 'json',
    messages: [
      { role: 'system', content: `Classify the user's request into one of these categories. ${ANSWER_FORM[mode]}\n\n${roster}` },
      { role: 'user', content: textOf(input) },
    ],
    parse: (answer) =>
      pick(settings, mode === 'json' ? intentOf(answer) : { category: String(answer), confidence: 1, entities: {} }),
    // Asking a classifier again costs as much as the fallback route and rarely helps.
    repairs: 0,
    fallback: () => pick(settings, { category: '', confidence: 0, entities: {} }),
    describe: ({ to, fellBack, category, confidence }) => ({
      'patternbench.route.choice': to.name,
      'patternbench.route.candidates': routes.map((agent) => agent.name),
      'patternbench.route.category': category,
      'patternbench.route.confidence': confidence,
      'patternbench.route.fell_back': fellBack,
    }),
  };
}

const ANSWER_FORM = {
  name: 'Reply with ONLY the category name.',
  json: 'Reply with JSON {"category": "name", "confidence": 0.0, "entities": {}}.',
} as const;

function intentOf(answer: unknown): Intent {
  const { category, confidence, entities } = answer as { category?: unknown; confidence?: unknown; entities?: unknown };
  if (typeof category !== 'string') throw new Error('"category" must be the name of one category');
  return {
    category,
    confidence: typeof confidence === 'number' ? confidence : 1,
    entities: typeof entities === 'object' && entities !== null ? (entities as Record<string, unknown>) : {},
  };
}

function pick(settings: RouterSettings, intent: Intent): Route {
  const wanted = intent.category.trim().toLowerCase();
  const found =
    intent.confidence < settings.minConfidence ? undefined : settings.routes.find((agent) => agent.name.toLowerCase() === wanted);
  return { ...intent, to: found ?? settings.fallback, fellBack: found === undefined };
}

const withIntent = (input: AgentInput, { category, confidence, entities }: Intent): string =>
  `${textOf(input)}\n\nRouting: ${JSON.stringify({ category, confidence, entities })}`;

export default definePattern({
  name: 'router',
  description: 'A cheap classifier picks one specialist, who does the whole job.',
  whenToUse: 'Requests fall into kinds, and one specialist can finish each kind alone.',
  whenNot: 'Requests span several kinds, or a wrong turn at the start is costly: routing errors cascade.',
  calls: '2 + tool turns',
  options: (z) =>
    z.strictObject({
      routes: z.array(z.string()).min(2).optional().describe('default: the whole roster'),
      default: z.string().optional().describe('who takes what fits nobody; default: the first route'),
      mode: z.enum(['json', 'name']).default('json'),
      minConfidence: z.number().min(0).max(1).default(0),
      passIntent: z.boolean().optional().describe('tell the specialist what was found; default: in json mode'),
      model: z.string().optional().describe("default: the coordinator's routerModel"),
    }),
  notApplicable: (team) => (team.agents.length < 2 ? 'there is only one agent to route to' : undefined),
  build: (team, options) => {
    const routes = options.routes ? options.routes.map(team.named) : team.agents;
    return router({
      routes,
      fallback: options.default === undefined ? routes[0]! : team.named(options.default),
      classifier: { name: team.coordinator.name, model: options.model ?? team.coordinator.routerModel },
      mode: options.mode,
      minConfidence: options.minConfidence,
      passIntent: options.passIntent ?? options.mode === 'json',
    });
  },
});
