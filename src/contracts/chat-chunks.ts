import { isObject } from '../kernel/json.ts';

// A chat completion travels as one JSON object or as chunks. Both directions stand here, so that a streamed answer leaves the same reply
// as a whole one, whichever way it came and was recorded.

type Json = Readonly<Record<string, unknown>>;

interface Call {
  head: Json;
  /** The member that holds what is called, and the member in there whose text arrives in pieces. */
  readonly kind: readonly ['function', 'arguments'] | readonly ['custom', 'input'];
  target: Json;
  text: string;
}

interface Choice {
  readonly index: number;
  readonly texts: Map<string, string>;
  readonly others: Map<string, unknown>;
  readonly calls: Map<number, Call>;
  readonly logprobs: Map<string, unknown[]>;
  finishReason: unknown;
}

/**
 * The chat completion that chunks make up; undefined when there is none. Chunks are hostile: what is no object is skipped. Members of the
 * envelope are those of the first chunk that has one, usage is the last, texts are joined, calls of tools are put together by their index.
 */
export function completionOf(chunks: readonly unknown[]): Record<string, unknown> | undefined {
  const envelope = new Map<string, unknown>();
  const choices = new Map<number, Choice>();
  let usage: unknown;
  let some = false;
  for (const chunk of chunks) {
    if (!isObject(chunk)) continue;
    some = true;
    const { choices: parts, usage: told, object: _object, ...rest } = chunk;
    // Some gateways begin with a chunk of their own, in which id and model are empty.
    for (const [name, value] of Object.entries(rest)) if (isEmpty(envelope.get(name))) envelope.set(name, value);
    if (told !== undefined && told !== null) usage = told;
    for (const part of Array.isArray(parts) ? parts : []) if (isObject(part)) addPart(choices, part);
  }
  if (!some) return undefined;
  return {
    ...Object.fromEntries(envelope),
    object: 'chat.completion',
    choices: [...choices.values()].sort((a, b) => a.index - b.index).map(choiceOf),
    ...(usage === undefined ? {} : { usage }),
  };
}

const isEmpty = (value: unknown): boolean => value === undefined || value === null || value === '';

function addPart(choices: Map<number, Choice>, part: Json): void {
  const index = typeof part['index'] === 'number' ? part['index'] : 0;
  let choice = choices.get(index);
  if (!choice) {
    choice = { index, texts: new Map(), others: new Map(), calls: new Map(), logprobs: new Map(), finishReason: null };
    choices.set(index, choice);
  }
  if (part['finish_reason'] !== undefined && part['finish_reason'] !== null) choice.finishReason = part['finish_reason'];
  if (isObject(part['logprobs'])) {
    for (const [name, list] of Object.entries(part['logprobs'])) {
      if (Array.isArray(list)) choice.logprobs.set(name, [...(choice.logprobs.get(name) ?? []), ...(list as unknown[])]);
    }
  }
  if (isObject(part['delta'])) addDelta(choice, part['delta']);
}

function addDelta(choice: Choice, delta: Json): void {
  for (const [name, value] of Object.entries(delta)) {
    if (name === 'tool_calls') addCalls(choice, value);
    else if (name === 'role') continue;
    else if (typeof value === 'string') choice.texts.set(name, (choice.texts.get(name) ?? '') + value);
    else if (!choice.others.has(name) || (value !== null && value !== undefined)) choice.others.set(name, value);
  }
}

function addCalls(choice: Choice, calls: unknown): void {
  for (const call of Array.isArray(calls) ? calls : []) {
    if (!isObject(call)) continue;
    const index = indexOf(choice, call);
    let known = choice.calls.get(index);
    if (!known) {
      const kind = isObject(call['custom']) ? (['custom', 'input'] as const) : (['function', 'arguments'] as const);
      choice.calls.set(index, (known = { head: {}, kind, target: {}, text: '' }));
    }
    const [member, piece] = known.kind;
    const { index: _index, [member]: target, ...head } = call;
    known.head = { ...known.head, ...withoutNulls(head) };
    if (!isObject(target)) continue;
    const { [piece]: text, ...rest } = target;
    known.target = { ...known.target, ...withoutNulls(rest) };
    if (typeof text === 'string') known.text += text;
  }
}

/** Where a call stands; endpoints that leave the index out begin a call with its id. */
function indexOf({ calls }: Choice, call: Json): number {
  if (typeof call['index'] === 'number') return call['index'];
  const last = Math.max(-1, ...calls.keys());
  if (typeof call['id'] !== 'string') return Math.max(0, last);
  for (const [index, { head }] of calls) if (head['id'] === call['id']) return index;
  return last + 1;
}

const withoutNulls = (value: Json): Json =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null && member !== undefined));

function choiceOf(choice: Choice): Json {
  const { index, texts, others, logprobs, finishReason } = choice;
  const calls = [...choice.calls]
    .sort(([a], [b]) => a - b)
    .map(
      ([
        ,
        {
          head,
          kind: [member, piece],
          target,
          text,
        },
      ]) => ({ ...head, [member]: { ...target, [piece]: text } }),
    );
  const content = texts.get('content');
  return {
    index,
    logprobs: logprobs.size > 0 ? Object.fromEntries(logprobs) : null,
    finish_reason: finishReason,
    message: {
      refusal: null,
      ...Object.fromEntries(others),
      ...Object.fromEntries(texts),
      role: 'assistant',
      // A stream opens with an empty text even where none follows; the whole answer says null there.
      content: content || (calls.length > 0 || texts.get('refusal') ? null : (content ?? null)),
      ...(calls.length > 0 ? { tool_calls: calls } : {}),
    },
  };
}

/** The chunks of a chat completion: one for its text, one for each call of a tool, one for the end; then its usage, if that is asked for. */
export function chunksOf(completion: Json, includeUsage: boolean): Record<string, unknown>[] {
  const { choices, usage, ...rest } = completion;
  const envelope = { ...rest, object: 'chat.completion.chunk' };
  const parts = (Array.isArray(choices) ? choices : []).flatMap((choice) => (isObject(choice) ? partsOf(choice) : []));
  return [
    ...parts.map((part) => ({ ...envelope, choices: [part] })),
    ...(includeUsage && isObject(usage) ? [{ ...envelope, choices: [], usage }] : []),
  ];
}

function partsOf(choice: Json): Json[] {
  const index = choice['index'] ?? 0;
  const { tool_calls: calls, ...said } = isObject(choice['message']) ? choice['message'] : {};
  const deltas = (Array.isArray(calls) ? calls : []).map((call: unknown, at) => ({
    tool_calls: [{ index: at, ...(isObject(call) ? call : {}) }],
  }));
  const [first, ...others] =
    said['content'] || said['refusal'] || deltas.length === 0
      ? [said, ...deltas]
      : [{ ...said, ...deltas[0] }, ...deltas.slice(1)];
  return [
    { index, delta: first, logprobs: choice['logprobs'] ?? null, finish_reason: null },
    ...others.map((delta) => ({ index, delta, logprobs: null, finish_reason: null })),
    { index, delta: {}, logprobs: null, finish_reason: choice['finish_reason'] ?? null },
  ];
}
