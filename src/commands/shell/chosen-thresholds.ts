import { PatternbenchError } from '../../kernel/errors.ts';
import { isObject, type Json } from '../../kernel/json.ts';
import { nearestName } from '../../schema/nearest-name.ts';
import { phrasesOf } from '../../schema/issues.ts';
import type { z } from '../../schema/zod.ts';

interface WithSettings {
  readonly name: string;
  readonly settings: z.ZodObject;
}

/** What `--set` says, by kind: `loop.repeats=5`, `loop=false`. Throws `usage` for what no detector knows. */
export function chosenThresholds(detectors: readonly WithSettings[], texts: readonly string[]): Record<string, Json> {
  const chosen: Record<string, Json> = {};
  for (const text of texts) {
    const [, kind = '', name, value = ''] = /^([\w-]+)(?:\.(\w+))?=(.*)$/s.exec(text) ?? [];
    const detector = detectors.find((candidate) => candidate.name === kind);
    if (!detector)
      throw unknown(
        text,
        kind,
        detectors.map((candidate) => candidate.name),
      );
    if (name === undefined) {
      if (value !== 'false') throw wrong(text, 'a kind itself can only be left out', `--set ${kind}=false`);
      chosen[kind] = false;
      continue;
    }
    if (!Object.hasOwn(detector.settings.shape, name)) throw unknown(text, name, Object.keys(detector.settings.shape));
    const before = chosen[kind];
    const settings: Record<string, Json> = { ...(isObject(before) ? before : {}), [name]: valueOf(value) };
    const checked = detector.settings.safeParse(settings);
    if (!checked.success)
      throw wrong(
        text,
        phrasesOf(checked.error, detector.settings, settings).join('; '),
        'npm run patternbench -- list findings',
      );
    chosen[kind] = settings;
  }
  return chosen;
}

/** A number, a truth value or other JSON where it is one; else the text itself. */
function valueOf(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

function unknown(text: string, name: string, known: readonly string[]): PatternbenchError {
  const near = nearestName(name, known);
  return new PatternbenchError('usage', `--set ${text}: there is no "${name}"`, {
    remedy: near === undefined ? `write kind.name=value; there are ${known.join(', ')}` : `did you mean ${near}?`,
  });
}

const wrong = (text: string, problem: string, remedy: string): PatternbenchError =>
  new PatternbenchError('usage', `--set ${text}: ${problem}`, { remedy });
