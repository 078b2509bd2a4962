import { describe, expect, it } from 'vitest';
import { type FixtureSet } from '../../src/fixtures/fixture-set.ts';
import { replayPort } from '../../src/fixtures/replay-port.ts';
import { checkTrace } from '../../src/telemetry/trace-check.ts';
import { completion, load, newFile, post, recordTo } from '../fixtures/recording.fixture.ts';
import { type ModelCall, runScripted, type Scripted, type ScriptedTrial } from '../support/trial.ts';
import { CLOSED_FORMS, type ClosedForm } from './closed-forms.ts';

const RUNS = 1000;
const AT_ONCE = 50;

/** What came out of 1,000 runs, fifty of them interleaved at any time. */
async function everyRun(trial: () => ScriptedTrial) {
  const latencies = new Set<number>();
  const outputs = new Set<string>();
  const traces = new Set<string>();
  const problems: unknown[] = [];
  for (let done = 0; done < RUNS; done += AT_ONCE) {
    const batch = await Promise.all(Array.from({ length: AT_ONCE }, () => runScripted({ ...trial(), sound: false })));
    for (const { latencyMs, result, error, spans } of batch) {
      latencies.add(latencyMs);
      outputs.add(result?.output ?? String(error));
      const trace = JSON.stringify(spans);
      if (!traces.has(trace)) problems.push(...checkTrace(spans));
      traces.add(trace);
    }
  }
  return { latencies: [...latencies], outputs: [...outputs], traces: traces.size, problems };
}

const exactly = ({ latencyMs, output }: ClosedForm) => ({ latencies: [latencyMs], outputs: [output], traces: 1, problems: [] });

/** The traffic of one scripted run as a fixture file: every call, with its own time and status. */
async function recordingOf({ trial }: ClosedForm): Promise<FixtureSet> {
  const traffic: { readonly call: ModelCall; readonly answer: Scripted }[] = [];
  await runScripted({
    ...trial,
    script: (request, call) => {
      const said = trial.script(request, call);
      const answer = typeof said === 'string' ? { content: said } : said;
      traffic.push({ call, answer });
      return answer;
    },
  });
  const file = newFile();
  const waiting = traffic.map(({ answer }) => answer);
  const { recorder, writer } = recordTo(file, () => Promise.resolve(responseOf(waiting.shift()!)));
  const fetchIt = recorder.fetchFor(0);
  for (const { call } of traffic) await post(fetchIt, call.request, call.agent, call.path);
  writer.finish();
  return load(file);
}

function responseOf({ content, toolCalls, status, retryAfterMs, latencyMs }: Scripted): Response {
  const headers = {
    'openai-processing-ms': String(latencyMs ?? 0),
    ...(retryAfterMs === undefined ? {} : { 'retry-after-ms': String(retryAfterMs) }),
  };
  if (status !== undefined) return Response.json({ error: { message: 'busy' } }, { status, headers });
  const calls = toolCalls?.map(({ name, id }, index) => ({
    id: id ?? `call_${index}`,
    type: 'function',
    function: { name, arguments: '{}' },
  }));
  const message = { role: 'assistant', content: content ?? null, ...(calls ? { tool_calls: calls } : {}) };
  return Response.json(completion('', { choices: [{ index: 0, finish_reason: 'stop', message }] }), { headers });
}

describe('latency is the closed form of the timings, exactly, in 1,000 of 1,000 runs', () => {
  it.each(CLOSED_FORMS)('$name', async (form) => {
    expect(await everyRun(() => form.trial)).toEqual(exactly(form));
  });
});

describe('so it is when the traffic is replayed from fixtures', () => {
  it.each(CLOSED_FORMS)('$name', async (form) => {
    const set = await recordingOf(form);
    const replayed = () => ({ ...form.trial, model: replayPort({ set, trial: 0, scenario: 'triage' }) });
    expect(await everyRun(replayed)).toEqual(exactly(form));
  });
});
