import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReportInput } from '../../src/contracts/reporter.ts';
import { columnsOf, cut, wrap } from '../../src/reporters/terminal/columns.ts';
import { percentInterval, seconds, usd } from '../../src/reporters/terminal/figures.ts';
import terminal from '../../src/reporters/terminal.ts';
import { type RunRecord, runRecord } from '../../src/schema/run-record.ts';
import { smallRun } from '../support/small-run.ts';

const render = (input: ReportInput, width: number, color = false) => terminal.render(input, { width, color });
const widest = (text: string) => Math.max(...text.split('\n').map(columnsOf));
const withRun = (input: ReportInput, change: Partial<RunRecord>): ReportInput => ({ ...input, run: { ...input.run, ...change } });

/** The same input with every string that a record can carry run through `change`, so that names keep matching each other. */
function renamed<T>(value: T, change: (text: string) => string): T {
  if (typeof value === 'string') return change(value) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => renamed(item, change)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, renamed(item, change)])) as T;
}

const NAMES = new Set([
  'single',
  'router',
  'graph',
  'swarm',
  'debate',
  'support-desk',
  's01',
  's02',
  's04',
  'billing',
  'timeout',
  'maxModelCalls',
]);
const hostile = (attack: string) => renamed(smallRun(), (text) => (NAMES.has(text) ? `${text}${attack}` : text));

describe('the terminal report', () => {
  it.each([80, 120])('looks like its golden file at %d columns', async (width) => {
    await expect(render(smallRun(), width)).toMatchFileSnapshot(`../golden/terminal-${width}.txt`);
  });

  it('is tested with a valid record', () => expect(runRecord.safeParse(smallRun().run).error).toBeUndefined());

  it('is a pure function of the records', () => expect(render(smallRun(), 80)).toBe(render(smallRun(), 80)));

  it('says the same with colours as without', () => {
    const colored = render(smallRun(), 80, true);
    expect(colored).toContain('\u001b[');
    expect(stripVTControlCharacters(colored)).toBe(render(smallRun(), 80));
  });

  it('says loudly where answers came from', () => {
    const input = smallRun();
    const first = (provenance: RunRecord['provenance']) => render(withRun(input, { provenance }), 80).split('\n')[0];
    expect(first({ simulated: 1, recorded: 9, imported: 0 })).toMatch(/^ SIMULATED /);
    expect(first({ simulated: 0, recorded: 9, imported: 1 })).toMatch(/^ IMPORTED /);
    expect(first({ simulated: 0, recorded: 9, imported: 0 })).toMatch(/^ RECORDED /);
    expect(first({ simulated: 0, recorded: 0, imported: 0 })).toMatch(/^ NO CALLS /);
    expect(render(withRun(input, { complete: false }), 80)).toContain(' INCOMPLETE ');
  });

  it('says unpriced, n/a and failures as what they are', () => {
    const text = render(smallRun(), 120);
    expect(text).toMatch(/^ swarm .* unpriced /m);
    expect(text).toMatch(/^ debate: n\/a \(it needs two agents for one task\)$/m);
    expect(text).toContain('swarm 1 at the limit maxModelCalls, 1 timeout. They count as failures.');
  });

  it('sums up a run of several scenarios', () => {
    const [desk, brief] = [smallRun(), smallRun({ name: 'market-brief' })];
    const both = <Key extends 'scenarios' | 'groups' | 'comparisons'>(key: Key) =>
      [...desk.run[key], ...brief.run[key]] as RunRecord[Key];
    const recommendations = [...(desk.run.recommendations ?? []), ...(brief.run.recommendations ?? [])];
    const run = {
      ...desk.run,
      scenarios: both('scenarios'),
      groups: both('groups'),
      comparisons: both('comparisons'),
      recommendations,
    };
    const text = render({ run, trials: [...desk.trials, ...brief.trials] }, 80);
    expect(text).toContain('\n Use router for support-desk, market-brief.\n');
    expect(text).toContain('show market-brief/router/s01/0');
  });

  it('names no recommendation where the record holds none', () => {
    const { recommendations: _, ...run } = smallRun().run;
    expect(render({ run, trials: smallRun().trials }, 80)).toContain('no recommendation');
  });

  it('shows pattern, quality and verdict only when it is narrow', () => {
    const lines = render(smallRun(), 50).split('\n');
    expect(lines.find((line) => line.startsWith(' pattern'))?.split(/ {2,}/)).toEqual([' pattern', 'quality %', 'verdict']);
  });

  it('keeps quality with its interval, verdict, cost and p50 at 80 columns whatever the names', () => {
    const head = render(
      renamed(smallRun(), (text) => (text === 'router' ? 'a-pattern-with-quite-a-long-name' : text)),
      80,
    );
    for (const column of ['quality %', '95%', 'verdict', 'p50 s', '$/1K']) expect(head).toContain(column);
  });
});

describe('width', () => {
  const attacks = [
    'x'.repeat(300),
    '\u001b[2J\u001b[31mred\u0007\u001b]8;;http://evil\u001b\\link',
    '\u202egnp.exe\u2066',
    '\r\n\tnew\nlines',
    '漢字かな交じり文'.repeat(12),
    '🧨🧨🧨🧨🧨🧨🧨🧨🧨🧨🧨🧨🧨🧨🧨🧨🧨🧨🧨🧨🧨🧨',
    'e\u0301'.repeat(120),
    ' $(rm -rf .) `id` ; \' "',
  ];

  it.each(attacks)('no line passes the terminal, and nothing commands it: %j', (attack) => {
    for (const width of [30, 40, 59, 60, 80, 100, 120, 200]) {
      for (const color of [false, true]) {
        const text = render(hostile(attack), width, color);
        expect(widest(text)).toBeLessThanOrEqual(width);
        const own = text.replace(/\u001b\[(1|2|22|31|33|34|39)m/g, '');
        expect(own).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
      }
    }
  });

  it('offers no command to paste for a name that a shell would act upon', () => {
    const commands = render(hostile(' $(rm -rf .) `id` ; \' "'), 80)
      .split('\n')
      .filter((line) => line.includes('npm run'));
    expect(
      commands.filter((line) => !/^ *npm run patternbench -- (show|lint|view|baseline set) [\w./@:-]+( \\)?$/.test(line)),
    ).toEqual([]);
    expect(render(smallRun(), 80)).toContain('npm run');
  });

  it('continues a command that is too long as a shell does', () => {
    const text = render(hostile('x'.repeat(100)), 80);
    const pasted = text.slice(text.indexOf('npm run')).replace(/\\\n/g, '').split('\n')[0];
    expect(pasted).toMatch(/^npm run patternbench -- show support-deskx{100}\/routerx{100}\/s0\dx*\/\d$/);
  });

  it('wraps without losing a word, and cuts to the column', () => {
    const texts = fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 12 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(texts, fc.integer({ min: 2, max: 40 }), (text, columns) => {
        const lines = wrap(text, columns);
        for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(columns);
        expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
        expect(columnsOf(cut(text, columns))).toBeLessThanOrEqual(columns);
      }),
    );
  });
});

describe('figures', () => {
  it('round intervals outwards and never show an amount as nothing', () => {
    expect(percentInterval({ low: 0.6789, high: 0.9312 })).toBe('67-94');
    expect(percentInterval({ low: 0.29, high: 0.57 })).toBe('29-57');
    expect([usd(null), usd(0), usd(0.0004), usd(5.734)]).toEqual(['unpriced', '0.00', '<0.01', '5.73']);
    expect([seconds(0), seconds(42), seconds(6249)]).toEqual(['0.0', '0.042', '6.2']);
  });
});
