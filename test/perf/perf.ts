import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Goal, GoalOptions, GoalResult } from './goal.ts';
import { loadGoals } from './load-goals.ts';
import { VOID_LIMITS } from './ratio.ts';
import { garbageCollector, processCpuUs } from './slices.ts';

const GOALS = await loadGoals();

const HELP = `node test/perf/perf.ts [--goal <id>]… [--rounds 25] [--slice-ms 40] [--json]

Goals:
${GOALS.map(({ id, title }) => `  ${id.padEnd(18)}${title}`).join('\n')}
`;

const { values } = parseArgs({
  options: {
    goal: { type: 'string', multiple: true, default: [] },
    rounds: { type: 'string', default: '25' },
    'slice-ms': { type: 'string', default: '40' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const out = (text: string) => void process.stdout.write(`${text}\n`);

/** At most 80 columns: what, then its numbers. */
const line = (what: string, value: string) => `  ${what.padEnd(34)}${value}`;

const verdictOf = ({ isVoid, pass }: GoalResult): string => (isVoid ? 'VOID' : pass === null ? '' : pass ? 'pass' : 'FAIL');

function print(goal: Goal, result: GoalResult): void {
  out('');
  for (const text of wrapped(`${goal.id}: ${goal.title}`, 80)) out(text);
  for (const { what, value } of result.rows) out(line(what, value));
  const limit = result.limit === null ? 'no limit' : `limit ${result.limit}`;
  out(line('value', `${result.value.toPrecision(3)}, ${limit}  ${verdictOf(result)}`));
  if (result.isVoid) out(line('', `void: the baseline against itself gave ${result.aa?.toFixed(3)}, not ${VOID_LIMITS}`));
  for (const text of wrapped(`${result.conditions}; load ${loadavg()[0]!.toFixed(1)} on ${availableParallelism()} cores`, 76))
    out(`    ${text}`);
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

async function main(): Promise<number> {
  const unknown = values.goal.filter((id) => !GOALS.some((goal) => goal.id === id));
  const [rounds, sliceMs] = [Number(values.rounds), Number(values['slice-ms'])];
  if (values.help || unknown.length > 0 || !(rounds >= 1 && sliceMs > 0)) {
    out(HELP);
    return values.help ? 0 : 2;
  }
  const options: GoalOptions = {
    rounds,
    sliceMs,
    root: join(import.meta.dirname, '..', '..'),
    cpuUs: processCpuUs,
    tidy: garbageCollector(),
  };
  let worst = 0;
  for (const goal of GOALS) {
    if (values.goal.length > 0 && !values.goal.includes(goal.id)) continue;
    const result = await goal.run(options);
    if (result.isVoid || result.pass === false) worst = 1;
    const { value, limit, pass, aa, iqr } = result;
    if (values.json) out(JSON.stringify({ goal: goal.id, value, limit, pass, aa, iqr }));
    else print(goal, result);
  }
  return worst;
}

process.exitCode = await main();
