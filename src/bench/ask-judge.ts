import type { Judge, JudgeAnswer, JudgeQuestion } from '../contracts/judge.ts';
import type { CallInfo, ModelPort, ModelReply, ModelRequest } from '../contracts/model.ts';
import { redact } from '../fixtures/redact.ts';
import { requestKey } from '../fixtures/request-key.ts';
import { type Clock, msOf } from '../kernel/clock.ts';
import { messageOf, PatternbenchError } from '../kernel/errors.ts';
import type { Json } from '../kernel/json.ts';
import { VirtualClock } from '../kernel/virtual-clock.ts';
import { backoffUs } from '../resilience/backoff.ts';
import { compileJsonSchema } from '../schema/json-schema.ts';
import type { RunBudget } from '../state/run-budget.ts';
import type { TrialJournal } from '../state/trial-journal.ts';
import { EVENT, type KnownAttributes } from '../telemetry/attribute-names.ts';
import type { PriceTable } from '../telemetry/cost.ts';
import type { SpanEvent } from '../telemetry/span.ts';

/** What the judges of one trial are asked through. */
export interface JudgeSurroundings {
  /** A port of their own: repeats are counted in it, apart from those of the trial, so that scoring again asks the same. */
  readonly model: () => ModelPort;
  readonly clock: (seed: string) => Clock;
  readonly prices: PriceTable;
  /** The `seed` field of requests. */
  readonly requestSeed: number;
  readonly signal: AbortSignal;
  readonly budget?: RunBudget | undefined;
  /** What the trial has done before the run was taken up again: a verdict is not paid for twice. */
  readonly journal?: TrialJournal | undefined;
}

/** The judges of one trial, and what they did. */
export interface JudgeDesk {
  readonly ofScorer: (scorer: string) => Judge;
  /** Events for the root of the trial, which ended at `atUs`. */
  readonly events: (atUs: number) => SpanEvent[];
}

type Noted = { readonly name: string; readonly attributes: KnownAttributes };

/** Tries on a failing endpoint before a judge counts as silent, as for a trial's own calls. */
const ATTEMPTS = 4;
const RETRY = { baseMs: 1000, jitter: 0.25 } as const;

export function judgeDesk(surroundings: JudgeSurroundings): JudgeDesk {
  const noted: Noted[] = [];
  let asked = 0;
  let port: ModelPort | undefined;
  return {
    ofScorer: (scorer) => ({
      ask: (question) => {
        port ??= surroundings.model();
        const path = `judge:${scorer}#${asked++}`;
        return ask(question, { ...surroundings, port, scorer, path, note: (one) => void noted.push(one) });
      },
      noteSwap: (agrees) =>
        void noted.push({
          name: EVENT.judgeSwap,
          attributes: { 'gen_ai.evaluation.name': scorer, 'patternbench.judge.agrees': agrees },
        }),
    }),
    events: (atUs) => noted.map((one) => ({ ...one, atUs })),
  };
}

interface Asking extends JudgeSurroundings {
  readonly port: ModelPort;
  readonly scorer: string;
  /** Of the question in the journal of the trial. */
  readonly path: string;
  readonly note: (noted: Noted) => void;
}

async function ask(question: JudgeQuestion, asking: Asking): Promise<JudgeAnswer> {
  const request = requestOf(question, asking.requestSeed);
  const clock = asking.clock(`judge/${asking.scorer}`);
  try {
    const work = () => callOnce(request, clock, asking);
    const reply = await (clock instanceof VirtualClock ? clock.run(work) : work());
    return understood(reply, question);
  } catch (error) {
    if (endsRun(error) || asking.signal.aborted) throw error;
    return { ok: false, problem: messageOf(error) };
  }
}

/** What a missing recording does to the run is up to whoever opened the recordings; it was told. */
const endsRun = (error: unknown): boolean =>
  !(error instanceof PatternbenchError) || ['limit_exceeded', 'cancelled', 'broken_invariant'].includes(error.code);

const requestOf = ({ model, system, material, form, temperature }: JudgeQuestion, seed: number): ModelRequest => ({
  model,
  messages: [
    { role: 'system', content: system },
    { role: 'user', content: JSON.stringify(material) },
  ],
  ...(temperature === null ? {} : { temperature }),
  response_format: { type: 'json_schema', json_schema: { name: 'verdict', strict: true, schema: form } },
  seed,
});

/** Asks only what the journal has no answer to; of recorded traffic the recording is asked, which costs nothing. */
async function callOnce(request: ModelRequest, clock: Clock, asking: Asking): Promise<ModelReply> {
  const { journal, port, path } = asking;
  if (!journal || port.remembers) return callAgain(request, clock, asking);
  const hash = requestKey(request);
  const before = journal.recorded(path);
  if (before?.end?.value !== undefined && before.begin.hash === hash) {
    const reply = before.end.value as unknown as ModelReply;
    noteCall(asking, request, { reply, latencyMs: msOf(before.end.at) });
    return reply;
  }
  journal.begin({ path, kind: 'model', hash, at: clock.nowUs() });
  try {
    const reply = await callAgain(request, clock, asking);
    journal.end({ path, at: clock.nowUs(), value: redact(reply) as unknown as Json });
    return reply;
  } catch (error) {
    // Without a value it is asked again when the run goes on.
    if (!endsRun(error)) journal.end({ path, at: clock.nowUs(), error: { code: 'model_error', message: messageOf(error) } });
    throw error;
  }
}

async function callAgain(request: ModelRequest, clock: Clock, asking: Asking): Promise<ModelReply> {
  const { port, scorer, signal, budget } = asking;
  const info: CallInfo = { agent: scorer, path: `judge:${scorer}`, stop: signal, clock };
  for (let attempt = 0; ; attempt++) {
    budget?.check();
    const startUs = clock.nowUs();
    try {
      const reply = await port.call(request, info);
      noteCall(asking, request, { reply, latencyMs: msOf(clock.nowUs() - startUs) });
      return reply;
    } catch (error) {
      const facts = error instanceof PatternbenchError ? error.facts : {};
      noteCall(asking, request, { error, latencyMs: msOf(clock.nowUs() - startUs) });
      if (facts['retryable'] !== true || attempt + 1 >= ATTEMPTS || signal.aborted) throw error;
      const asked = facts['retryAfterMs'];
      const draw = `judge/${scorer}/try${attempt}`;
      const waitUs = backoffUs(RETRY, { attempt, draw, retryAfterMs: typeof asked === 'number' ? asked : undefined });
      await clock.sleep(waitUs, signal);
    }
  }
}

interface Called {
  readonly reply?: ModelReply;
  readonly error?: unknown;
  readonly latencyMs: number;
}

function noteCall({ scorer, prices, budget, note }: Asking, { model }: ModelRequest, { reply, error, latencyMs }: Called): void {
  const attributes: KnownAttributes = {
    'gen_ai.evaluation.name': scorer,
    'gen_ai.request.model': model,
    'patternbench.judge.latency_ms': latencyMs,
  };
  if (error !== undefined) attributes['error.type'] = error instanceof PatternbenchError ? error.code : '_OTHER';
  if (reply) {
    const { usage, servedModel, pricedOn, fixture } = reply;
    attributes['gen_ai.response.model'] = servedModel;
    attributes['patternbench.provenance'] = reply.provenance;
    if (fixture !== null) attributes['patternbench.replay.fixture_id'] = fixture;
    if (usage === null) attributes['patternbench.usage.missing'] = true;
    else {
      const usd = (prices.costOf(servedModel, usage, pricedOn) ?? prices.costOf(model, usage, pricedOn))?.usd ?? null;
      attributes['gen_ai.usage.input_tokens'] = usage.inputTokens;
      attributes['gen_ai.usage.output_tokens'] = usage.outputTokens;
      if (usd !== null) attributes['patternbench.cost.usd'] = usd;
      budget?.spend(usage.inputTokens + usage.outputTokens, usd);
    }
  }
  note({ name: EVENT.judgeCall, attributes });
}

/** Whole JSON of the asked form, or nothing: half a verdict is none. */
function understood({ message, finishReason }: ModelReply, { form }: JudgeQuestion): JudgeAnswer {
  if (message.refusal) return { ok: false, problem: 'it refused to judge' };
  if (finishReason === 'length') return { ok: false, problem: 'its answer was cut off' };
  let value: unknown;
  try {
    value = JSON.parse(message.content ?? '');
  } catch {
    return { ok: false, problem: 'its answer is not JSON' };
  }
  const checked = compileJsonSchema(form)(value);
  return checked.ok
    ? { ok: true, value: checked.value }
    : { ok: false, problem: `its answer has another form: ${checked.problem}` };
}
