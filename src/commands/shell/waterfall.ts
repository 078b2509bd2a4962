import { safeLine } from '../../kernel/terminal-text.ts';
import { GEN_AI } from '../../telemetry/attribute-names.ts';
import { criticalPath, type PathSegment } from '../../telemetry/critical-path.ts';
import type { SpanRecord } from '../../telemetry/span.ts';
import { roleOf, type SpanRole } from '../../telemetry/span-role.ts';
import { depthFirst, treeOf } from '../../telemetry/span-tree.ts';

/** What a bar is drawn with: on the critical path, and with time to spare. */
const INK: Readonly<Record<SpanRole, readonly [critical: string, slack: string]>> = {
  llm: ['█', '░'],
  tool: ['▓', '▒'],
  handoff: ['◆', '◇'],
  backoff: ['/', '/'],
  wait: ['/', '/'],
  workflow: ['─', '─'],
  agent: ['─', '─'],
  step: ['─', '─'],
};

const KEY = '● critical path   █ ░ model   ▓ ▒ tool (░ ▒: with slack)   / wait   x failed';

/** Columns for time and tokens, and the least that names and bars need. */
const FIGURES = 18;
const LEAST_BAR = 20;

/**
 * One trial as a waterfall of at most `width` columns: what ran when, what the trial waited for, and where its time went. Spans that took no
 * time (joins) are drawn as a point. Throws `broken_invariant` for spans without a root.
 */
export function waterfall(spans: readonly SpanRecord[], width: number): string[] {
  const tree = treeOf(spans);
  const segments = criticalPath(spans);
  const critical = new Set(segments.map(({ spanPath }) => spanPath));
  const nameWidth = Math.min(34, Math.max(16, width - FIGURES - LEAST_BAR - 4));
  const barWidth = width - FIGURES - nameWidth - 4;
  const scale = { startUs: tree.root.startUs, us: Math.max(1, tree.root.endUs - tree.root.startUs), columns: barWidth };
  const rows = depthFirst(spans).map(({ span, depth }) => {
    const isCritical = critical.has(span.path);
    const name = clipped(`${'  '.repeat(Math.min(depth, 6))}${labelOf(span)}`, nameWidth);
    const bar = barOf(span, isCritical, scale);
    return ` ${isCritical ? '●' : ' '} ${name.padEnd(nameWidth)} ${bar.padEnd(barWidth)}${secondsOf(span).padStart(9)}${tokensOf(span).padStart(8)}`.trimEnd();
  });
  const rule = ` ${'─'.repeat(width - 2)}`;
  return [axis(nameWidth, scale), rule, ...rows, rule, ` ${KEY}`.slice(0, width), '', ...shares(segments, scale.us, width)];
}

interface Scale {
  readonly startUs: number;
  readonly us: number;
  readonly columns: number;
}

function labelOf(span: SpanRecord): string {
  const short = span.name.replace(/^(invoke_workflow|invoke_agent|execute_tool) /, '');
  const marks = roleOf(span) === 'workflow' ? 'workflow ' : roleOf(span) === 'handoff' ? '> ' : '';
  const failure = span.error ? `, ${span.error.type}` : '';
  return safeLine(`${marks}${short}${failure}`);
}

const clipped = (text: string, columns: number): string => (text.length <= columns ? text : `${text.slice(0, columns - 1)}…`);

function barOf(span: SpanRecord, isCritical: boolean, { startUs, us, columns }: Scale): string {
  const from = Math.min(columns - 1, Math.floor(((span.startUs - startUs) / us) * columns));
  const until = Math.max(from + 1, Math.round(((span.endUs - startUs) / us) * columns));
  const [hot, slack] = INK[roleOf(span)];
  const ink = span.error && roleOf(span) !== 'workflow' && roleOf(span) !== 'agent' ? 'x' : isCritical ? hot : slack;
  return `${' '.repeat(from)}${(span.endUs === span.startUs ? '◆' : ink).repeat(span.endUs === span.startUs ? 1 : until - from)}`;
}

/** Marks at whole steps of time, as many as fit. */
function axis(nameWidth: number, { us, columns }: Scale): string {
  const seconds = us / 1_000_000;
  const step = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].find((one) => seconds / one <= columns / 9) ?? seconds;
  let line = '';
  for (let at = 0; at <= seconds; at += step) {
    const column = Math.round((at / seconds) * columns);
    const mark = `${Number(at.toFixed(1))} s`;
    if (column >= line.length && column + mark.length <= columns) line = `${line.padEnd(column)}${mark}`;
  }
  return ` ${'  span'.padEnd(nameWidth + 2)} ${line.padEnd(columns)}${'time'.padStart(9)}${'tokens'.padStart(8)}`;
}

function secondsOf(span: SpanRecord): string {
  const us = span.endUs - span.startUs;
  if (us === 0) return '';
  return us < 100_000 ? `${(us / 1000).toFixed(0)} ms` : `${(us / 1_000_000).toFixed(2)} s`;
}

function tokensOf(span: SpanRecord): string {
  const [input, output] = [span.attributes[GEN_AI.inputTokens], span.attributes[GEN_AI.outputTokens]];
  return typeof input === 'number' && typeof output === 'number' ? (input + output).toLocaleString('en-US') : '';
}

/** Whose time it was, and what it was spent on, largest first: what to look at when the trial is too slow. */
function shares(segments: readonly PathSegment[], us: number, width: number): string[] {
  const spent = new Map<string, number>();
  for (const { agent, kind, ms } of segments) {
    const label = kind === 'orchestrator' ? 'nobody (orchestration)' : `${agent} ${kind}`;
    spent.set(label, (spent.get(label) ?? 0) + ms);
  }
  const total = us / 1000;
  const rows = [...spent].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return [
    ` Critical path ${(total / 1000).toFixed(2)} s`,
    ...rows.map(([label, ms]) => {
      const share = ms / total;
      const bar = '█'.repeat(Math.round(share * Math.max(0, width - 52)));
      return `   ${clipped(safeLine(label), 28).padEnd(28)}${`${(ms / 1000).toFixed(2)} s`.padStart(9)}${`${(share * 100).toFixed(0)}%`.padStart(6)}  ${bar}`.trimEnd();
    }),
  ];
}
