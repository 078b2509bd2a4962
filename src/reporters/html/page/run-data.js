import { trialName } from './dom.js';

/** Unpacks what the page was given. */
export async function unpacked(base64) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return indexed(JSON.parse(await new Response(stream).text()));
}

/** What a group is called: its pattern, with the adapter where that is not this program. */
export function cellOf({ adapter, pattern }) {
  return adapter === 'native' ? pattern : `${adapter}/${pattern}`;
}

/** The run with its parts at hand by name. */
export function indexed(data) {
  const byCell = Map.groupBy(data.trials, (trial) => `${trial.scenario}\n${cellOf(trial)}`);
  const byName = new Map(data.trials.map((trial) => [trialName(trial), trial]));
  return {
    ...data,
    byName,
    trialsOf: (scenario, cell) => byCell.get(`${scenario}\n${cell}`) ?? [],
    /** Groups that ran, best first. */
    groupsOf: (scenario) =>
      data.run.groups
        .filter((group) => group.scenario === scenario && group.notApplicable === undefined && group.trials > 0)
        .sort((a, b) => (b.quality?.mean ?? -1) - (a.quality?.mean ?? -1)),
    skippedOf: (scenario) => data.run.groups.filter((group) => group.scenario === scenario && group.notApplicable !== undefined),
    comparisonOf: (scenario, cell, metric) =>
      data.run.comparisons.find((one) => one.scenario === scenario && one.a === cell && one.metric === metric),
    recommendationOf: (scenario) => (data.run.recommendations ?? []).find((one) => one.scenario === scenario),
    summaryOf: (scenario) => data.run.scenarios.find((one) => one.name === scenario),
  };
}

const FIELDS = 13;

/** The spans of a trial as rows, or nothing where the page has none. */
export function rowsOf(data, trial) {
  if (!trial.spans) return null;
  const text = (number) => (number < 0 ? '' : data.strings[number]);
  const rows = [];
  for (let at = 0; at < trial.spans.length; at += FIELDS) {
    const [label, role, agent, model, parent, startUs, durationUs, input, cached, output, nanoUsd, error, critical] =
      trial.spans.slice(at, at + FIELDS);
    rows.push({
      index: rows.length,
      label: text(label),
      role: text(role),
      agent: text(agent),
      model: text(model),
      parent,
      depth: parent < 0 ? 0 : rows[parent].depth + 1,
      startUs,
      durationUs,
      tokens: input < 0 ? null : { input, cached, output },
      costUsd: nanoUsd < 0 ? null : nanoUsd / 1e9,
      error: text(error),
      critical: critical === 1,
      after: [],
    });
  }
  for (const [row, ...causes] of trial.after ?? []) rows[row].after = causes;
  return rows;
}

/** The agents of a scenario in a fixed order, so that each keeps its colour in all drawings. */
export function agentsOf(data, scenario) {
  const names = new Set();
  for (const trial of data.trials) if (trial.scenario === scenario) for (const name of Object.keys(trial.agents)) names.add(name);
  const rank = (name) => (name === 'coordinator' ? 0 : name === 'orchestrator' ? 2 : 1);
  return [...names].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

/** The class of an agent's colour: seven, then one for all others. */
export function agentClass(agents, name) {
  const at = agents.indexOf(name);
  return at < 0 || at > 6 ? 'agent-other' : `agent-${at}`;
}
