import { type Agent, type AgentInput, type AgentResult, defineAgent, resultOf, textOf } from '../contracts/agent.ts';
import { asTool } from '../contracts/as-tool.ts';
import { type BranchResult, combination, COMBINE } from '../contracts/combine.ts';
import { definePattern, type Team } from '../contracts/pattern.ts';
import type { RunContext, RunOptions } from '../contracts/run-context.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import { classification, type Classifying, type Intent, type Route } from './router/classification.ts';

export interface RouterSettings extends Omit<Classifying, 'multi'> {
  /** Whether the specialist is told what the classifier found. */
  readonly passIntent: boolean;
  /** Specialists that may work on one request; above 1 they work at the same time, and `reducer` makes one answer. */
  readonly multi?: number;
  readonly reducer?: Agent;
  /** Looked at in order before anybody is asked: the first whose expression is found in the request decides, without a model call. */
  readonly rules?: readonly { readonly when: RegExp; readonly to: Agent }[];
  /** Whether the fallback takes over when a specialist has failed. */
  readonly rescue?: boolean;
}

/** One classification, then the specialists (most often one), nothing after: thin and stateless. */
export function router(settings: RouterSettings): Agent {
  const { routes, reducer } = settings;
  const multi = reducer ? (settings.multi ?? 1) : 1;
  return defineAgent(
    'router',
    `Routes each request among ${routes.map((agent) => agent.name).join(', ')}.`,
    async (input, ctx) => {
      const route = ruled(settings, input, ctx) ?? (await ctx.decide(classification({ ...settings, multi }, input)));
      const given = settings.passIntent ? withIntent(input, route) : input;
      const result =
        route.to.length === 1
          ? await ctx.run(route.to[0]!, given, optionsOf(settings))
          : await several(settings, { route, input, given }, ctx);
      const { categories, confidence, entities, fellBack, to } = route;
      return {
        ...result,
        data: { category: categories[0] ?? '', categories, confidence, entities, fellBack, routed: to.map(({ name }) => name) },
      };
    },
  );
}

const optionsOf = ({ rescue, fallback }: RouterSettings): RunOptions => ({
  role: 'specialist',
  fallback: rescue ? [fallback] : [],
});

/** The route that a rule decides; it stands in the trace like one that a model decided. */
function ruled({ rules = [], routes }: RouterSettings, input: AgentInput, ctx: RunContext): Route | undefined {
  const rule = rules.find(({ when }) => when.test(textOf(input)));
  if (!rule) return undefined;
  const { to } = rule;
  ctx.annotate({ 'patternbench.route.choice': to.name, 'patternbench.route.candidates': routes.map((agent) => agent.name) });
  return { categories: [to.name], confidence: 1, entities: {}, to: [to], fellBack: false };
}

interface Routed {
  readonly route: Route;
  readonly input: AgentInput;
  readonly given: AgentInput;
}

async function several(settings: RouterSettings, { route, input, given }: Routed, ctx: RunContext): Promise<AgentResult> {
  const settled = await ctx.all(route.to, (agent, _i, branch) => branch.run(agent, given, optionsOf(settings)), {
    name: 'routes',
  });
  const successes = settled.flatMap((one, i): BranchResult[] =>
    one.ok ? [{ agent: route.to[i]!.name, result: one.value.output }] : [],
  );
  const failures = settled.flatMap((one, i) => (one.ok ? [] : [{ agent: route.to[i]!.name, error: one.error }]));
  if (successes.length === 0)
    throw new PatternbenchError('all_branches_failed', failures.map(({ agent, error }) => `${agent}: ${error}`).join('; '));
  if (successes.length === 1) return resultOf(successes[0]!.result);
  return ctx.run(settings.reducer!, combination(input, successes, failures), { role: 'reducer' });
}

const withIntent = (input: AgentInput, { categories, confidence, entities }: Intent): string =>
  `${textOf(input)}\n\nRouting: ${JSON.stringify({ category: categories.join(', '), confidence, entities })}`;

/** Specialists as tools of the one who routes: it scales without a longer prompt, and the router answers. */
function withTools(team: Team, routes: readonly Agent[], model: string): Agent {
  const tools = routes.map(asTool);
  const coordinator = team.llmAgent({
    name: team.coordinator.name,
    description: 'Routes.',
    instructions: ROUTE_BY_TOOL,
    model,
    tools,
  });
  return defineAgent('router', 'Specialists as tools of a router.', (input, ctx) =>
    ctx.run(coordinator, input, { role: 'router' }),
  );
}

const ROUTE_BY_TOOL =
  'You route requests. Your tools are specialists: call those whose field it is, with all the context they need, then answer from what they say.';

function isExpression(text: string): boolean {
  try {
    return new RegExp(text, 'iu') instanceof RegExp;
  } catch {
    return false;
  }
}

export default definePattern({
  name: 'router',
  description: 'A cheap classifier picks one specialist, who does the whole job.',
  whenToUse: 'Requests fall into kinds, and one specialist can finish each kind alone.',
  whenNot: 'Requests span several kinds, or a wrong turn at the start is costly: routing errors cascade.',
  calls: '2 + tool turns; m + 2 with several routes (m)',
  onFailure: { agent: 'fail', coordinator: 'fail' },
  options: (z) =>
    z.strictObject({
      routes: z.array(z.string()).min(2).optional().describe('default: the whole roster'),
      default: z.string().optional().describe('who takes what fits nobody; default: the first route'),
      mode: z
        .enum(['json', 'name', 'tools'])
        .default('json')
        .describe('how it answers; tools: specialists as tools of the router'),
      multi: z.int().min(1).max(20).default(1).describe('specialists that may work on one request'),
      minConfidence: z.number().min(0).max(1).default(0).describe('below it the default route takes the request'),
      rules: z
        .array(z.strictObject({ when: z.string().refine(isExpression, 'must be a regular expression'), to: z.string() }))
        .default([])
        .describe('regular expressions that decide before any model is asked, the first that matches'),
      rescue: z.boolean().default(false).describe('whether the default route takes over when a specialist fails'),
      passIntent: z.boolean().optional().describe('tell the specialist what was found; default: in json mode'),
      model: z.string().optional().describe("default: the coordinator's routerModel"),
    }),
  context: () => 'task',
  notApplicable: (team) => (team.agents.length < 2 ? 'there is only one agent to route to' : undefined),
  build: (team, options) => {
    const routes = options.routes ? options.routes.map(team.named) : team.agents;
    const model = options.model ?? team.coordinator.routerModel;
    if (options.mode === 'tools') return withTools(team, routes, model);
    const { name } = team.coordinator;
    return router({
      routes,
      fallback: options.default === undefined ? routes[0]! : team.named(options.default),
      classifier: { name, model },
      mode: options.mode,
      minConfidence: options.minConfidence,
      passIntent: options.passIntent ?? options.mode === 'json',
      multi: options.multi,
      rules: options.rules.map(({ when, to }) => ({ when: new RegExp(when, 'iu'), to: team.named(to) })),
      rescue: options.rescue,
      reducer: team.llmAgent({
        name,
        description: 'Combines answers.',
        instructions: COMBINE,
        model: team.coordinator.model,
        tools: [],
      }),
    });
  },
});
