/** A fenced `text` block of a README that a command prints, under `<!-- output of: command -->`. */
export interface ReadmeOutput {
  readonly file: string;
  readonly line: number;
  readonly command: string;
  /** Its lines in order, without indentation; other lines may stand between them in what the command prints. */
  readonly lines: readonly string[];
}

const OUTPUT_OF = /^<!-- output of: (.+) -->$/;

/** The blocks of a README that show what a command prints. Throws when no `text` fence follows. */
export function readmeOutputs(markdown: string, file: string): ReadmeOutput[] {
  const lines = markdown.split('\n');
  return lines.flatMap((line, index) => {
    const command = OUTPUT_OF.exec(line)?.[1];
    if (command === undefined) return [];
    const end = lines.indexOf('```', index + 2);
    if (lines[index + 1] !== '```text' || end < 0) throw new Error(`${file}:${index + 2}: a text fence must follow`);
    const shown = lines.slice(index + 2, end).map((one) => one.trim());
    return [{ file, line: index + 1, command, lines: shown.filter((one) => one !== '') }];
  });
}

/** The first line of the block that is not printed after the ones before it; undefined when all are. */
export function firstUnprinted({ lines }: ReadmeOutput, printed: string): string | undefined {
  const rest = printed.split('\n').map((line) => line.trim());
  return lines.find((line) => {
    const at = rest.indexOf(line);
    rest.splice(0, at + 1);
    return at < 0;
  });
}
