import { shortHash } from '../kernel/hash.ts';
import { GEN_AI, OWN } from './attribute-names.ts';
import { roleOf } from './span-role.ts';
import type { SpanRecord } from './span.ts';

/**
 * Digest of the recorded answers that a trial was given: address, content, tokens and time of every model call, whatever their order. Two trials of one
 * digest heard the same, so whatever else differs between them is the program's doing. null where a call was not answered from a recording, or none was made.
 */
export function replayedAnswers(spans: readonly SpanRecord[]): string | null {
  const calls = spans.filter((span) => roleOf(span) === 'llm');
  const answered = calls.filter(({ error }) => error === undefined);
  if (calls.length === 0 || answered.some(({ attributes }) => attributes[OWN.replayFixtureId] === undefined)) return null;
  return shortHash(calls.map(heard).sort().join('\n'), 12);
}

/** A failed call has no address; where it failed, how and when stands for it. */
const heard = ({ attributes, error, path, startUs, endUs }: SpanRecord): string =>
  [
    attributes[OWN.replayFixtureId] ?? path,
    error ? error.type : attributes[OWN.answerDigest],
    attributes[OWN.provenance],
    attributes[GEN_AI.inputTokens],
    attributes[GEN_AI.cacheReadInputTokens],
    attributes[GEN_AI.outputTokens],
    endUs - startUs,
  ].join(' ');
