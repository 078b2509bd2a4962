import { type Agent, defineAgent, resultOf, textOf } from '../contracts/agent.ts';
import { definePattern, type Team } from '../contracts/pattern.ts';
import { listOf, objectOf, system, textMember, user } from '../contracts/prompts.ts';
import type { Decision, RunContext, RunOptions } from '../contracts/run-context.ts';
import { PatternbenchError } from '../kernel/errors.ts';

export interface MapReduceSettings {
  /** The independent parts of the task. */
  readonly split: (task: string, ctx: RunContext) => Promise<readonly string[]>;
  readonly mapper: Agent;
  readonly reducer: Agent;
  /** Items at a time; all when absent. */
  readonly concurrency?: number;
  /** Items that must succeed. */
  readonly minSuccess: (items: number) => number;
  /** Characters of results that the reducer takes at once; more are reduced in groups first, as a tree. */
  readonly maxReduceCharacters: number;
  readonly run?: RunOptions;
}

interface Mapped {
  readonly label: string;
  readonly text: string;
}

/** The same agent on every item at the same time; what it found is reduced to one answer, in as many levels as the reducer needs. */
export function mapReduce(settings: MapReduceSettings): Agent {
  const { mapper, reducer, concurrency } = settings;
  return defineAgent('map-reduce', `Maps ${mapper.name} over items, reduces with ${reducer.name}.`, async (input, ctx) => {
    const task = textOf(input);
    const items = ctx.items ?? (await settings.split(task, ctx));
    const settled = await ctx.all(items, (item, _i, branch) => branch.run(mapper, item, { role: 'mapper', ...settings.run }), {
      name: 'items',
      ...(concurrency === undefined ? {} : { concurrency }),
    });
    const mapped = settled.flatMap((one, i): Mapped[] => (one.ok ? [{ label: `[Item ${i + 1}]`, text: one.value.output }] : []));
    const failures = settled.flatMap((one, i) => (one.ok ? [] : [`item ${i + 1}: ${one.error}`]));
    if (mapped.length < settings.minSuccess(items.length)) throw tooFew(mapped.length, items.length, failures);
    return resultOf(await reduce(settings, { task, mapped }, ctx), { data: { items: items.length, failures } });
  });
}

async function reduce(
  settings: MapReduceSettings,
  { task, mapped }: { task: string; mapped: readonly Mapped[] },
  ctx: RunContext,
): Promise<string> {
  const groups = groupsWithin(mapped, settings.maxReduceCharacters);
  const reduceOne = async (group: readonly Mapped[], own: RunContext) =>
    (
      await own.run(settings.reducer, `Task: ${task}\n\n${group.map(({ label, text }) => `${label}:\n${text}`).join('\n\n')}`, {
        role: 'reducer',
      })
    ).output;
  if (groups.length <= 1) return reduceOne(mapped, ctx);
  const settled = await ctx.all(
    groups,
    (group, _i, branch) => (group.length === 1 ? Promise.resolve(group[0]!.text) : reduceOne(group, branch)),
    { name: 'reduce', failFast: true },
  );
  const next = settled.map((one, i): Mapped => ({ label: `[Part ${i + 1}]`, text: one.ok ? one.value : '' }));
  return reduce(settings, { task, mapped: next }, ctx);
}

/** Neighbours in groups that fit; a group holds at least two, or the tree would never end. */
function groupsWithin(mapped: readonly Mapped[], limit: number): (readonly Mapped[])[] {
  const groups: Mapped[][] = [];
  let size = 0;
  for (const one of mapped) {
    const group = groups.at(-1);
    if (group && (group.length < 2 || size + one.text.length <= limit)) {
      group.push(one);
      size += one.text.length;
    } else {
      groups.push([one]);
      size = one.text.length;
    }
  }
  return groups;
}

const tooFew = (done: number, of: number, failures: readonly string[]) =>
  new PatternbenchError('all_branches_failed', `only ${done} of ${of} items could be done: ${failures.join('; ')}`);

const SPLIT =
  'Split the task into independent parts that can be worked on at the same time. Reply with JSON {"items": ["a part, with all the context it needs"]}.';

const splitting = ({ name, model }: Team['coordinator'], task: string): Decision<readonly string[]> => ({
  kind: 'plan',
  agent: name,
  model,
  json: true,
  messages: [system(SPLIT), user(task)],
  parse: (answer) => listOf(objectOf(answer, 'the answer')['items'], '"items"').map((item) => textMember(item, 'an item')),
});

const REDUCE =
  'You summarize what was found in each item into one complete answer to the task. Keep every fact exactly as it is stated, and leave out no item.';

export default definePattern({
  name: 'map-reduce',
  description: 'One agent works on every item at the same time; a reducer makes one answer of what it found.',
  whenToUse: 'A batch of independent items: documents, records, questions.',
  whenNot: 'Items depend on one another, or the task is no batch: the split is a guess, and nuance is lost in reducing.',
  calls: 'i + 1 + tool turns, i = items; + 1 to split where the sample declares none; more to reduce as a tree',
  onFailure: { agent: 'fail', coordinator: 'fail' },
  options: (z) =>
    z.strictObject({
      mapper: z.string().optional().describe('default: one agent that is the whole roster'),
      reducer: z.string().default('coordinator').describe('"coordinator" or an agent'),
      concurrency: z.int().min(1).optional().describe('items at a time; default: all'),
      minSuccess: z.number().min(0).max(1).default(1).describe('share of the items that must succeed'),
      maxReduceCharacters: z.int().min(1000).default(60_000).describe('results that the reducer takes at once'),
      timeoutMs: z.number().min(1).optional().describe('of one item'),
    }),
  context: () => 'task',
  build: (team, options) => {
    const { name, model } = team.coordinator;
    const reducer = () => team.llmAgent({ name, description: 'Reduces results.', instructions: REDUCE, model, tools: [] });
    return mapReduce({
      split: (task, ctx) => ctx.decide(splitting(team.coordinator, task)),
      mapper: options.mapper === undefined ? team.merged('mapper') : team.named(options.mapper),
      reducer: options.reducer === 'coordinator' ? reducer() : team.named(options.reducer),
      minSuccess: (items) => Math.ceil(items * options.minSuccess),
      maxReduceCharacters: options.maxReduceCharacters,
      ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
      ...(options.timeoutMs === undefined ? {} : { run: { timeoutMs: options.timeoutMs } }),
    });
  },
});
