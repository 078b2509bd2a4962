import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadImportFormats } from '../fixtures/importing/import-formats.ts';
import { importInteractions, type ImportedInteraction } from '../fixtures/importing/import-interactions.ts';
import type { ImportSource } from '../fixtures/importing/import-source.ts';
import { readRecordings } from '../fixtures/importing/read-recordings.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import { shortHash } from '../kernel/hash.ts';
import type { RunRecord } from '../schema/run-record.ts';
import { priceTable, type PriceTable } from '../telemetry/cost.ts';
import { foreignTraces, type ForeignTrace } from './import-run/foreign-trace.ts';
import { frameworkOf, UNKNOWN_FRAMEWORK } from './import-run/framework-of.ts';
import { type ImportedName, type ImportedTrial, trialOfRecording, trialOfTrace } from './import-run/imported-trial.ts';
import { importedLines, importedRecord } from './import-run/imported-record.ts';
import type { ExecutedRun } from './execute.ts';
import { readRun, type SavedRun } from './read-run.ts';
import { rounded } from './record-text.ts';
import { inspectorFor, withKinds } from './inspector.ts';
import { RunFolder } from './run-folder.ts';

export interface ImportRunRequest {
  /** Recordings of any known format, or files of OTLP JSON lines. */
  readonly sources: readonly ImportSource[];
  readonly scenario: string;
  readonly pattern: string;
  /** Instead of the framework that shows in the prompts. */
  readonly adapter?: string | undefined;
  /** Instead of the names of the recordings: one sample a recording. */
  readonly samples?: readonly string[] | undefined;
  /** Folder of a saved run whose groups of this scenario stand in the same record. */
  readonly beside?: string | undefined;
  /** The folder that runs are written to. */
  readonly reports: string;
  /** YYYY-MM-DD */
  readonly today: string;
  readonly environment: Readonly<Record<string, unknown>>;
}

export interface ImportedRun extends ExecutedRun {
  /** Of the imported trials, in their order. */
  readonly imported: readonly ImportedTrial[];
  /** How many things of the recordings were no call to a model, by reason. */
  readonly refused: ReadonlyMap<string, number>;
}

/**
 * A run of another tool as a saved run of our own: each recording, or each trace, is a trial of its own sample, unscored. Agents are told apart by
 * their prompts or by the names in the trace. Throws `usage` where nothing in the files is a call to a model, `invalid_record` for broken spans.
 */
export async function importRun(request: ImportRunRequest): Promise<ImportedRun> {
  const prices = await priceTable({});
  const traces = request.sources.filter(isOtlp);
  const recordings = await recordingsIn(
    request.sources.filter((source) => !isOtlp(source)),
    request.today,
  );
  const foreign = traces.flatMap(({ text, name }) => foreignTraces(text, { file: name, prices }));
  const name: ImportedName = {
    scenario: request.scenario,
    pattern: request.pattern,
    adapter: request.adapter ?? adapterOf(recordings.calls.flat(), foreign),
  };
  const inspect = await inspectorFor({});
  const imported = rename(trialsOf({ recordings, foreign, name, prices }), request.samples).map(({ record, spans }) => {
    const findings = inspect(record, spans);
    return { record: withKinds(record, findings), spans, findings };
  });
  if (imported.length === 0) throw nothing(recordings.refused);
  const beside = request.beside === undefined ? undefined : await scenarioOf(request.beside, request.scenario);
  const hash = shortHash(request.sources.map(({ text }) => text).join('\n'), 12);
  const facts = {
    name,
    imported,
    beside,
    runId: runIdOf(request, name, hash),
    fixtures: hash,
    files: request.sources.map((source) => source.name),
    priceTable: prices.version,
  };
  const run: RunRecord = rounded(importedRecord(facts));
  const trials = [...(beside?.trials ?? []), ...imported.map(({ record }) => rounded(record))];
  await using folder = await RunFolder.create(request.reports, facts.runId);
  for (const line of importedLines(facts)) await folder.appendSpans(line);
  for (const line of beside ? await spanLinesOf(beside) : []) await folder.appendSpans(line);
  for (const trial of trials) await folder.appendTrial(trial);
  await folder.finish(run, request.environment);
  return { run, trials, folder: folder.path, imported, refused: recordings.refused };
}

const isOtlp = ({ text }: ImportSource): boolean =>
  /^\s*\{"?[^\n]{0,200}"resourceSpans"/.test(text) || /^\s*\{\s*"resourceSpans"/.test(text);

interface Recordings {
  readonly names: readonly string[];
  readonly calls: readonly (readonly ImportedInteraction[])[];
  readonly refused: ReadonlyMap<string, number>;
}

async function recordingsIn(sources: readonly ImportSource[], today: string): Promise<Recordings> {
  const reports = readRecordings(sources, { formats: await loadImportFormats() });
  const refused = new Map<string, number>();
  for (const report of reports) {
    for (const [reason, count] of report.refused) refused.set(reason, (refused.get(reason) ?? 0) + count);
    if (report.problem !== undefined) refused.set(report.problem, (refused.get(report.problem) ?? 0) + 1);
  }
  const used = reports.filter(({ calls }) => calls.length > 0);
  return { names: used.map(({ name }) => name), calls: used.map(({ calls }) => importInteractions(calls, { today })), refused };
}

/** The framework that shows in prompts, or in the names of instrumentation scopes (`openinference.instrumentation.crewai`). */
function adapterOf(calls: readonly ImportedInteraction[], traces: readonly ForeignTrace[]): string {
  const shown = frameworkOf(calls.map(({ interaction }) => interaction.request()));
  if (shown !== UNKNOWN_FRAMEWORK) return shown;
  const scopes = traces
    .flatMap((trace) => trace.scopes)
    .flatMap((scope) => /instrumentation[./-]([a-z][\w-]{1,30})$/i.exec(scope)?.[1] ?? []);
  const framework = scopes.find((scope) => !/^(openai|anthropic|httpx|requests|urllib3?|http|undici|fetch)$/i.test(scope));
  return framework?.toLowerCase().replaceAll('_', '-') ?? UNKNOWN_FRAMEWORK;
}

interface TrialSources {
  readonly recordings: Recordings;
  readonly foreign: readonly ForeignTrace[];
  readonly name: ImportedName;
  readonly prices: PriceTable;
}

function trialsOf({ recordings, foreign, name, prices }: TrialSources): ImportedTrial[] {
  const taken = new Set<string>();
  const recorded = recordings.calls.map((calls, at) =>
    trialOfRecording(calls, { name, sample: sampleName(recordings.names[at]!, taken), prices }),
  );
  const traced = foreign.map((trace) => trialOfTrace(trace, name)).filter(({ record }) => record.llmCalls > 0);
  return [...recorded, ...traced];
}

/** The last parts of a file's path as the name of a sample, as short as it is the only one. */
function sampleName(file: string, taken: Set<string>): string {
  const parts = file.replace(/\.[a-z]{1,5}(?:\.gz)?$/i, '').split('/');
  for (let count = 1; count <= parts.length; count++) {
    const name = parts
      .slice(-count)
      .join('.')
      .replace(/[^\w.-]+/g, '-')
      .slice(-80);
    if (taken.has(name)) continue;
    taken.add(name);
    return name;
  }
  const name = `${parts.at(-1)!.slice(0, 60)}-${taken.size + 1}`;
  taken.add(name);
  return name;
}

function rename(trials: readonly ImportedTrial[], samples: readonly string[] | undefined): ImportedTrial[] {
  if (!samples) return [...trials];
  if (samples.length !== trials.length) {
    throw new PatternbenchError('usage', `${samples.length} samples are named, and the files hold ${trials.length} runs`, {
      remedy: 'name one --sample for each run, or none',
    });
  }
  return trials.map(({ record, spans }, at) => {
    const sample = samples[at]!;
    for (const span of spans) if (span.parentPath === null) span.attributes['patternbench.sample.id'] = sample;
    return { record: { ...record, sample }, spans };
  });
}

const nothing = (refused: ReadonlyMap<string, number>): PatternbenchError =>
  new PatternbenchError(
    'usage',
    `there is no call to a model in these files${refused.size > 0 ? `: ${[...refused].map(([reason, count]) => `${count} ${reason}`).join('; ')}` : ''}`,
    {
      remedy: 'give recordings that `fixtures import --dry-run` takes, or spans as OTLP JSON lines',
    },
  );

const runIdOf = ({ scenario, samples, beside }: ImportRunRequest, name: ImportedName, hash: string): string =>
  `${scenario}-import-${shortHash(canonicalJson({ name, hash, samples: samples ?? null, beside: beside ?? null }), 8)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, 'x')}`;

/** A saved run as far as it is of one scenario. Throws `usage` where it has no such scenario. */
async function scenarioOf(folder: string, scenario: string): Promise<SavedRun> {
  const saved = await readRun(folder);
  if (!saved.run.scenarios.some(({ name }) => name === scenario)) {
    throw new PatternbenchError('usage', `the run beside which this one is to stand has no scenario "${scenario}"`, {
      remedy: `name one of ${saved.run.scenarios.map(({ name }) => name).join(', ')} with --scenario`,
    });
  }
  return { ...saved, trials: saved.trials.filter((trial) => trial.scenario === scenario) };
}

/** The span lines of the trials of a saved run. */
async function spanLinesOf({ folder, trials }: SavedRun): Promise<string[]> {
  const text = await readFile(join(folder, 'spans.jsonl'), 'utf8');
  const ids = new Set(trials.map(({ traceId }) => traceId));
  return text.split('\n').filter((line) => ids.has(/"traceId":"([0-9a-f]{32})"/.exec(line)?.[1] ?? ''));
}
