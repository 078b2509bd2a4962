import type { ChatMessage } from '../contracts/model.ts';
import { messageDigest } from '../fixtures/request-key.ts';
import { redactText } from '../fixtures/redact.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { shortHash } from '../kernel/hash.ts';
import type { JsonObject } from '../kernel/json.ts';
import type { KnownAttributes } from '../telemetry/attribute-names.ts';
import type { SpanRecord } from '../telemetry/span.ts';
import { parsedArguments } from './due-approvals.ts';
import type { MessageLog, SaidCall, SaidTool } from './message-log.ts';
import { phrasesOf, similarity } from './text-similarity.ts';

export interface MessageFacts {
  /** The trial's answer. */
  readonly output: string | null;
  /** Whether somebody should have been asked before a tool was called so; absent where the scenario declares nothing. */
  readonly isDue?: ((tool: string, args: JsonObject) => boolean) | undefined;
}

/** Characters of a digest: 48 bits, enough within one trial. */
const DIGEST = 8;

/**
 * Puts on spans what analyses need to know of messages, without the messages: digests, sizes, how much another agent had been sent before,
 * which earlier answers a request holds, how alike an agent's answers are. Digests are of redacted text. Done when a trial is over.
 */
export function describeMessages(log: MessageLog, facts: MessageFacts): void {
  const calls = log.calls.toSorted((a, b) => inOrder(a.span, b.span));
  for (const call of calls) describeCall(call);
  describeReads(calls, facts.output);
  describeResent(calls);
  describeSimilarity(calls);
  for (const tool of log.tools) describeTool(tool, facts);
}

const inOrder = (a: SpanRecord, b: SpanRecord): number => a.startUs - b.startUs || (a.path < b.path ? -1 : 1);

const attributesOf = ({ span }: { readonly span: SpanRecord }): KnownAttributes => span.attributes;

function describeCall({ span, request, answer }: SaidCall): void {
  const to: KnownAttributes = span.attributes;
  to['patternbench.message.digests'] = request.messages.map((message) => messageDigest(message).slice(0, DIGEST));
  to['patternbench.prompt.characters'] = request.messages.reduce((sum, { content }) => sum + (content?.length ?? 0), 0);
  if (answer) to['patternbench.output.digest'] = messageDigest(answer).slice(0, DIGEST);
}

/** The text that an answer is known again by: its longest line where that is long enough, else all of it. */
function probeOf(answer: ChatMessage | undefined): string | undefined {
  const text = answer?.content?.trim() ?? '';
  const longest = text.split('\n').reduce((best, line) => (line.length > best.length ? line : best), '');
  const probe = (longest.length >= LEAST_LINE ? longest.trim() : text).slice(0, MOST_PROBE);
  return probe.length >= LEAST_PROBE ? probe : undefined;
}

const LEAST_LINE = 24;
const LEAST_PROBE = 3;
const MOST_PROBE = 200;

function describeReads(calls: readonly SaidCall[], output: string | null): void {
  const probes = calls.map(({ answer }) => probeOf(answer));
  const prompts = calls.map(({ request }) => promptText(request.messages));
  for (const [r, reader] of calls.entries()) {
    const reads = calls.flatMap(({ span }, p) =>
      p !== r && span.endUs <= reader.span.startUs && !isSameConversation(span, reader.span) && holds(prompts[r]!, probes[p])
        ? span.path
        : [],
    );
    if (reads.length > 0) attributesOf(reader)['patternbench.prompt.reads'] = reads;
  }
  for (const [p, call] of calls.entries()) {
    if (output !== null && holds(output, probes[p])) attributesOf(call)['patternbench.output.in_answer'] = true;
  }
}

const holds = (text: string, probe: string | undefined): boolean => probe !== undefined && text.includes(probe);

const promptText = (messages: readonly ChatMessage[]): string =>
  messages.flatMap((message) => (isInstruction(message) ? [] : (message.content ?? []))).join('\n');

const isInstruction = ({ role }: ChatMessage): boolean => role === 'system' || role === 'developer';

/** Calls of one run of an agent hold one another's answers by nature; the steps of a pattern stand at its root. */
const isSameConversation = (a: SpanRecord, b: SpanRecord): boolean => a.parentPath === b.parentPath && a.parentPath !== '';

/** Shorter paragraphs are phrases that many prompts share. */
const LEAST_PARAGRAPH = 40;

function describeResent(calls: readonly SaidCall[]): void {
  const names = calls.map((call) => attributesOf(call)['gen_ai.agent.name']);
  if (new Set(names).size < 2) return;
  const firstSentTo = new Map<string, unknown>();
  const known = new Map<ChatMessage, readonly string[]>();
  for (const [i, call] of calls.entries()) {
    let resent = 0;
    for (const message of call.request.messages) {
      if (isInstruction(message) || !message.content) continue;
      let paragraphs = known.get(message);
      if (!paragraphs) known.set(message, (paragraphs = paragraphsOf(message.content)));
      for (const paragraph of paragraphs) {
        const first = firstSentTo.get(paragraph);
        if (first === undefined) firstSentTo.set(paragraph, names[i]);
        else if (first !== names[i]) resent += paragraph.length;
      }
    }
    if (resent > 0) attributesOf(call)['patternbench.prompt.resent_characters'] = resent;
  }
}

const paragraphsOf = (text: string): string[] => text.split('\n\n').filter((paragraph) => paragraph.length >= LEAST_PARAGRAPH);

function describeSimilarity(calls: readonly SaidCall[]): void {
  const answered = calls.filter(({ answer }) => answer?.content && !('tool_calls' in answer));
  for (const own of Map.groupBy(answered, (call) => attributesOf(call)['gen_ai.agent.name']).values()) {
    if (own.length < 2) continue;
    const phrases = own.map(({ answer }) => phrasesOf(answer!.content!));
    for (const [i, call] of own.entries()) {
      // Branches side by side do not repeat one another: the one before is the last that had ended by then.
      const before = own.findLastIndex(({ span }, earlier) => earlier < i && span.endUs <= call.span.startUs);
      if (before < 0) continue;
      const share = similarity(phrases[before]!, phrases[i]!);
      if (share !== undefined) attributesOf(call)['patternbench.output.similarity'] = Math.round(share * 1000) / 1000;
    }
  }
}

function describeTool({ span, arguments: text, result }: SaidTool, { isDue }: MessageFacts): void {
  const to: KnownAttributes = span.attributes;
  const args = parsedArguments(text);
  to['patternbench.tool.arguments.digest'] = digestOf(args === undefined ? text : canonicalJson(args));
  if (result !== undefined) to['patternbench.tool.result.digest'] = digestOf(result);
  if (args && isDue?.(String(to['gen_ai.tool.name']), args)) to['patternbench.approval.due'] = true;
}

const digestOf = (text: string): string => shortHash(redactText(text), DIGEST);
