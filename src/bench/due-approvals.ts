import { isObject, type JsonObject } from '../kernel/json.ts';
import { parseCondition } from '../schema/condition.ts';
import type { Scenario } from '../schema/scenario.ts';

/** The arguments of a tool call, where they are a JSON object. */
export function parsedArguments(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text.trim() || '{}');
    return isObject(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * From which tool calls on a scenario says that a person should be asked: a `when` among the settings of its findings, a condition on `args`
 * and `tool`. undefined where it says nothing. What the condition cannot tell counts as due, as it does where consent is asked for.
 */
export function dueApprovals({
  findings,
}: Pick<Scenario, 'findings'>): ((tool: string, args: JsonObject) => boolean) | undefined {
  const conditions = Object.values(findings ?? {}).flatMap((settings) => {
    const when = isObject(settings) ? settings['when'] : undefined;
    return typeof when === 'string' ? parseCondition(when) : [];
  });
  if (conditions.length === 0) return undefined;
  return (tool, args) => conditions.some((parsed) => !parsed.ok || parsed.condition({ tool, args }) !== false);
}
