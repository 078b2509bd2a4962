import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf } from '../kernel/errors.ts';
import { hostileData } from '../schema/hostile-data.ts';
import { type Locator, placeOf, problemsOf, type Problem, scenarioError } from '../schema/issues.ts';
import { type Sample, sampleSchema } from '../schema/scenario.ts';
import { fileInside } from './file-inside.ts';

const PREFIX = 'file://';
const MAX_BYTES = 16 * 1_048_576;

export interface LoadedSamples {
  readonly samples: readonly Sample[];
  /** Where the samples stand: a line of their file each. */
  readonly locator: Locator;
}

/**
 * Reads the samples of `samples: file://name.jsonl`, one JSON object a line, from the folder of the scenario at `owner.file`.
 * Throws `invalid_scenario` with file and line for all lines that are wrong, and when the file is refused.
 */
export async function loadSamples(reference: string, owner: Locator): Promise<LoadedSamples> {
  const refuse = (what: string): never => {
    throw scenarioError([{ place: placeOf(owner, ['samples']), what }]);
  };
  const name = reference.slice(PREFIX.length);
  if (!name.endsWith('.jsonl')) refuse(`${JSON.stringify(name)} must be a .jsonl file: one JSON object a line`);
  const folder = dirname(owner.file);
  const found = await fileInside(folder, name);
  if (!found.ok) return refuse(found.problem);
  const text = await readFile(found.path, 'utf8');
  if (text.length > MAX_BYTES) refuse(`${JSON.stringify(name)} is larger than ${MAX_BYTES} bytes`);
  const { samples, lines, problems } = parseLines(text, join(folder, name));
  if (problems.length > 0) throw scenarioError(problems);
  if (samples.length === 0) refuse(`${JSON.stringify(name)} holds no sample; a scenario needs at least one`);
  const position: Locator['position'] = ([_samples, index]) => ({ line: lines[Number(index ?? 0)] ?? 1, column: 1 });
  return { samples, locator: { file: join(folder, name), position } };
}

function parseLines(text: string, file: string) {
  const samples: Sample[] = [];
  const lines: number[] = [];
  const problems: Problem[] = [];
  for (const [index, content] of text.split(/\r?\n/).entries()) {
    if (content.trim() === '') continue;
    const line = index + 1;
    const parsed = parseLine(content, { file, position: () => ({ line, column: 1 }) });
    if (parsed.ok) {
      samples.push(parsed.sample);
      lines.push(line);
    } else problems.push(...parsed.problems);
  }
  return { samples, lines, problems };
}

function parseLine(
  content: string,
  locator: Locator,
): { readonly ok: true; readonly sample: Sample } | { readonly ok: false; readonly problems: readonly Problem[] } {
  const no = (what: string, column = 1) => {
    return { ok: false, problems: [{ place: { ...placeOf(locator, []), column }, what }] } as const;
  };
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    const at = /at position (\d+)/.exec(messageOf(error));
    return no(`not JSON: ${messageOf(error)}`, at ? Number(at[1]) + 1 : 1);
  }
  const hostile = hostileData(value);
  if (hostile) return no(hostile.what);
  const checked = sampleSchema.safeParse(value);
  if (checked.success) return { ok: true, sample: checked.data };
  return { ok: false, problems: problemsOf(checked.error, sampleSchema, value, locator) };
}
