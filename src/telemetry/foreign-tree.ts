import type { textOf } from './foreign-attributes.ts';
import { operationOf } from './foreign-attributes.ts';
import type { SpanRecord } from './span.ts';

/** An hour in microseconds: spans that far from the others come from another clock. */
const FAR_US = 3_600_000_000;

/**
 * The same spans as one whole trace: one root with the path '', which ends after all others; spans whose parent is not there stand below
 * it, unfinished ones end where they began. What was mended is told.
 */
export function adopted(spans: readonly SpanRecord[], name: typeof textOf): { spans: SpanRecord[]; notes: string[] } {
  const notes: string[] = [];
  const tops = spans.filter(({ parentPath }) => parentPath === null);
  const known = new Set(spans.map(({ path }) => path));
  const lost = spans.filter(({ parentPath }) => parentPath !== null && !known.has(parentPath)).length;
  const open = spans.filter(({ startUs, endUs }) => endUs < startUs).length;
  if (lost > 0) notes.push(`${lost} spans have a parent that is not in this file: they stand below the root`);
  if (tops.length > 1) notes.push(`this trace has ${tops.length} roots`);
  if (open > 0) notes.push(`${open} spans were never ended: their time is missing`);
  const ended = spans.map((span) => (span.endUs < span.startUs ? { ...span, endUs: span.startUs } : span));
  // Not Math.min(...): a file may hold more spans than a function takes arguments.
  const startUs = ended.reduce((least, span) => Math.min(least, span.startUs), Number.POSITIVE_INFINITY);
  const endUs = ended.reduce((most, span) => Math.max(most, span.endUs), Number.NEGATIVE_INFINITY);
  const [only] = tops;
  const fits = only && tops.length === 1 && isContainer(only);
  const from = fits ? only.path : null;
  if (fits && (only.startUs - startUs > FAR_US || endUs - Math.max(only.endUs, only.startUs) > FAR_US)) {
    notes.push('some spans lie more than an hour outside of the root: two clocks were mixed');
  }
  const moved = ended.map((span): SpanRecord => {
    if (fits && span.path === from) return { ...span, path: '', parentPath: null, startUs, endUs };
    const orphan = span.parentPath === null || !known.has(span.parentPath);
    return { ...span, path: span.path === '' ? 'root' : span.path, parentPath: orphan ? '' : nameOf(span.parentPath, from) };
  });
  return { spans: fits ? moved : [rootOver(tops, { startUs, endUs, name }), ...moved], notes };
}

/** What a parent is called after the move: the one that became the root has the root's path. */
const nameOf = (path: string, root: string | null): string => (path === root ? '' : path === '' ? 'root' : path);

const isContainer = (span: SpanRecord): boolean => ['invoke_workflow', 'step'].includes(operationOf(span));

interface Over {
  readonly startUs: number;
  readonly endUs: number;
  readonly name: typeof textOf;
}

function rootOver(tops: readonly SpanRecord[], { startUs, endUs, name }: Over): SpanRecord {
  const [first] = tops;
  const workflow = (first && (name(first, 'workflow') ?? name(first, 'agent'))) ?? first?.name ?? 'trace';
  return {
    path: '',
    parentPath: null,
    name: `invoke_workflow ${workflow}`,
    kind: 'internal',
    startUs,
    endUs,
    attributes: { 'gen_ai.operation.name': 'invoke_workflow', 'gen_ai.workflow.name': workflow },
    events: [],
    error: tops.find((span) => span.error)?.error,
    after: [],
    links: [],
  };
}
