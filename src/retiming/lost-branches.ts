import { OWN, STEP } from '../telemetry/attribute-names.ts';
import type { SpanRecord } from '../telemetry/span.ts';
import { isWork, roleOf } from '../telemetry/span-role.ts';
import type { SpanTree } from '../telemetry/span-tree.ts';

/** A branch that its join did not wait for: enough others had finished. Whether it was stopped in the middle of a step its spans may not tell. */
export interface LostBranch {
  readonly join: SpanRecord;
  readonly spans: readonly SpanRecord[];
}

/** The branches that lost a race: something was done in them, and their join names nothing of it. */
export function lostBranches(tree: SpanTree): LostBranch[] {
  return tree.spans.filter(isJoin).flatMap((join) => {
    const group = groupOf(join);
    if (group === undefined) return [];
    const inGroup = tree.spans.filter((span) => span.path.startsWith(group));
    const branches = Map.groupBy(inGroup, (span) => Number.parseInt(span.path.slice(group.length), 10));
    return [...branches]
      .filter(([branch]) => !join.links.some((link) => link.startsWith(`${group}${branch}]`)))
      .filter(([, spans]) => spans.some((span) => isWork(roleOf(span)) || span.error))
      .map(([, spans]) => ({ join, spans }));
  });
}

const isJoin = (span: SpanRecord): boolean => span.attributes[OWN.stepType] === STEP.join;

/** The step whose branches a join waited for, as their paths begin: `all:items#0[`. */
function groupOf({ path, links }: SpanRecord): string | undefined {
  const scope = path.slice(0, path.lastIndexOf('/') + 1);
  const link = links.find((one) => one.startsWith(scope) && /^all:[^/]*\[/.test(one.slice(scope.length)));
  return link?.slice(0, link.indexOf('[', scope.length) + 1);
}
