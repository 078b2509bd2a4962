import { PatternbenchError } from '../kernel/errors.ts';
import { nearestName } from '../schema/nearest-name.ts';
import type { LoadedScenario } from './plan.ts';

/** The scenarios that have all of some labels: `family=triage`, or `decomposable` for one that is true. Throws `usage` naming those that there are. */
export function taggedScenarios(loaded: readonly LoadedScenario[], tags: readonly string[]): LoadedScenario[] {
  const wanted = tags.map((tag) => (tag.includes('=') ? tag : `${tag}=true`));
  const labelsOf = ({ scenario }: LoadedScenario) => Object.entries(scenario.labels).map(([name, value]) => `${name}=${value}`);
  const found = loaded.filter((one) => wanted.every((tag) => labelsOf(one).includes(tag)));
  if (found.length > 0) return found;
  throw new PatternbenchError('usage', `no scenario has the label ${wanted.join(' and ')}`, {
    remedy: `name one of ${[...new Set(loaded.flatMap(labelsOf))].sort().join(', ')}`,
  });
}

/** Sample ids that a person named; throws `usage` for one that no scenario has. */
export function knownSamples(loaded: readonly LoadedScenario[], ids: readonly string[]): ReadonlySet<string> {
  const known = new Set(loaded.flatMap(({ scenario }) => scenario.samples.map(({ id }) => id)));
  const unknown = ids.find((id) => !known.has(id));
  if (unknown === undefined) return new Set(ids);
  const near = nearestName(unknown, known);
  const all = [...known].slice(0, 12).join(', ');
  throw new PatternbenchError('usage', `no scenario of this run has a sample "${unknown}"`, {
    remedy: near === undefined ? `name one of ${all}${known.size > 12 ? ', …' : ''}` : `did you mean ${near}?`,
  });
}
