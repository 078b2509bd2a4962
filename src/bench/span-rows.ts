import type { SpanRow } from '../contracts/span-row.ts';
import { GEN_AI, OWN } from '../telemetry/attribute-names.ts';
import { criticalPath } from '../telemetry/critical-path.ts';
import { parseOtlpLine } from '../telemetry/otlp-parse.ts';
import type { SpanRecord } from '../telemetry/span.ts';
import { spanIdOf } from '../telemetry/span-ids.ts';
import { agentOf, NOBODY, roleOf } from '../telemetry/span-role.ts';
import { depthFirst, treeOf } from '../telemetry/span-tree.ts';
import { numberedLines } from './report-of-spans.ts';

/** The spans of a trial as rows of a viewer: depth first, siblings in order of their start. Throws `broken_invariant` for spans without a root. */
export function spanRowsOf(traceId: string, spans: readonly SpanRecord[]): SpanRow[] {
  const tree = treeOf(spans);
  const critical = new Set(criticalPath(spans).map(({ spanPath }) => spanPath));
  const ordered = depthFirst(spans).map(({ span }) => span);
  const rowOf = new Map(ordered.map(({ path }, row) => [path, row]));
  return ordered.map((span): SpanRow => {
    const { attributes } = span;
    const role = roleOf(span);
    const agent = agentOf(tree, span);
    const usd = attributes[OWN.costUsd];
    return {
      id: spanIdOf(traceId, span.path),
      parent: span.parentPath === null ? -1 : (rowOf.get(span.parentPath) ?? -1),
      role,
      agent: agent === undefined || agent === NOBODY ? '' : agent,
      label: span.name.replace(/^(invoke_workflow|invoke_agent|execute_tool) /, ''),
      model: role === 'llm' ? String(attributes[GEN_AI.responseModel] ?? attributes[GEN_AI.requestModel] ?? '') : '',
      startUs: span.startUs - tree.root.startUs,
      durationUs: span.endUs - span.startUs,
      tokens: tokensOf(span),
      costUsd: typeof usd === 'number' ? usd : null,
      error: span.error?.type ?? '',
      isCritical: critical.has(span.path),
      after: role === 'agent' ? span.after.flatMap((path) => rowOf.get(path) ?? []) : [],
    };
  });
}

/** The rows of every trial of a spans.jsonl, by trace id; `wanted` are the traces that are asked for. Throws `not_found`, `invalid_record` with file and line. */
export async function readSpanRows(file: string, wanted: ReadonlySet<string>): Promise<Map<string, SpanRow[]>> {
  const rows = new Map<string, SpanRow[]>();
  for await (const [number, line] of numberedLines(file)) {
    if (line.includes(`"${OWN.plan}"`)) continue;
    const { traceId, spans } = parseOtlpLine(line, { place: { file, line: number } });
    if (wanted.has(traceId)) rows.set(traceId, spanRowsOf(traceId, spans));
  }
  return rows;
}

function tokensOf({ attributes }: SpanRecord): SpanRow['tokens'] {
  const [input, output] = [attributes[GEN_AI.inputTokens], attributes[GEN_AI.outputTokens]];
  if (typeof input !== 'number' || typeof output !== 'number') return null;
  const cached = attributes[GEN_AI.cacheReadInputTokens];
  return { input, cached: typeof cached === 'number' ? cached : 0, output };
}
