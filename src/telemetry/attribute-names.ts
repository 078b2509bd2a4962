import type { AttributeValue } from './span.ts';

/**
 * Attribute names of the OpenTelemetry semantic conventions for generative AI, frozen at v1.41 (the set that Jaeger's GenAI view reads),
 * with the few general and OpenAI ones that our spans carry. Kept here because the npm constants are deprecated and moving.
 */
export const GEN_AI = {
  operationName: 'gen_ai.operation.name',
  providerName: 'gen_ai.provider.name',
  requestModel: 'gen_ai.request.model',
  requestTemperature: 'gen_ai.request.temperature',
  requestSeed: 'gen_ai.request.seed',
  requestMaxTokens: 'gen_ai.request.max_tokens',
  requestStream: 'gen_ai.request.stream',
  outputType: 'gen_ai.output.type',
  responseId: 'gen_ai.response.id',
  responseModel: 'gen_ai.response.model',
  responseFinishReasons: 'gen_ai.response.finish_reasons',
  /** Seconds. */
  timeToFirstChunk: 'gen_ai.response.time_to_first_chunk',
  /** Includes cached tokens. */
  inputTokens: 'gen_ai.usage.input_tokens',
  /** Includes reasoning tokens. */
  outputTokens: 'gen_ai.usage.output_tokens',
  cacheReadInputTokens: 'gen_ai.usage.cache_read.input_tokens',
  reasoningOutputTokens: 'gen_ai.usage.reasoning.output_tokens',
  agentName: 'gen_ai.agent.name',
  agentDescription: 'gen_ai.agent.description',
  toolName: 'gen_ai.tool.name',
  toolCallId: 'gen_ai.tool.call.id',
  toolType: 'gen_ai.tool.type',
  toolDescription: 'gen_ai.tool.description',
  toolCallArguments: 'gen_ai.tool.call.arguments',
  toolCallResult: 'gen_ai.tool.call.result',
  workflowName: 'gen_ai.workflow.name',
  conversationId: 'gen_ai.conversation.id',
  systemInstructions: 'gen_ai.system_instructions',
  inputMessages: 'gen_ai.input.messages',
  outputMessages: 'gen_ai.output.messages',
  evaluationName: 'gen_ai.evaluation.name',
  evaluationScore: 'gen_ai.evaluation.score.value',
  evaluationLabel: 'gen_ai.evaluation.score.label',
  evaluationExplanation: 'gen_ai.evaluation.explanation',
  errorType: 'error.type',
  openaiApiType: 'openai.api.type',
  openaiSystemFingerprint: 'openai.response.system_fingerprint',
  serverAddress: 'server.address',
  serverPort: 'server.port',
  httpRequestMethod: 'http.request.method',
  httpResponseStatusCode: 'http.response.status_code',
  httpRequestResendCount: 'http.request.resend_count',
  serviceName: 'service.name',
} as const;

/** Values of `gen_ai.operation.name` that we emit; steps of the harness (join, backoff, wait, …) carry none. */
export const OPERATION = {
  chat: 'chat',
  invokeAgent: 'invoke_agent',
  invokeWorkflow: 'invoke_workflow',
  executeTool: 'execute_tool',
} as const;

/** Our own attribute names. Usage and cost stand on calls only, never on the containers around them: sums would count twice. */
export const OWN = {
  /** The span's path in the trial (kernel/path.ts). */
  path: 'patternbench.path',
  /** Span ids of the spans whose end made this one start. Written on export; a SpanRecord has them in `after`. */
  after: 'patternbench.after',
  linkType: 'patternbench.link.type',

  runId: 'patternbench.run.id',
  runMode: 'patternbench.run.mode',
  runTrial: 'patternbench.run.trial',
  runSeed: 'patternbench.run.seed',
  scenarioId: 'patternbench.scenario.id',
  patternName: 'patternbench.pattern.name',
  sampleId: 'patternbench.sample.id',
  adapter: 'patternbench.adapter',
  configHash: 'patternbench.config.hash',
  /** JSON text of what was planned (schema/plan-facts.ts), on the plan span. */
  plan: 'patternbench.plan',
  fixtureSet: 'patternbench.fixture.set',
  timeSource: 'patternbench.time.source',

  /** Why the trial or the agent stopped. */
  stop: 'patternbench.stop',
  /** JSON text of the outcome (schema/trial-record.ts). */
  outcome: 'patternbench.outcome',
  /** JSON text: score by scorer. */
  scores: 'patternbench.scores',
  /** JSON text: sentence by scorer. */
  why: 'patternbench.why',
  passed: 'patternbench.passed',
  output: 'patternbench.output',
  outputHash: 'patternbench.output.hash',

  costUsd: 'patternbench.cost.usd',
  costInputUsd: 'patternbench.cost.input_usd',
  costOutputUsd: 'patternbench.cost.output_usd',
  priceVersion: 'patternbench.price.version',
  pricedOn: 'patternbench.price.date',
  replayFixtureId: 'patternbench.replay.fixture_id',
  provenance: 'patternbench.provenance',
  /** `synthetic` where the duration of an imported call was drawn from a declared model, `measured` where it was recorded. */
  timing: 'patternbench.timing',
  /** Of an imported call: the recording and the place in it. */
  importedFrom: 'patternbench.import.from',
  /** true when the endpoint reported no usage; the token attributes are absent then. */
  usageMissing: 'patternbench.usage.missing',
  /** Chunks of a streamed answer. */
  chunks: 'patternbench.chunks',
  llmAttempts: 'patternbench.llm.attempts',
  /** string[]: a digest of each of the request's messages, in order: equal conversations have equal ones. */
  messageDigests: 'patternbench.message.digests',
  /** Characters of the request's messages, and how many of them stand in paragraphs that another agent had been sent before in this trial. */
  promptCharacters: 'patternbench.prompt.characters',
  promptResent: 'patternbench.prompt.resent_characters',
  /** string[]: paths of the earlier calls whose answers this request holds; those of the very same conversation are left out. */
  promptReads: 'patternbench.prompt.reads',
  outputDigest: 'patternbench.output.digest',
  /** 0 to 1: how much of its three-word phrases this answer shares with the one that the same agent gave before it. */
  outputSimilarity: 'patternbench.output.similarity',
  /** true on a call whose answer stands in that of the trial. */
  outputInAnswer: 'patternbench.output.in_answer',
  /** Digest of a model's answer: with the fixture's address it tells which recording stood in (replayed-answers.ts). */
  answerDigest: 'patternbench.answer.digest',

  agentRole: 'patternbench.agent.role',
  agentAttempt: 'patternbench.agent.attempt',
  agentTurns: 'patternbench.agent.turns',
  /** string or string[]: whom a router chose. */
  routeChoice: 'patternbench.route.choice',
  routeCandidates: 'patternbench.route.candidates',
  handoffFrom: 'patternbench.handoff.from',
  handoffTo: 'patternbench.handoff.to',
  handoffMode: 'patternbench.handoff.mode',
  toolDenied: 'patternbench.tool.denied',
  /** `write` on a call that changes the world; absent on one that reads. */
  toolEffect: 'patternbench.tool.effect',
  toolArgumentsDigest: 'patternbench.tool.arguments.digest',
  toolResultDigest: 'patternbench.tool.result.digest',

  /** What kind of step of the harness this is: one of STEP, or a name of the pattern's own. */
  stepType: 'patternbench.step.type',
  stepName: 'patternbench.step.name',
  stepIndex: 'patternbench.step.index',
  waitReason: 'patternbench.wait.reason',
  approvalDecision: 'patternbench.approval.decision',
  /** true on a tool call whose arguments meet the condition from which a person should have been asked (findings of the scenario). */
  approvalDue: 'patternbench.approval.due',
  /** true on a step whose first attempt was lost with the process that made it: it may have been paid for twice. */
  wasted: 'patternbench.wasted',
  checkpointId: 'patternbench.checkpoint.id',
  faultType: 'patternbench.fault.type',

  retryAttempt: 'patternbench.retry.attempt',
  retryDelayMs: 'patternbench.retry.delay_ms',
  fallbackFrom: 'patternbench.fallback.from',
  fallbackTo: 'patternbench.fallback.to',
  limitName: 'patternbench.limit.name',
  /** Milliseconds that one run of the agent may take; `exceeded` when it took longer and was stopped. */
  budgetLatencyMs: 'patternbench.budget.latency_ms',
  budgetExceeded: 'patternbench.budget.exceeded',
  /** Milliseconds after which the step is stopped (of a step that is tried again: each attempt); absent where nothing would stop it. */
  deadlineMs: 'patternbench.deadline_ms',
  /** Of an alert: which budget, and how much of it is used up, as a share. */
  budgetName: 'patternbench.budget.name',
  budgetShare: 'patternbench.budget.share',
  /** What an alert is about: `loop`. */
  alertKind: 'patternbench.alert.kind',
  alertRepeats: 'patternbench.alert.repeats',
  /** Milliseconds that a judge took; they belong to no trial. */
  judgeLatencyMs: 'patternbench.judge.latency_ms',
  /** Whether a judge that was asked in both orders preferred the same answer. */
  judgeAgrees: 'patternbench.judge.agrees',
  /** What was wrong with an answer that had to be mended, or with the attempt that a fallback replaced. */
  problem: 'patternbench.problem',
} as const;

type ValueOf<T> = T[keyof T];

/**
 * Attributes with the names above. Spans are filled through this type with their names written out, checked by it: names that are computed
 * (`[GEN_AI.requestModel]: …`) make a slow object of each: of the work around a replayed model call they were two fifths.
 */
export type KnownAttributes = { [Name in ValueOf<typeof GEN_AI> | ValueOf<typeof OWN>]?: AttributeValue };

/** Values of `patternbench.step.type` that analyses know: time spent in `backoff`, `wait` and `approval` is accounted for as waiting. */
export const STEP = {
  backoff: 'backoff',
  wait: 'wait',
  join: 'join',
  decide: 'decide',
  attempt: 'attempt',
  plan: 'plan',
  approval: 'approval',
} as const;

/** Names of span events. */
export const EVENT = {
  retry: 'patternbench.retry',
  fallback: 'patternbench.fallback',
  circuit: 'patternbench.circuit',
  /** A question went to somebody above. */
  escalation: 'patternbench.escalation',
  limit: 'patternbench.limit',
  /** Something runs away; the trial is stopped. */
  alert: 'patternbench.alert',
  fault: 'patternbench.fault',
  budgetAlert: 'patternbench.budget.alert',
  /** A decision had to be asked for again because its answer was not usable. */
  repair: 'patternbench.repair',
  evaluation: 'gen_ai.evaluation.result',
  /** Of the root: a model was asked to judge the trial. No span, as it is no part of the trial: no sum of spans can count it. */
  judgeCall: 'patternbench.judge.call',
  /** Of the root: a judge was asked in both orders. */
  judgeSwap: 'patternbench.judge.swap',
} as const;

/** A tool of this prefix hands over to another agent: it is not counted as a tool call. */
export const HANDOFF_PREFIX = 'transfer_to_';

/** Facts about messages that are known only when a trial is over: spans.jsonl has them, spans that a live run sends as they end do not. */
export const AFTERWARDS: readonly string[] = [
  OWN.messageDigests,
  OWN.promptCharacters,
  OWN.promptResent,
  OWN.promptReads,
  OWN.outputDigest,
  OWN.outputSimilarity,
  OWN.outputInAnswer,
  OWN.toolArgumentsDigest,
  OWN.toolResultDigest,
  OWN.approvalDue,
];
