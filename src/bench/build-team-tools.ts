import type { Tool, ToolContext } from '../contracts/tool.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import { isObject, type Json, type JsonObject } from '../kernel/json.ts';
import { parseCondition } from '../schema/condition.ts';
import { compileJsonSchema } from '../schema/json-schema.ts';
import type { Scenario, ToolFile } from '../schema/scenario.ts';
import { exportOf } from './export-of.ts';

type Execute = (args: JsonObject, ctx: ToolContext) => Promise<Json> | Json;
type CannedResults = Extract<ToolFile, { returns: unknown }>['returns'];

/**
 * The tools of a scenario, ready to be executed. Handlers (`file.ts#export`, called with arguments and context) are imported from inside
 * `folder` only. Every execution validates its arguments first; an argument that breaks `parameters`, a canned error and a missing
 * canned result throw `tool_error`. Throws `invalid_scenario` for a handler that cannot be used.
 */
export async function toolsOf(scenario: Pick<Scenario, 'tools' | 'file'>, folder: string): Promise<Map<string, Tool>> {
  const tools = new Map<string, Tool>();
  for (const [name, declared] of Object.entries(scenario.tools)) {
    const place = { file: scenario.file, path: `tools.${name}` };
    const execute = 'returns' in declared ? canned(name, declared.returns) : await handlerOf(declared.handler, folder, place);
    const parameters = declared.parameters as JsonObject;
    tools.set(name, {
      name,
      description: declared.description,
      parameters,
      effect: declared.effect,
      latencyMs: declared.latencyMs,
      canned: 'returns' in declared,
      ...(declared.idempotent === undefined ? {} : { idempotent: declared.idempotent }),
      ...(declared.onUnknown === undefined ? {} : { onUnknown: declared.onUnknown }),
      ...(declared.approve === undefined || declared.approve === false ? {} : { needsApproval: approvalRule(declared.approve) }),
      execute: checked(name, parameters, execute),
    });
  }
  return tools;
}

/** What the condition cannot tell (an amount that is missing, or no number) needs consent. */
function approvalRule(rule: true | string): (args: JsonObject) => boolean {
  if (rule === true) return () => true;
  const parsed = parseCondition(rule);
  return (args) => !parsed.ok || parsed.condition({ args }) !== false;
}

function checked(name: string, parameters: JsonObject, execute: Execute): Execute {
  const check = compileJsonSchema(parameters);
  return (args, ctx) => {
    const result = check(args);
    if (!result.ok) throw new PatternbenchError('tool_error', `invalid arguments for ${name}: ${result.problem}`);
    if (!isObject(result.value)) throw new PatternbenchError('tool_error', `the arguments of ${name} must be an object`);
    return execute(result.value, ctx);
  };
}

/** The first entry wins whose `when` members all equal the arguments of those names; `{}` matches everything. */
function canned(name: string, entries: CannedResults): Execute {
  const prepared = entries.map((entry) => ({
    ...entry,
    when: Object.entries(entry.when).map(([key, value]) => [key, canonicalJson(value)] as const),
  }));
  return (args) => {
    const matches = ([key, value]: readonly [string, string]) => Object.hasOwn(args, key) && canonicalJson(args[key]) === value;
    const entry = prepared.find(({ when }) => when.every(matches));
    if (!entry) {
      throw new PatternbenchError('tool_error', `no canned result for ${name}(${canonicalJson(args)})`, {
        remedy: `Add an entry to \`tools.${name}.returns\` whose \`when\` equals these arguments, or one without \`when\` as a default.`,
      });
    }
    if (entry.error !== undefined) throw new PatternbenchError('tool_error', entry.error);
    return entry.value ?? null;
  };
}

async function handlerOf(
  reference: string,
  folder: string,
  place: { readonly file: string; readonly path: string },
): Promise<Execute> {
  const refuse = (problem: string, cause?: unknown): never => {
    throw new PatternbenchError('invalid_scenario', `handler ${reference}: ${problem}`, {
      place: { ...place, path: `${place.path}.handler` },
      remedy: 'Name a function that a file in the folder of the scenario exports, as file.ts#export.',
      ...(cause === undefined ? {} : { cause }),
    });
  };
  const found = await exportOf(reference, folder);
  if (!found.ok) return refuse(found.problem, found.cause);
  const handler = found.value;
  if (typeof handler !== 'function') return refuse(`the file exports no function "${reference.split('#')[1]}"`);
  return async (args, ctx) => (await (handler as Execute)(args, ctx)) ?? null;
}
