import { type ToldCall, type ToldTrial, trialName } from '../../bench/read-trial.ts';
import { safeText } from '../../kernel/terminal-text.ts';
import { GEN_AI, OWN } from '../../telemetry/attribute-names.ts';
import type { SpanRecord } from '../../telemetry/span.ts';
import { wrapped } from './wrap.ts';

interface Form {
  readonly width: number;
  /** Whole messages instead of their first lines. */
  readonly full: boolean;
}

/** Lines of a message that are shown without `--full`. */
const LINES = 6;

/** One trial as a person reads it: verdict and why first, then what happened, then where the time went. */
export function tellTrial({ record, spans, calls }: ToldTrial, form: Form): string {
  const seconds = (record.latencyMs / 1000).toFixed(2);
  const cost = record.costUsd === null ? 'unpriced' : `$${record.costUsd.toFixed(4)}`;
  const tokens = record.inputTokens + record.outputTokens;
  const head = [
    `${trialName(record)}   ${verdict(record)}   ${Object.keys(record.provenance).join(', ')}`,
    `${seconds} s   ${record.llmCalls} model calls   ${record.toolCalls} tool calls   ${tokens} tokens   ${cost}   stop: ${record.stop}`,
    ...judgesOf(record),
    '',
    'Scores',
    ...Object.entries(record.scores).map(
      ([name, score]) => `${name}  ${score === null ? 'unscored' : score.toFixed(2)}  ${record.why[name] ?? ''}`,
    ),
  ];
  const path = record.criticalPath.map(({ agent, kind, ms }) => `${agent} ${kind} ${ms.toFixed(0)} ms`);
  return [
    ...head.flatMap((line) => wrapped(line, form.width, 2)),
    '',
    'What happened',
    ...steps(spans, calls, form),
    '',
    'Answer',
    ...indented(record.output ?? '(none)', { ...form, full: true }),
    '',
    ...wrapped(`Critical path: ${path.join(', then ')}`, form.width, 0),
  ].join('\n');
}

/** Apart from everything above it: judges are no part of the trial. */
function judgesOf({ judgeCalls, judgeCostUsd = null, judgeProvenance = {} }: ToldTrial['record']): string[] {
  if (judgeCalls === undefined) return [];
  const cost = judgeCostUsd === null ? 'unpriced' : `$${judgeCostUsd.toFixed(4)}`;
  return [`judged apart by ${judgeCalls} calls   ${cost}   ${Object.keys(judgeProvenance).join(', ')}`];
}

function verdict({ outcome, passed }: ToldTrial['record']): string {
  if (outcome.status === 'failed') return `failed (${outcome.code}): ${outcome.message}`;
  if (outcome.status === 'limit') return `stopped at a limit: ${outcome.message}`;
  if (outcome.status !== 'completed') return outcome.status;
  return passed === null ? 'unscored' : passed ? 'passed' : 'not passed';
}

/** Every step in the order of its start; of model calls what was said, each message once. */
function steps(spans: readonly SpanRecord[], calls: readonly ToldCall[], form: Form): string[] {
  const byPath = new Map(calls.map((call) => [call.span.path, call]));
  const shown = new Set<string>();
  const depths = new Map<string, number>();
  return spans.flatMap((span) => {
    const depth = span.parentPath === null ? 0 : (depths.get(span.parentPath) ?? 0) + 1;
    depths.set(span.path, depth);
    const call = byPath.get(span.path);
    const lines = wrapped(stepLine(span), form.width, 2 * depth);
    return call ? [...lines, ...conversation(call, shown, form)] : lines;
  });
}

function stepLine(span: SpanRecord): string {
  const seconds = (us: number) => (us / 1_000_000).toFixed(2);
  const route = span.attributes[OWN.routeChoice];
  const facts = [
    `${seconds(span.startUs)} s`,
    span.name,
    span.endUs > span.startUs ? `took ${seconds(span.endUs - span.startUs)} s` : '',
    route === undefined ? '' : `chose ${String(route)}`,
    span.attributes[GEN_AI.inputTokens] === undefined
      ? ''
      : `${String(span.attributes[GEN_AI.inputTokens])} in, ${String(span.attributes[GEN_AI.outputTokens])} out`,
    span.error ? `FAILED ${span.error.type}: ${span.error.message}` : '',
    ...span.events.map(({ name }) => name.replace('patternbench.', '')),
  ];
  return facts.filter((fact) => fact !== '').join('  ');
}

function conversation({ request, answer }: ToldCall, shown: Set<string>, form: Form): string[] {
  if (!request) return [];
  const said: Readonly<Record<string, unknown>>[] = [...(request.messages ?? []), ...answersIn(answer)];
  return said.flatMap((message) => {
    const text = JSON.stringify(message);
    if (shown.has(text)) return [];
    shown.add(text);
    return [...wrapped(`${String(message['role'])}:`, form.width, 6), ...indented(spoken(message), form)];
  });
}

function answersIn(answer: ToldCall['answer']): Readonly<Record<string, unknown>>[] {
  if (typeof answer !== 'object') return answer === undefined ? [] : [{ role: 'answer', content: answer }];
  const choices = answer['choices'] as readonly { readonly message?: Record<string, unknown> }[] | undefined;
  return (choices ?? []).flatMap(({ message }) => (message ? [message] : []));
}

function spoken(message: Readonly<Record<string, unknown>>): string {
  const content = message['content'];
  const calls = (message['tool_calls'] ?? []) as readonly {
    readonly function: { readonly name: string; readonly arguments: string };
  }[];
  const parts = [
    typeof content === 'string' ? content : content ? JSON.stringify(content) : '',
    ...calls.map((call) => `→ ${call.function.name}(${call.function.arguments})`),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function indented(text: string, form: Form): string[] {
  const lines = safeText(text)
    .split('\n')
    .flatMap((line) => wrapped(line, form.width, 8));
  if (form.full || lines.length <= LINES) return lines;
  return [...lines.slice(0, LINES), `${' '.repeat(8)}… ${lines.length - LINES} more lines (--full)`];
}
