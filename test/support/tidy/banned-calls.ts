import { blankCode } from './blank-code.ts';
import { roomOf } from './floors.ts';
import { lineAt, type Project, type SourceFile, type TidyProblem } from './project.ts';

interface Ban {
  readonly call: RegExp;
  readonly instead: string;
  /** The rooms that may. */
  readonly allowed?: readonly string[];
}

const TIME = 'Take time from the Clock that is handed in (src/kernel/clock.ts).';
const WAIT = 'Wait with clock.sleep or clock.schedule (src/kernel/clock.ts).';
const CHANCE = 'Draw from the Random that is handed in (src/kernel/random.ts).';
const OUT = 'Return the text; commands print it.';

const BANS: readonly Ban[] = [
  { call: /\bDate\.now\b/g, instead: TIME },
  { call: /\bnew Date(?:\(\s*\)|(?!\s*\()\b)/g, instead: TIME },
  { call: /(?<!new )(?<![\w.])Date\(/g, instead: TIME },
  { call: /\bperformance\.now\b|\bprocess\.(?:hrtime|uptime)\b/g, instead: TIME, allowed: ['kernel'] },
  { call: /(?<![\w.#])(?:globalThis\.)?set(?:Timeout|Interval|Immediate)\b(?!\?|:)/g, instead: WAIT, allowed: ['kernel'] },
  { call: /\bAtomics\.wait\b/g, instead: WAIT },
  // Real sockets need real deadlines: the rooms that open some may have them.
  { call: /\bAbortSignal\.timeout\b/g, instead: WAIT, allowed: ['kernel', 'telemetry', 'transport', 'providers'] },
  { call: /\bMath\.random\b|\brandom(?:UUID|Bytes)\(|\bgetRandomValues\b/g, instead: CHANCE },
  { call: /\bprocess\.env\b/g, instead: 'Take the environment as an argument; commands read it.' },
  { call: /\bprocess\.exit(?:Code)?\b/g, instead: 'Throw a PatternbenchError; commands turn it into an exit code.' },
  { call: /(?<![\w.])console\.|\bprocess\.std(?:out|err)\b/g, instead: OUT },
];

/** Below `commands/` nothing reads the wall clock, real randomness, the environment or the console. */
export const checkBannedCalls = (project: Project): TidyProblem[] =>
  project.files.filter(({ path }) => /^src\/.*\.ts$/.test(path) && !['', 'commands'].includes(roomOf(path))).flatMap(checkFile);

function checkFile({ path, text }: SourceFile): TidyProblem[] {
  const code = blankCode(text, { strings: false });
  return BANS.flatMap(({ call, instead, allowed }) => {
    if (allowed?.includes(roomOf(path))) return [];
    return [...code.matchAll(call)].map((match) => ({
      path,
      line: lineAt(code, match.index),
      what: `${match[0].trim()} below commands/`,
      remedy: instead,
    }));
  });
}
