import type { RunRecord } from '../../schema/run-record.ts';

/** Where the answers of a run came from, loud enough that nobody quotes them as what they are not. */
export function originOf({ provenance, complete }: Pick<RunRecord, 'provenance' | 'complete'>): string {
  const { simulated, recorded, imported } = provenance;
  const part = complete ? '' : ' INCOMPLETE: some trials failed for reasons outside the patterns; this run cannot be a baseline.';
  if (simulated > 0)
    return `SIMULATED: answers come from a simulated model. They compare patterns; they do not measure a real model.${part}`;
  if (imported > 0) return `IMPORTED: some answers were imported or edited; they are only as good as their source.${part}`;
  if (recorded > 0) return `RECORDED: answers come from a real endpoint, as it was when they were recorded.${part}`;
  return `NO CALLS: no model was called; this run measures nothing of a model.${part}`;
}
