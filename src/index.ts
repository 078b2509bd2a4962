// Public names, one by one: what authors of patterns, scorers, providers and reporters need, and what a program needs to read a run.
export {
  type Agent,
  type AgentInput,
  type AgentResult,
  defineAgent,
  messagesOf,
  resultOf,
  type StopReason,
  textOf,
} from './contracts/agent.ts';
export type { ChatMessage, ModelPort, ModelReply, ModelRequest, Provenance, ToolCall, Usage } from './contracts/model.ts';
export { type AgentSpec, definePattern, type Pattern, type RosterAgent, type Team } from './contracts/pattern.ts';
export { defineProvider, type Endpoint, type Provider } from './contracts/provider.ts';
export { defineReporter, type Reporter, type ReportInput } from './contracts/reporter.ts';
export type { AllOptions, Decision, RetryPolicy, RunContext, RunOptions, Settled } from './contracts/run-context.ts';
export type { Judge, JudgeAnswer, JudgeQuestion } from './contracts/judge.ts';
export type { ScoredAmounts, ScoredHandoff, ScoredSpan, ScoredToolCall } from './contracts/scored-trial.ts';
export { defineScorer, type Score, type Scored, type Scorer, type ScorerProject } from './contracts/scorer.ts';
export type { Tool, ToolContext } from './contracts/tool.ts';
export { readRun, type SavedRun } from './bench/read-run.ts';
export { type ErrorCode, PatternbenchError, type Place } from './kernel/errors.ts';
export type { Comparison, Group, Recommendation, RunRecord } from './schema/run-record.ts';
export type { Scenario } from './schema/scenario.ts';
export { krippendorffAlpha, type RatingScale, type SwapConsistency, swapConsistency } from './stats/agreement.ts';
export { clopperPearson } from './stats/clopper-pearson.ts';
export { robustness } from './stats/robustness.ts';
export type { Outcome, TrialRecord } from './schema/trial-record.ts';
