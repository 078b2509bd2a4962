import type { ModelRequest, ToolCall } from '../contracts/model.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import { EVENT, type KnownAttributes } from '../telemetry/attribute-names.ts';
import type { SpanRecord } from '../telemetry/span.ts';
import type { Scope } from './scope.ts';
import type { TrialRuntime } from './trial-runtime.ts';

/** So often an agent may do the very same thing in a trial before somebody is told, unless limits.maxRepeats says otherwise. */
const ALERT_AT = 8;

export interface Repeats {
  /** By agent, tool and arguments. */
  readonly tools: Map<string, number>;
  /** In order; looked at only when there are so many that one of them may be a loop. */
  readonly requests: Asked[];
}

export interface Asked {
  readonly agent: string;
  readonly request: ModelRequest;
}

/** Kept on the trial itself: a weak map of trials costs each of them more than its calls do. */
const repeatsOf = (trial: TrialRuntime): Repeats => (trial.repeats ??= { tools: new Map(), requests: [] });

/**
 * Sees an agent that asks a model the very same thing again and again (same seed, so it can only hear the same again): an alert on the span
 * and to whoever watches; where limits.maxRepeats is set, `limit_exceeded` too. Retries of a failed call do not count.
 */
export function guardRequest(scope: Scope, span: SpanRecord, request: ModelRequest): void {
  const { requests } = repeatsOf(scope.trial);
  const asked: Asked = { agent: scope.agent, request };
  requests.push(asked);
  // A trial of few calls cannot go round in a loop: it pays for no comparison.
  if (requests.length < thresholdOf(scope)) return;
  const alike = requests.filter((other) => isLike(other, asked));
  if (alike.length < thresholdOf(scope)) return;
  const own = canonicalJson(request);
  const count = alike.filter((other) => canonicalJson(other.request) === own).length;
  repeated(scope, span, { count, what: `asks ${request.model} the very same thing` });
}

/** What is cheap to compare; whole messages are compared only where this is equal suspiciously often. */
const isLike = (a: Asked, b: Asked): boolean =>
  a.agent === b.agent &&
  a.request.model === b.request.model &&
  a.request.seed === b.request.seed &&
  a.request.messages.length === b.request.messages.length &&
  a.request.messages.at(-1)?.content === b.request.messages.at(-1)?.content;

/** The same for a tool that is called with the same arguments again and again. */
export function guardTool(scope: Scope, span: SpanRecord, call: ToolCall): void {
  const { tools } = repeatsOf(scope.trial);
  const { name, arguments: args } = call.function;
  const key = `${scope.agent}\n${name}\n${args}`;
  const count = (tools.get(key) ?? 0) + 1;
  tools.set(key, count);
  repeated(scope, span, { count, what: `calls ${name} with the same arguments` });
}

const thresholdOf = ({ trial }: Scope): number => trial.limits.maxRepeats ?? ALERT_AT;

interface Repeated {
  readonly count: number;
  readonly what: string;
}

function repeated(scope: Scope, span: SpanRecord, { count, what }: Repeated): void {
  // Told once; where it is no limit, the trial's other limits end it.
  if (count !== thresholdOf(scope)) return;
  const message = `a loop: ${scope.agent} ${what} for the ${count}th time`;
  const attributes: KnownAttributes = {
    'patternbench.alert.kind': 'loop',
    'patternbench.alert.repeats': count,
    'patternbench.problem': message,
    'gen_ai.agent.name': scope.agent,
  };
  span.events.push({ name: EVENT.alert, atUs: scope.trial.clock.nowUs(), attributes });
  scope.trial.onAlert?.(message);
  if (scope.trial.limits.maxRepeats === undefined) return;
  throw new PatternbenchError('limit_exceeded', message, {
    remedy: 'raise limits.maxRepeats in the scenario if this is meant, such as a tool that is polled',
    facts: { limit: 'maxRepeats' },
  });
}
