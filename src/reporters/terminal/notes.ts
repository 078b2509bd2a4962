import type { Group } from '../../schema/run-record.ts';
import type { TrialRecord } from '../../schema/trial-record.ts';
import { signedPoints } from '../../stats/in-words.ts';
import { discordanceBound } from '../../stats/paired.ts';
import { judgesSentence } from '../text/judges.ts';
import { worseSentence } from '../text/worse.ts';
import { groupName, seconds } from './figures.ts';
import { guidanceNotes } from './guidance.ts';
import { findingsLine } from './findings-line.ts';
import { flipsOf } from './flips.ts';
import { comparisonOf, type ScenarioView, trialsOf } from './scenario-view.ts';

/** A labelled line under a table; its text is as the records have it, and not yet safe to print. */
export interface Note {
  readonly label: string;
  readonly text: string;
}

const EVEN = 1e-9;

/** What stands under a scenario's table, in reading order; the recommendation comes last, where people look. */
export function notesOf(view: ScenarioView): Note[] {
  const notes: [string, string | null][] = [
    ['Why', why(view)],
    ['Findings', findingsLine(view)],
    ['Errors', errors(view)],
    ['Unscored', unscored(view)],
    ['Judges', judgesSentence(view.groups)],
    ['Could see', couldSee(view)],
    ['Sensitivity', view.scenario.sensitivity],
    ...guidanceNotes(view),
    ['Sure', sure(view)],
    ['Use', use(view)],
  ];
  return notes.flatMap(([label, text]) => (text === null || text === '' ? [] : [{ label, text }]));
}

/** The pattern whose difference from the baseline is worth explaining: the recommended one, or else the best that is not the baseline. */
export function subjectOf(view: ScenarioView): string | undefined {
  const baseline = view.scenario.baseline;
  const names = [view.recommendation?.pattern, ...view.groups.filter((group) => group.quality).map(groupName)];
  return names.find((name) => name !== undefined && name !== baseline);
}

function why(view: ScenarioView): string | null {
  const name = subjectOf(view);
  if (name === undefined) return null;
  const own = trialsOf(view, name);
  const flips = flipsOf(own, trialsOf(view, view.scenario.baseline), view.scenario.primary);
  const sentences: string[] = [];
  if (flips.length > 0) {
    const won = flips.filter(({ difference }) => difference > EVEN).length;
    const lost = flips.filter(({ difference }) => difference < -EVEN).length;
    sentences.push(`${name}: ${won} samples won, ${flips.length - won - lost} tied, ${lost} lost.`);
    const largest = flips.filter(({ difference }) => Math.abs(difference) > EVEN).slice(0, 4);
    if (largest.length > 0) sentences.push(`Largest: ${largest.map(({ sample, change }) => `${sample} ${change}`).join(', ')}.`);
  }
  const path = criticalPath(own);
  if (path !== null) sentences.push(path);
  return sentences.join(' ');
}

/** The agents that hold a pattern up, by mean time on the critical path of a trial. */
function criticalPath(trials: readonly TrialRecord[]): string | null {
  const byAgent = new Map<string, number>();
  for (const { agent, ms } of trials.flatMap((trial) => trial.criticalPath)) byAgent.set(agent, (byAgent.get(agent) ?? 0) + ms);
  const top = [...byAgent].toSorted(([, a], [, b]) => b - a).slice(0, 3);
  if (top.length === 0) return null;
  const whole = trials.reduce((sum, trial) => sum + trial.latencyMs, 0) / trials.length;
  return `Critical path: ${top.map(([agent, ms]) => `${agent} ${seconds(ms / trials.length)} s`).join(', ')} of ${seconds(whole)} s a trial.`;
}

function errors(view: ScenarioView): string | null {
  const parts = view.groups.flatMap((group) => {
    if (group.errors + group.limits === 0) return [];
    const causes = new Map<string, number>();
    for (const { outcome } of trialsOf(view, groupName(group))) {
      if (outcome.status !== 'failed' && outcome.status !== 'limit') continue;
      const cause = outcome.status === 'failed' ? outcome.code : `at the limit ${outcome.limit}`;
      causes.set(cause, (causes.get(cause) ?? 0) + 1);
    }
    return `${groupName(group)} ${[...causes].map(([cause, count]) => `${count} ${cause}`).join(', ')}`;
  });
  return parts.length === 0 ? null : `${parts.join('; ')}. They count as failures.`;
}

function unscored(view: ScenarioView): string | null {
  const parts = view.groups
    .filter((group) => group.unscored > 0)
    .map((group) => `${groupName(group)} ${group.unscored} of ${group.trials}`);
  return parts.length === 0 ? null : `${parts.join(', ')} trials. They are in no quality figure.`;
}

/** The smallest difference that this run could have seen, so that "inconclusive" can be read for what it is. */
function couldSee(view: ScenarioView): string | null {
  const mdes = view.comparisons.flatMap((one) => (one.metric === 'quality' && one.mde !== null ? one.mde : []));
  if (mdes.length === 0) return null;
  const [least, most] = [Math.min(...mdes), Math.max(...mdes)].map((mde) => Math.ceil(100 * mde)) as [number, number];
  const { samples, trials, baseline } = view.scenario;
  const range = least === most ? `${most}` : `${least} to ${most}`;
  const head = `differences from ${range} points against ${baseline} at 80% power with ${samples} samples of ${trials} trial${trials === 1 ? '' : 's'}.`;
  const need = most <= 10 ? '' : ` 10 points need up to ${Math.ceil(samples * (Math.max(...mdes) / 0.1) ** 2)} samples.`;
  return `${head}${need}${tooSmall(view)}`;
}

/** Where the recommended pattern's own lead is smaller than what could have been seen, the reader must not take it for settled. */
function tooSmall(view: ScenarioView): string {
  const name = subjectOf(view);
  const one = name === undefined ? undefined : comparisonOf(view, name, 'quality');
  if (one?.delta === undefined || one.mde === null || Math.abs(one.delta) >= one.mde || one.verdict !== 'inconclusive') return '';
  return ` The ${signedPoints(one.delta)} of ${name} is less than this run could see of it: more samples would tell.`;
}

function sure({ recommendation, groups }: ScenarioView): string | null {
  if (!recommendation) return null;
  const perfect = groups.filter((group) => group.quality?.mean === 1).map(ruleOfThree);
  return [recommendation.sure, ...perfect].join(' ');
}

/** No failing sample among n does not mean that there are none: the exact form of the rule of three. */
const ruleOfThree = (group: Group) =>
  group.quality
    ? `${groupName(group)} never failed: that many samples leave room for up to ${Math.ceil(100 * discordanceBound(group.quality.n))}% that it would fail (95%).`
    : '';

function use(view: ScenarioView): string {
  const recommendation = view.recommendation;
  if (!recommendation) return 'no recommendation: nothing is scored, or this record holds none.';
  const worse = worseSentence(recommendation, view.scenario, view.comparisons);
  return [recommendation.sentence.replace(/^Use /, ''), ...recommendation.evidence, ...(worse === null ? [] : [worse])].join(' ');
}
