import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CHECK, coverageOf } from './simulations/coverage-of.ts';
import { gateErrors } from './simulations/gate-errors.ts';
import { PLANNED, type SimulatedTable, tableInMarkdown, WEAK } from './simulations/simulated-table.ts';
import { CHOSEN_BY, GATES } from './simulations/studies.ts';

const read = (name: string) => readFile(join(import.meta.dirname, '../../reports', name), 'utf8');
const table = JSON.parse(await read('coverage.json')) as SimulatedTable;

/** Enough of each section to see that the table tells of this code; all of it takes minutes. */
const FIRST = 3;

describe('the table of simulations', () => {
  it('is the one that people read', async () => expect(await read('coverage.md')).toBe(tableInMarkdown(table)));

  it.each(PLANNED.map(({ title, figures }, i) => ({ title, figures: figures.slice(0, FIRST), i })))(
    'still tells of the code: $title',
    ({ figures, i }) => {
      const { rows } = table.sections[i]!;
      expect(rows.map(({ name }) => name)).toEqual(PLANNED[i]!.figures.map(({ name }) => name));
      // The first repeats again, from the same seed: one interval that came out otherwise, and `npm run simulations` is due.
      for (const figure of figures)
        expect({ [figure.name]: coverageOf(figure, CHECK).check }).toEqual({
          [figure.name]: rows.find(({ name }) => name === figure.name)!.check,
        });
    },
  );

  it('covers at least 92 % in the settings that the default interval was chosen by, over 20,000 studies or more', () => {
    const { rows, repeats } = table.sections[0]!;
    expect(rows).toHaveLength(CHOSEN_BY.length);
    expect(rows.filter(({ covered }) => covered < 0.92)).toEqual([]);
    for (const section of table.sections) expect(section.repeats).toBeGreaterThanOrEqual(20_000);
    expect(repeats).toBeGreaterThanOrEqual(20_000);
  });

  it('says where intervals are weak', async () => {
    const weak = table.sections.flatMap(({ rows }) => rows.filter(({ covered }) => covered < WEAK));
    expect(weak.length).toBeGreaterThan(0);
    const text = await read('coverage.md');
    for (const { name } of weak) expect(text).toMatch(new RegExp(`\\| ${name.replace(/[\^$.|]/g, '\\$&')} \\| [\\d.]+ % ! \\|`));
  });

  it('has at most 6.5 % false alarms of the statistical gate, simulated and over 2,000 random splits of recorded trials', () => {
    expect(table.gates.repeats).toBeGreaterThanOrEqual(20_000);
    expect(table.gates.rows.map(({ study }) => study)).toEqual(GATES);
    for (const { regressed } of table.gates.rows) expect(regressed).toBeLessThanOrEqual(0.065);
    expect(table.splits.map(({ scenario }) => scenario)).toEqual(['market-brief', 'support-desk']);
    for (const { regressed, splits, trials } of table.splits) {
      expect(splits).toBe(2000);
      expect(trials).toBeGreaterThanOrEqual(240);
      expect(regressed).toBeLessThanOrEqual(0.065);
      // A gate that never fires would pass as well.
      expect(regressed).toBeGreaterThan(0);
    }
  });

  it('still tells of the gate', () => {
    const { study, check } = table.gates.rows[0]!;
    expect(gateErrors(study, CHECK).check).toBe(check);
  });
});
