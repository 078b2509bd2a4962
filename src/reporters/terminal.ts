import { stripVTControlCharacters } from 'node:util';
import { defineReporter } from '../contracts/reporter.ts';
import { safeLine } from '../kernel/terminal-text.ts';
import type { RunRecord } from '../schema/run-record.ts';
import { columnsOf, cut, wrap } from './terminal/columns.ts';
import { legendOf } from './terminal/legend.ts';
import { nextLines } from './terminal/next.ts';
import { notesOf } from './terminal/notes.ts';
import { overviewTable } from './terminal/overview-table.ts';
import { type Paint, paintOf } from './terminal/paint.ts';
import { inShort } from './text/in-short.ts';
import { type ScenarioView, viewOf } from './terminal/scenario-view.ts';

const LEAST_WIDTH = 30;
const LABEL = 12;

/** A run for a terminal: where the answers came from, a table for each scenario with its recommendation below, and what to read next. */
export default defineReporter({
  name: 'terminal',
  description: 'Tables and a recommendation for a terminal',
  render: ({ run, trials }, options) => {
    const width = Math.max(LEAST_WIDTH, options.width);
    const paint = paintOf(options.color);
    const views = run.scenarios.map((scenario) => viewOf(run, trials, scenario));
    const lines = [
      ...provenance(run, width, paint),
      ...views.flatMap((view) => ['', ...scenarioLines(run, view, { width, paint })]),
      '',
      ...labelled('Columns', legendOf(views, width), width, paint),
      '',
      ...useLines(views, width),
      ...wrap(`Run ${safeLine(run.runId)} in reports/${safeLine(run.runId)}: run.json trials.jsonl spans.jsonl`, width - 1).map(
        (line) => ` ${line}`,
      ),
      '',
      ` ${paint.bold('Next')}`,
      ...nextLines(run, views, width),
    ];
    return `${lines.map((line) => within(line, width)).join('\n')}\n`;
  },
});

/** The last guard: whatever a name does to the layout, no line is wider than the terminal. */
const within = (line: string, width: number) => (columnsOf(line) <= width ? line : cut(stripVTControlCharacters(line), width));

interface Page {
  readonly width: number;
  readonly paint: Paint;
}

/** Where the answers came from, so loud that nobody quotes them as what they are not. */
function provenance(run: RunRecord, width: number, paint: Paint): string[] {
  const { simulated, recorded, imported } = run.provenance;
  const counts = `Model calls: ${simulated} simulated, ${recorded} recorded, ${imported} imported.`;
  const head = (word: string, text: string) =>
    labelled(word, `${text} ${counts}`, width, { ...paint, bold: (label) => paint.warn(paint.bold(label)) });
  const incomplete = run.complete
    ? []
    : labelled(
        'INCOMPLETE',
        'Some trials failed for reasons outside the patterns. They count as failures; this run cannot be a baseline.',
        width,
        {
          ...paint,
          bold: (label) => paint.bad(paint.bold(label)),
        },
      );
  if (simulated > 0) {
    const text = 'Answers come from a simulated model. They compare patterns; they do not measure a real model.';
    return [...head('SIMULATED', text), ...incomplete];
  }
  if (imported > 0)
    return [...head('IMPORTED', 'Some answers were imported or edited; they are only as good as their source.'), ...incomplete];
  if (recorded > 0)
    return [...head('RECORDED', 'Answers come from a real endpoint, as it was when they were recorded.'), ...incomplete];
  return [...head('NO CALLS', 'No model was called: this run measures nothing of a model.'), ...incomplete];
}

function scenarioLines(run: RunRecord, view: ScenarioView, { width, paint }: Page): string[] {
  const { scenario, groups } = view;
  const ran = groups.filter((group) => group.notApplicable === undefined).length;
  const size = `${ran} patterns x ${scenario.samples} samples x ${counted(scenario.trials, 'trial')}, baseline ${safeLine(scenario.baseline)}`;
  return [
    ` ${paint.bold(cut(safeLine(scenario.name), width - 1))}`,
    ...wrap(size, width - 1).map((line) => ` ${line}`),
    '',
    ...overviewTable(view, width, paint),
    '',
    ...notesOf(view).flatMap(({ label, text }) => labelled(label, safeLine(text), width, paint)),
  ];
}

/** A label and its text beside it, wrapped; on a narrow terminal the text stands below. */
function labelled(label: string, text: string, width: number, paint: Paint): string[] {
  if (width < 60) return [` ${paint.bold(label)}`, ...wrap(text, width - 3).map((line) => `   ${line}`)];
  const column = Math.max(LABEL, label.length + 1);
  return wrap(text, width - column - 1).map((line, i) =>
    i === 0 ? ` ${paint.bold(label)}${' '.repeat(column - label.length)}${line}` : ` ${' '.repeat(column)}${line}`,
  );
}

/** One line for a run of several scenarios: what to use where. */
function useLines(views: readonly ScenarioView[], width: number): string[] {
  if (views.length < 2) return [];
  const uses = inShort(views.flatMap(({ recommendation }) => recommendation ?? []));
  return uses === '' ? [] : [...wrap(safeLine(`Use ${uses}.`), width - 1).map((line) => ` ${line}`), ''];
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
