import { GEN_AI } from './attribute-names.ts';
import type { SpanRecord } from './span.ts';
import { agentOf, NOBODY, roleOf } from './span-role.ts';
import { type SpanTree, treeOf } from './span-tree.ts';

/** How much of what agents said and were told was the same. It needs captured messages, so it stands in no record: records do not depend on capturing. */
export interface SharedContent {
  /** Mean likeness of the last answers of every two agents (Jaccard of their words), 0 to 1; null without the messages of two agents. */
  readonly redundancy: number | null;
  /** Share of the characters of all prompts (without system prompts) in lines that another agent had been sent before, 0 to 1; null without messages. */
  readonly resent: number | null;
}

/** Throws `broken_invariant` when there is no root. */
export function sharedContentOf(spans: readonly SpanRecord[]): SharedContent {
  const tree = treeOf(spans);
  const calls = tree.spans.filter((span) => roleOf(span) === 'llm');
  return { redundancy: redundancyOf(tree, calls), resent: resentShare(tree, calls) };
}

function redundancyOf(tree: SpanTree, calls: readonly SpanRecord[]): number | null {
  const answers = new Map<string, ReadonlySet<string>>();
  for (const call of calls) {
    const text = call.attributes[GEN_AI.outputMessages];
    if (typeof text === 'string') answers.set(agentOf(tree, call) ?? NOBODY, wordsOf(messageTexts(text).join(' ')));
  }
  const sets = [...answers.values()].filter((words) => words.size > 0);
  const pairs = sets.flatMap((a, i) => sets.slice(i + 1).map((b) => a.intersection(b).size / a.union(b).size));
  return pairs.length === 0 ? null : pairs.reduce((sum, each) => sum + each, 0) / pairs.length;
}

/** The words of a text, in lower case. */
const wordsOf = (text: string): ReadonlySet<string> => new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);

/** Counted by line: a transcript that grows is sent as one message, and what was in it before is in it again. */
function resentShare(tree: SpanTree, calls: readonly SpanRecord[]): number | null {
  const sentTo = new Map<string, Set<string>>();
  let [all, again] = [0, 0];
  for (const call of calls) {
    const text = call.attributes[GEN_AI.inputMessages];
    if (typeof text !== 'string') continue;
    const own = agentOf(tree, call) ?? NOBODY;
    for (const line of messageTexts(text).flatMap((message) => message.split('\n'))) {
      const agents = sentTo.get(line) ?? new Set<string>();
      all += line.length;
      if ([...agents].some((agent) => agent !== own)) again += line.length;
      sentTo.set(line, agents.add(own));
    }
  }
  return all === 0 ? null : again / all;
}

/** Everything that was said in captured messages; a text that is no list of messages is taken as it is. */
function messageTexts(json: string): string[] {
  try {
    return stringsIn(JSON.parse(json) as unknown);
  } catch {
    return [json];
  }
}

/** Names of the fields of a message that hold no words of it. */
const MARKS = new Set(['type', 'role', 'id', 'finish_reason']);

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => (MARKS.has(name) ? [] : stringsIn(member)));
}
