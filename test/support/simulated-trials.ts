import { dirname, join } from 'node:path';
import { policyApprover } from '../../src/agent/policy-approver.ts';
import { toolsOf } from '../../src/bench/build-team-tools.ts';
import { findScenarios, loadScenario } from '../../src/bench/load-scenarios.ts';
import { loadPatterns, loadScorers } from '../../src/bench/parts.ts';
import { type LoadedScenario, planOf, type TrialPlan } from '../../src/bench/plan.ts';
import { scoreTrial } from '../../src/bench/score-trial.ts';
import { runTrial } from '../../src/bench/trial.ts';
import type { Pattern } from '../../src/contracts/pattern.ts';
import type { Scorer } from '../../src/contracts/scorer.ts';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';
import type { TrialRecord } from '../../src/schema/trial-record.ts';
import { type World, worldOf } from '../../src/simulation/world.ts';
import { type AnswerBytes, simulatedPort } from './simulated-port.ts';

/** A scenario with everything that its trials take, except a model. */
export interface SimulatedScenario extends LoadedScenario {
  readonly world: World;
  readonly patterns: readonly Pattern[];
  readonly scorers: readonly Scorer[];
}

/** The scenario of that file, with the patterns and scorers that ship. */
export async function simulatedScenario(file: string): Promise<SimulatedScenario> {
  const patterns = await loadPatterns();
  const scorers = await loadScorers();
  const scenario = await loadScenario(file, { patterns, scorers });
  return { scenario, tools: await toolsOf(scenario, dirname(file)), world: worldOf(scenario), patterns, scorers };
}

/** The scenarios that ship, in the order of their files. */
export async function shippedScenarios(): Promise<SimulatedScenario[]> {
  const files = await findScenarios(join(import.meta.dirname, '..', '..', 'scenarios'));
  return Promise.all(files.map(simulatedScenario));
}

/** Every trial of the scenario under every pattern that applies to it. */
export const plansOf = ({ scorers, patterns, ...loaded }: SimulatedScenario, trials: number): readonly TrialPlan[] =>
  planOf({ scenarios: [loaded], patterns, scorers, trials }).trials;

/** Runs a trial as the bench does, on a fresh virtual clock, and judges it. Prices are of no interest here. */
export async function recordOf(plan: TrialPlan, answer: AnswerBytes): Promise<TrialRecord> {
  const finished = await runTrial(plan, {
    clock: () => new VirtualClock(),
    model: simulatedPort(answer),
    prices: { version: 'none', costOf: () => null },
    seed: 1,
    fixtureSet: null,
    signal: new AbortController().signal,
    approver: plan.cell.scenario.approver && policyApprover(plan.cell.scenario.approver),
  });
  return scoreTrial(finished);
}

/** All records, in the order of the plans. Each trial has a clock of its own, so running them side by side changes nothing. */
export const recordsOf = (plans: readonly TrialPlan[], answer: AnswerBytes): Promise<TrialRecord[]> =>
  Promise.all(plans.map((plan) => recordOf(plan, answer)));
