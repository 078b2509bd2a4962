import { type Agent, type AgentInput, textOf } from '../../contracts/agent.ts';
import { type Speaker, system, user } from '../../contracts/prompts.ts';
import type { Decision } from '../../contracts/run-context.ts';

export interface Classifying {
  readonly routes: readonly Agent[];
  /** Who takes what fits nobody. */
  readonly fallback: Agent;
  /** Who classifies, and on which model: a cheap one will do. */
  readonly classifier: Speaker;
  /** `json`: category, confidence and entities; `name`: the bare name of the category. */
  readonly mode: 'json' | 'name';
  /** Below this confidence the fallback takes it. */
  readonly minConfidence: number;
  /** Categories that one request may belong to. */
  readonly multi: number;
}

export interface Intent {
  readonly categories: readonly string[];
  readonly confidence: number;
  readonly entities: Readonly<Record<string, unknown>>;
}

export interface Route extends Intent {
  readonly to: readonly Agent[];
  readonly fellBack: boolean;
}

/** Asks which of the routes the request belongs to, on a cheap model at temperature 0. What fits nobody, or nobody surely, is the fallback's. */
export function classification(settings: Classifying, input: AgentInput): Decision<Route> {
  const { routes, mode, classifier, multi } = settings;
  const roster = routes.map((agent) => `- ${agent.name}: ${agent.description.slice(0, 100)}`).join('\n');
  const form = multi > 1 ? SEVERAL : ANSWER_FORM[mode];
  const isJson = multi > 1 || mode === 'json';
  return {
    kind: 'route',
    agent: classifier.name,
    model: classifier.model,
    temperature: 0,
    json: isJson,
    messages: [
      system(
        `Classify the user's request into ${multi > 1 ? 'all that apply' : 'one'} of these categories. ${form}\n\n${roster}`,
      ),
      user(textOf(input)),
    ],
    parse: (answer) => pick(settings, isJson ? intentOf(answer) : { categories: [String(answer)], confidence: 1, entities: {} }),
    // Asking a classifier again costs as much as the fallback route and rarely helps.
    repairs: 0,
    fallback: () => pick(settings, { categories: [], confidence: 0, entities: {} }),
    describe: ({ to, fellBack, categories, confidence }) => ({
      'patternbench.route.choice': to.length === 1 ? to[0]!.name : to.map(({ name }) => name),
      'patternbench.route.candidates': routes.map((agent) => agent.name),
      'patternbench.route.category': categories.join(', '),
      'patternbench.route.confidence': confidence,
      'patternbench.route.fell_back': fellBack,
    }),
  };
}

const ANSWER_FORM = {
  name: 'Reply with ONLY the category name.',
  json: 'Reply with JSON {"category": "name", "confidence": 0.0, "entities": {}}.',
} as const;

const SEVERAL = 'Reply with JSON {"categories": ["name"], "confidence": 0.0, "entities": {}}.';

function intentOf(answer: unknown): Intent {
  const { category, categories, confidence, entities } = answer as Readonly<Record<string, unknown>>;
  const named = Array.isArray(categories) ? categories : [category];
  if (!named.every((name) => typeof name === 'string')) throw new Error('"category" must be the name of one category');
  return {
    categories: named,
    confidence: typeof confidence === 'number' ? confidence : 1,
    entities: typeof entities === 'object' && entities !== null ? (entities as Record<string, unknown>) : {},
  };
}

function pick(settings: Classifying, intent: Intent): Route {
  const { routes, fallback, minConfidence, multi } = settings;
  const found =
    intent.confidence < minConfidence
      ? []
      : intent.categories.flatMap((category) => routes.find((agent) => isNamed(agent, category)) ?? []);
  const to = [...new Set(found)].slice(0, multi);
  return { ...intent, to: to.length > 0 ? to : [fallback], fellBack: to.length === 0 };
}

const isNamed = (agent: Agent, category: string): boolean => agent.name.toLowerCase() === category.trim().toLowerCase();
