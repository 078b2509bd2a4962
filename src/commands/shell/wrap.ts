import { safeLine } from '../../kernel/terminal-text.ts';

/** The text, made safe, on lines of at most `width` columns, each indented; words are kept whole where they fit. */
export function wrapped(text: string, width: number, indent: number): string[] {
  const room = Math.max(20, width - indent);
  const lines: string[] = [];
  let rest = safeLine(text);
  while (rest.length > room) {
    const space = rest.lastIndexOf(' ', room);
    const cut = space > room / 2 ? space : room;
    lines.push(rest.slice(0, cut));
    rest = rest.slice(cut).trimStart();
  }
  return [...lines, rest].map((line) => `${' '.repeat(indent)}${line}`.trimEnd());
}
