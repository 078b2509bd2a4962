/** A fenced `sh` block of a README. */
export interface ReadmeBlock {
  readonly file: string;
  /** Of its first command, from 1. */
  readonly line: number;
  readonly text: string;
  /** Why it is only parsed, where `<!-- not run: reason -->` stands before it. */
  readonly notRun: string | undefined;
}

const FENCE = /^(?<indent> *)```(?<kind>\S*) *$/;
const NOT_RUN = /^ *<!-- not run: (.+) -->$/;

/** The `sh` blocks of a README in their order, indentation of a list taken off. Throws when a fence is never closed. */
export function readmeBlocks(markdown: string, file: string): ReadmeBlock[] {
  const lines = markdown.split('\n');
  const blocks: ReadmeBlock[] = [];
  for (let at = 0; at < lines.length; at++) {
    const opening = FENCE.exec(lines[at]!)?.groups;
    if (!opening) continue;
    const end = lines.findIndex((line, index) => index > at && line.trim() === '```');
    if (end < 0) throw new Error(`${file}:${at + 1}: the fence is never closed`);
    if (opening['kind'] === 'sh') {
      const indent = opening['indent']!.length;
      const text = lines
        .slice(at + 1, end)
        .map((line) => line.slice(indent))
        .join('\n');
      const before = lines.slice(0, at).findLast((line) => line.trim() !== '') ?? '';
      blocks.push({ file, line: at + 2, text, notRun: NOT_RUN.exec(before)?.[1] });
    }
    at = end;
  }
  return blocks;
}
