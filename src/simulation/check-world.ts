import { PatternbenchError } from '../kernel/errors.ts';
import type { Scenario } from '../schema/scenario.ts';
import type { SimulationBlock } from '../schema/simulation.ts';
import { stands } from './marks.ts';
import type { Fact, Task, World } from './world.ts';

type Fail = (path: string, message: string, remedy?: string) => never;

/**
 * Refuses a world in which knowledge could leak (a mark that stands in a prompt or an input), in which two facts could not be told apart,
 * or whose names point nowhere. Throws `invalid_scenario` with the path of the first fault.
 */
export function checkWorld(world: World, scenario: Scenario, block: SimulationBlock): void {
  const fail: Fail = (path, message, remedy) => {
    throw new PatternbenchError('invalid_scenario', message, {
      place: { file: scenario.file, path: `simulation.${path}` },
      ...(remedy !== undefined && { remedy }),
    });
  };
  checkNames({ world, scenario, block, fail });
  const prompts = promptsOf(scenario, block);
  for (const task of world.tasks) {
    checkTask(task, world, fail);
    for (const [i, fact] of contentOf(task).entries()) {
      const path = `samples.${task.id}.facts[${i}]`;
      checkReferences(fact, { task, world, scenario, path, fail });
      checkMarks(fact, { task, prompts, path, fail });
    }
  }
}

/** The facts that the file declares: the category's is made from `category`. */
const contentOf = (task: Task): Fact[] => task.facts.filter((fact) => fact.kind !== 'category');

interface NameCheck {
  readonly world: World;
  readonly scenario: Scenario;
  readonly block: SimulationBlock;
  readonly fail: Fail;
}

function checkNames({ world, scenario, block, fail }: NameCheck): void {
  const agents = new Set(scenario.agents.map((agent) => agent.name));
  for (const [agent, skills] of Object.entries(block.skills)) {
    if (!agents.has(agent)) fail(`skills.${agent}`, `there is no agent "${agent}"; agents: ${[...agents].join(', ')}`);
    for (const [i, skill] of skills.entries()) checkDomain(world, skill, (message) => fail(`skills.${agent}[${i}]`, message));
  }
  const samples = new Set(scenario.samples.map((sample) => sample.id));
  for (const id of Object.keys(block.samples)) {
    if (!samples.has(id)) fail(`samples.${id}`, `there is no sample "${id}" in this scenario`);
  }
  for (const id of samples) {
    if (!block.samples[id])
      fail(`samples.${id}`, `sample "${id}" has no facts, so the simulated model would refuse it`, 'declare what it may know');
  }
}

function checkDomain(world: World, name: string, fail: (message: string) => never): void {
  if (world.domains.some((domain) => domain.name === name)) return;
  fail(`there is no domain "${name}"; domains: ${world.domains.map((domain) => domain.name).join(', ')}`);
}

function checkTask(task: Task, world: World, fail: Fail): void {
  const path = `samples.${task.id}`;
  if (!task.input.includes(task.subject))
    fail(`${path}.subject`, `"${task.subject}" does not stand in the input of sample "${task.id}"`);
  for (const [i, item] of task.items.entries()) {
    if (!item.includes(task.subject))
      fail(
        `${path}.subject`,
        `"${task.subject}" does not stand in items[${i}] of sample "${task.id}"`,
        'a part of a batch is given to somebody who sees nothing else: begin each with the subject',
      );
  }
  for (const other of world.tasks) {
    if (other !== task && stands(other.input, task.subject)) {
      fail(
        `${path}.subject`,
        `"${task.subject}" also stands in the input of sample "${other.id}", so the two cannot be told apart`,
      );
    }
  }
  for (const key of ['category', 'confusable'] as const) {
    const name = task[key];
    if (name !== undefined) checkDomain(world, name, (message) => fail(`${path}.${key}`, message));
  }
  if (task.category !== undefined && task.category === task.confusable) {
    fail(`${path}.confusable`, 'must differ from the category');
  }
}

interface ReferenceCheck {
  readonly task: Task;
  readonly world: World;
  readonly scenario: Scenario;
  readonly path: string;
  readonly fail: Fail;
}

function checkReferences(fact: Fact, { task, world, scenario, path, fail }: ReferenceCheck): void {
  checkDomain(world, fact.domain, (message) => fail(`${path}.domain`, message));
  const before = new Set<string>();
  for (const other of task.facts) {
    if (other === fact) break;
    before.add(other.id);
  }
  if (before.has(fact.id)) fail(`${path}.id`, `there are two facts "${fact.id}" in this sample`);
  for (const [i, id] of fact.needs.entries()) {
    if (!before.has(id))
      fail(`${path}.needs[${i}]`, `no fact "${id}" stands before this one`, 'list premises before what follows from them');
  }
  if (fact.given) checkGiven(fact, { task, path, fail });
  for (const key of ['tool', 'instead'] as const) {
    const name = fact[key];
    if (name !== undefined && !scenario.tools[name])
      fail(`${path}.${key}`, `there is no tool "${name}"; tools: ${[...world.tools].join(', ')}`);
  }
  if (fact.tool === undefined) {
    if (fact.instead !== undefined) fail(`${path}.instead`, 'only what a tool yields can be had from another one');
    return;
  }
  const isYielded = [fact.tool, fact.instead].some((name) => {
    const tool = name === undefined ? undefined : scenario.tools[name]!;
    if (!tool) return false;
    return !('returns' in tool) || tool.returns.some((entry) => stands(JSON.stringify(entry.value ?? null), fact.right.mark));
  });
  if (!isYielded)
    fail(`${path}.text`, `no result of tool "${fact.tool}" holds "${fact.right.mark}", so nobody could ever state it`);
}

/** What is given stands in the task and nowhere else, and its wrong value does not: it could not be told from what was read. */
function checkGiven(fact: Fact, { task, path, fail }: Pick<ReferenceCheck, 'task' | 'path' | 'fail'>): void {
  if (fact.tool !== undefined || fact.needs.length > 0 || fact.kind === 'noise')
    fail(`${path}.given`, 'what stands in the task needs neither a tool nor other facts, and is no decoy');
  const { mark } = fact.right;
  if (!stands(task.input, mark))
    fail(`${path}.text`, `"${mark}" is given, but does not stand in the input of sample "${task.id}"`);
  if (task.items.length > 0 && !task.items.some((item) => stands(item, mark)))
    fail(`${path}.text`, `"${mark}" is given, but does not stand in any of the items of sample "${task.id}"`);
  const { wrong } = fact;
  if (wrong && [task.input, ...task.items].some((part) => stands(part, wrong.mark)))
    fail(`${path}.wrong`, `the wrong value "${wrong.mark}" also stands in the task, so it would be no mistake`);
}

interface MarkCheck {
  readonly task: Task;
  readonly prompts: readonly Prompt[];
  readonly path: string;
  readonly fail: Fail;
}

function checkMarks(fact: Fact, { task, prompts, path, fail }: MarkCheck): void {
  for (const [property, statement] of [['text', fact.right] as const, ['wrong', fact.wrong] as const]) {
    if (!statement) continue;
    const at = `${path}.${property}`;
    if (/["\\\n]/.test(statement.mark))
      fail(at, 'a mark must hold no quotation mark, backslash or line feed: JSON would hide it');
    if (property === 'wrong' && (stands(fact.right.text, statement.mark) || stands(statement.text, fact.right.mark))) {
      fail(at, 'the wrong value cannot be told from the right one');
    }
    for (const other of task.facts) {
      if (other === fact) continue;
      for (const { text } of [other.right, ...(other.wrong ? [other.wrong] : [])]) {
        if (stands(text, statement.mark))
          fail(at, `the mark "${statement.mark}" also stands in fact "${other.id}" of this sample`);
      }
    }
    const prompt = prompts.find((one) => isRead(one, fact, task) && stands(one.text, statement.mark));
    if (prompt) fail(at, `the mark "${statement.mark}" also stands in ${prompt.name}, which would give it away`);
  }
}

interface Prompt {
  readonly name: string;
  readonly text: string;
  /** The sample whose task it is part of, if any. */
  readonly task?: string;
}

/** Whether a mark in that text would be a leak: what is given stands in its task, and a task full of data speaks for no other one. */
function isRead(prompt: Prompt, fact: Fact, task: Task): boolean {
  if (prompt.task === undefined) return true;
  return prompt.task === task.id ? !fact.given : !task.facts.some((one) => one.given);
}

/** Every text that a request may hold without anybody having done any work. */
const promptsOf = (scenario: Scenario, block: SimulationBlock): Prompt[] => [
  ...scenario.samples.flatMap(({ id, input, items = [], turns = [] }) => [
    { name: `the input of sample "${id}"`, text: input, task: id },
    ...items.map((text, i) => ({ name: `items[${i}] of sample "${id}"`, text, task: id })),
    ...turns.map((text, i) => ({ name: `turns[${i}] of sample "${id}"`, text })),
  ]),
  ...scenario.agents.flatMap(({ name, instructions, description }) => [
    { name: `the instructions of agent "${name}"`, text: instructions },
    { name: `the description of agent "${name}"`, text: description },
  ]),
  ...Object.entries(scenario.tools).map(([name, { description, parameters }]) => ({
    name: `tool "${name}"`,
    text: `${description}\n${JSON.stringify(parameters)}`,
  })),
  ...Object.entries(block.domains).map(([name, { label }]) => ({ name: `the label of domain "${name}"`, text: label })),
];
