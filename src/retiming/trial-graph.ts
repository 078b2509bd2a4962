import type { SpanRecord } from '../telemetry/span.ts';
import { type SpanTree, treeOf } from '../telemetry/span-tree.ts';
import { branchesOf, branchPools } from './branch-pools.ts';
import { causesOf, type FreedCauses, freedCauses } from './causes.ts';
import { type Cut, cutsOf } from './cuts.ts';
import { type ModelRequest, recordedModels, requestSpans, usageOf } from './model-request.ts';
import { isAcyclic, Moment } from './moment.ts';

export interface SpanMoments {
  readonly start: Moment;
  readonly end: Moment;
}

export interface CutMoment extends Cut {
  readonly moment: Moment;
}

/** Branches that wait for a place, and what frees one. */
export interface Pool {
  /** Of waiting branches, in the order in which they are let go. */
  readonly grants: readonly Moment[];
  /** A branch is over. */
  readonly dones: readonly Moment[];
}

/** What happened in a trial, and what before what. */
export interface TrialGraph {
  readonly tree: SpanTree;
  readonly root: SpanMoments;
  readonly of: ReadonlyMap<SpanRecord, SpanMoments>;
  readonly moments: readonly Moment[];
  readonly requests: readonly ModelRequest[];
  readonly pools: readonly Pool[];
  readonly cuts: readonly CutMoment[];
  /** Waits of siblings for one another that were taken out. */
  readonly freed: number;
}

export interface GraphOptions {
  /** Lets siblings start together that do not need one another. */
  readonly parallelSiblings?: boolean | undefined;
  /** What a model is swapped for: its new name, by the recorded one. */
  readonly swaps?: ReadonlyMap<string, string> | undefined;
}

/**
 * The graph of a trial's spans: a span starts after what its trace says it waited for, and after the span around it has started; it ends with
 * what it contains, or after its own time. With nothing changed every moment happens again exactly when it did.
 */
export function trialGraph(spans: readonly SpanRecord[], options: GraphOptions = {}): TrialGraph {
  const tree = treeOf(spans);
  const whole = new GraphBuilder(tree, options).build();
  if (isAcyclic(whole.moments)) return whole;
  // A trace whose steps of no length wait for one another in a circle: nobody can say which was first, so they keep their distance to what is around.
  return new GraphBuilder(tree, options, (cause, span) => cause.endUs < span.startUs).build();
}

/** Builds the moments of one trial. */
class GraphBuilder {
  readonly #tree: SpanTree;
  readonly #options: GraphOptions;
  readonly #isCause: ((cause: SpanRecord, span: SpanRecord) => boolean) | undefined;
  readonly #of = new Map<SpanRecord, SpanMoments>();
  readonly #others: Moment[] = [];
  readonly #grants = new Map<string, Moment>();
  readonly #pools: Pool[] = [];
  readonly #cuts = new Map<SpanRecord, CutMoment>();

  constructor(tree: SpanTree, options: GraphOptions, isCause?: (cause: SpanRecord, span: SpanRecord) => boolean) {
    this.#tree = tree;
    this.#options = options;
    this.#isCause = isCause;
  }

  build(): TrialGraph {
    const tree = this.#tree;
    for (const span of tree.spans) this.#of.set(span, { start: new Moment(span.startUs), end: new Moment(span.endUs) });
    const root = this.#of.get(tree.root)!;
    if (!this.#options.parallelSiblings) this.#addPools();
    if (!this.#isCause) this.#addCuts();
    const freed = this.#options.parallelSiblings ? freedCauses(tree) : undefined;
    for (const span of tree.spans) this.#connect(span, freed);
    const moments = [...[...this.#of.values()].flatMap(({ start, end }) => [start, end]), ...this.#others];
    const granted = new Set(this.#grants.values());
    for (const moment of moments) {
      if (moment.causes.length === 0 && moment !== root.start && !granted.has(moment)) moment.follows(root.start);
    }
    const ungranted = moments.filter((moment) => !granted.has(moment));
    return {
      tree,
      root,
      of: this.#of,
      moments: [...ungranted, ...granted],
      requests: this.#requests(),
      pools: this.#pools,
      cuts: [...this.#cuts.values()],
      freed: freed?.freed ?? 0,
    };
  }

  #connect(span: SpanRecord, freed: FreedCauses | undefined): void {
    const { start, end } = this.#of.get(span)!;
    const parent = span.parentPath === null ? undefined : this.#tree.byPath.get(span.parentPath);
    const around = parent && this.#of.get(parent)!;
    if (around) start.follows(around.start);
    for (const cause of freed?.causesOf(span) ?? causesOf(this.#tree, span)) {
      if (this.#isCause && !this.#isCause(cause, span)) continue;
      const pair = branchesOf(span.path, cause.path);
      start.follows((pair && this.#grants.get(`${pair.group}${pair.own}`)) ?? this.#of.get(cause)!.end);
    }
    // What it waited for is not all there any more; that it started so much later than the last of it is.
    if (freed)
      start.delayUs = span.startUs - Math.max(parent?.startUs ?? 0, ...causesOf(this.#tree, span).map((cause) => cause.endUs));
    end.follows(start);
    const cut = this.#cuts.get(span);
    if (cut) {
      end.follows(cut.moment);
      end.delayUs = 0;
    }
    around?.end.follows(end);
  }

  #addPools(): void {
    for (const { group, branches, waiting } of branchPools(this.#tree)) {
      const dones = new Map(
        [...branches].map(([branch, spans]) => {
          const done = new Moment(Math.max(...spans.map((span) => span.endUs)));
          for (const span of spans) done.follows(this.#of.get(span)!.end);
          return [branch, done] as const;
        }),
      );
      const freedUs = [...dones.values()].map((done) => done.recordedUs).sort((a, b) => a - b);
      const grants = waiting.map((_, turn) => new Moment(freedUs[turn]!));
      for (const [turn, branch] of waiting.entries()) this.#grants.set(`${group}${branch}`, grants[turn]!);
      this.#others.push(...dones.values(), ...grants);
      this.#pools.push({ grants, dones: [...dones.values()] });
    }
  }

  #addCuts(): void {
    for (const cut of cutsOf(this.#tree)) {
      const moment = new Moment(cut.span.endUs);
      if (cut.by.kind === 'deadline') moment.follows(this.#of.get(cut.by.from)!.start);
      else for (const winner of cut.by.winners) moment.follows(this.#of.get(winner)!.end);
      this.#others.push(moment);
      this.#cuts.set(cut.span, { ...cut, moment });
    }
  }

  #requests(): ModelRequest[] {
    return requestSpans(this.#tree).map(({ span, call }) => {
      const usage = usageOf(call);
      const isAnswered = !span.error && !call.error;
      const names = recordedModels(call);
      return {
        span,
        call,
        isAnswered,
        models: new Set([...names, ...names.flatMap((name) => this.#options.swaps?.get(name) ?? [])]),
        tokens: isAnswered && usage ? usage.inputTokens + usage.outputTokens : 0,
        ...this.#of.get(span)!,
        cut: this.#cuts.get(span)?.moment,
        askedUs: -1,
      };
    });
  }
}
