import { GEN_AI } from './attribute-names.ts';
import type { SpanRecord } from './span.ts';
import { agentOf, NOBODY, roleOf } from './span-role.ts';
import { type SpanTree, treeOf } from './span-tree.ts';

/** How much of what agents said and were told was the same. It needs captured messages, so it stands in no record: records do not depend on capturing. */
export interface SharedContent {
  /** Mean likeness of the last answers of every two agents (Jaccard of their words), 0 to 1; null without the messages of two agents. */
  readonly redundancy: number | null;
  /** Share of the characters of all prompts that another agent had been sent before, 0 to 1; null without messages. */
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

/** The words of a text in lower case, without the names of the JSON around them. */
const wordsOf = (text: string): ReadonlySet<string> =>
  new Set(
    text
      .toLowerCase()
      .replace(/"(?:type|content|text)":(?:"text")?/g, ' ')
      .match(/[\p{L}\p{N}]+/gu) ?? [],
  );

function resentShare(tree: SpanTree, calls: readonly SpanRecord[]): number | null {
  const sentTo = new Map<string, Set<string>>();
  let [all, again] = [0, 0];
  for (const call of calls) {
    const text = call.attributes[GEN_AI.inputMessages];
    if (typeof text !== 'string') continue;
    const own = agentOf(tree, call) ?? NOBODY;
    for (const message of messageTexts(text)) {
      const agents = sentTo.get(message) ?? new Set<string>();
      all += message.length;
      if ([...agents].some((agent) => agent !== own)) again += message.length;
      sentTo.set(message, agents.add(own));
    }
  }
  return all === 0 ? null : again / all;
}

/** The texts of captured messages, one a message; a text that is no list of messages counts as one. */
function messageTexts(json: string): string[] {
  try {
    const messages = JSON.parse(json) as unknown;
    if (Array.isArray(messages))
      return messages.map((message) => JSON.stringify((message as { parts?: unknown } | null)?.parts ?? message));
  } catch {
    // Of another tool, in a form of its own: still a text that was sent.
  }
  return [json];
}
