import { frontSentences, guideSentences } from '../text/guidance.ts';
import { groupName } from './figures.ts';
import type { ScenarioView } from './scenario-view.ts';

/** A sign that a wrapped line would part from its number stays with it. */
const kept = (text: string) => text.replace(/([<>]) (\d)/g, '$1$2');

/** The lines of missing trials, of the fronts and of the decision guide under a scenario's table. */
export const guidanceNotes = ({ recommendation, groups }: ScenarioView): [label: string, text: string | null][] => [
  ['Missing', missing(groups)],
  ['Front', recommendation ? kept(frontSentences(recommendation).join(' ')) : null],
  ['Guide', recommendation ? guideSentences(recommendation).join(' ') : null],
];

function missing(groups: ScenarioView['groups']): string | null {
  const parts = groups.flatMap((group) =>
    group.missing === undefined ? [] : `${groupName(group)} ${group.missing} of ${group.trials + group.missing}`,
  );
  return parts.length === 0 ? null : `${parts.join(', ')} planned trials have no record. They count as failures.`;
}
