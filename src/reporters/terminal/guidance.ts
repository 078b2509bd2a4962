import { frontSentences, guideSentences } from '../text/guidance.ts';
import type { ScenarioView } from './scenario-view.ts';

/** A sign that a wrapped line would part from its number stays with it. */
const kept = (text: string) => text.replace(/([<>]) (\d)/g, '$1$2');

/** The lines of the fronts and of the decision guide under a scenario's table. */
export const guidanceNotes = ({ recommendation }: ScenarioView): [label: string, text: string | null][] => [
  ['Front', recommendation ? kept(frontSentences(recommendation).join(' ')) : null],
  ['Guide', recommendation ? guideSentences(recommendation).join(' ') : null],
];
