import type { Gate, GroupComparison, RunComparison } from '../../contracts/run-comparison.ts';
import type { Comparison } from '../../schema/run-record.ts';
import { NATIVE } from '../../schema/trial-record.ts';
import { percentChange, signedPoints } from '../../stats/in-words.ts';

/** `scenario/pattern`, with the adapter where it is not this program. */
export const groupLabel = ({ scenario, adapter, pattern }: Pick<GroupComparison, 'scenario' | 'adapter' | 'pattern'>): string =>
  `${scenario}/${adapter === NATIVE ? pattern : `${adapter}/${pattern}`}`;

/** How a metric moved: points of quality, per cent of an amount, with what an undecided comparison could have seen. */
export function changeInWords({ delta, ratio, n, verdict, mde }: Comparison): string {
  if (n === 0) return 'not compared';
  const change = delta === undefined ? percentChange(ratio ?? 1) : signedPoints(delta);
  if (verdict !== 'inconclusive' || mde === null) return change;
  return `${change} (could see ${delta === undefined ? `${Math.ceil(100 * mde)}%` : Math.ceil(100 * mde)})`;
}

/** By which gate, and of how many groups. */
export function gateInWords(gate: Gate, groups: readonly GroupComparison[]): string {
  const exact = groups.filter((group) => group.gate === 'exact').length;
  switch (gate) {
    case 'exact':
      return 'exact: the same recorded answers on both sides';
    case 'statistical':
      return 'statistical: the answers are not the same recorded ones';
    case 'mixed':
      return `exact in ${exact}, where both sides hear the same recorded answers; statistical in ${groups.length - exact}, where they do not`;
  }
}

/** The verdict of a comparison as one sentence, with how much of it is concerned. */
export function verdictSentence({ verdict, groups, before, after, baseline, accepted, gate }: RunComparison): string {
  const of = (wanted: Comparison['verdict']) => groups.filter((group) => group.verdict === wanted);
  const share = `${of(verdict).length} of ${groups.length} ${groups.length === 1 ? 'group' : 'groups'}`;
  const earlier = baseline === null ? before : `baseline ${baseline} (${before})`;
  const runs = before === after ? `${after} against itself` : `${after} against ${earlier}`;
  const how = gateInWords(gate, groups);
  switch (verdict) {
    case 'incomparable':
      return `incomparable: ${runs} would not tell anything`;
    case 'no-material-change':
      return `no-material-change in ${share}: ${runs} (${how})`;
    case 'inconclusive':
      return `inconclusive in ${share}: ${runs} (${how}); a change beyond the tolerance was seen, and chance alone could have made it`;
    case 'improved':
      return `improved in ${share}: ${runs} (${how})`;
    case 'regressed':
      return `regressed${accepted ? ', and accepted,' : ''} in ${share}: ${runs} (${how})`;
  }
}
