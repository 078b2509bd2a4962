import { loadFixtureSet } from '../../../src/fixtures/fixture-set.ts';
import { interner } from '../../../src/fixtures/interning.ts';
import { callText, lineText } from '../../../src/fixtures/line-text.ts';
import { requestKey } from '../../../src/fixtures/request-key.ts';
import { encodeStream } from '../../../src/fixtures/stream-coding.ts';
import { streamEvent } from '../../../src/fixtures/stream-event.ts';
import type { CallLine } from '../../../src/schema/fixture.ts';
import type { Goal } from '../goal.ts';
import { ratioResult } from '../ratio-result.ts';
import { compare } from '../slices.ts';

const INTERACTIONS = 20_000;
const AGENTS = 5;

/** A text of so many characters, other ones for each seed. */
const textOf = (seed: number, length: number): string =>
  Array.from({ length: Math.ceil(length / 8) }, (_, at) => ((seed + at) * 2654435761).toString(36).slice(0, 7))
    .join(' ')
    .slice(0, length);

const chunk = (choices: readonly object[], more: object = {}) =>
  JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'gpt-4o-2024-08-06', choices, ...more });

const USAGE = { prompt_tokens: 700, completion_tokens: 250, total_tokens: 950, prompt_tokens_details: { cached_tokens: 0 } };

/** An answer of 1 KB; every fourth one streamed in 40 chunks. */
function answerOf(n: number): Partial<CallLine> {
  const content = textOf(n * 7, 1000);
  if (n % 4 > 0) {
    const message = { role: 'assistant', content, refusal: null, annotations: [] };
    return {
      served: 'gpt-4o-2024-08-06',
      fp: 'fp_1',
      usage: USAGE,
      res: {
        id: `chatcmpl-${n}`,
        object: 'chat.completion',
        created: n,
        choices: [{ index: 0, message, logprobs: null, finish_reason: 'stop' }],
      },
    };
  }
  const words = Array.from({ length: 40 }, (_, i) =>
    chunk([{ index: 0, delta: { content: content.slice(i * 25, i * 25 + 25) }, finish_reason: null }]),
  );
  const events = [...words, chunk([{ index: 0, delta: {}, finish_reason: 'stop' }]), chunk([], { usage: USAGE }), '[DONE]'];
  return encodeStream(
    events.map((text, i) => streamEvent(text, 200 + i, undefined)),
    'chat.completions',
  );
}

/** A fixture file of many interactions: five agents with prompts and tools of their own, questions of 1.4 KB. */
function fixtureText(): string {
  const table = interner();
  const lines = [
    lineText({
      t: 'cassette',
      v: 1,
      scenario: 'load',
      profile: 'openai',
      provenance: 'real',
      timing: 'measured',
      trials: 1,
      recordedOn: '2026-11-20',
      tool: 'perf',
      key: { canon: 1, ignore: [] },
    }),
  ];
  for (let n = 0; n < INTERACTIONS; n++) {
    const agent = n % AGENTS;
    const request = {
      model: 'gpt-4o',
      seed: 7,
      messages: [
        { role: 'system', content: textOf(agent, 600) },
        { role: 'user', content: textOf(n + 100, 1400) },
      ],
      tools: [
        {
          type: 'function',
          function: { name: `tool_${agent}`, description: textOf(agent, 200), parameters: { type: 'object' } },
        },
      ],
    };
    const { req, newLines } = table.intern(request);
    const line = {
      t: 'call',
      key: requestKey(request),
      trial: 0,
      occ: 0,
      api: 'chat.completions',
      agent: `agent-${agent}`,
      path: `agent:agent-${agent}#0/model:chat#${n}`,
      at: n,
      ms: 800 + (n % 700),
      ttfb: 200,
      end: 'ok',
      status: 200,
      model: 'gpt-4o',
      hdr: { 'content-type': 'application/json', 'x-request-id': `req_${n}` },
      req,
      ...answerOf(n),
    };
    lines.push(...newLines, callText(line as CallLine));
  }
  return `${[...lines, lineText({ t: 'end', calls: INTERACTIONS })].join('\n')}\n`;
}

/** Loading a large recording, ready for the first look-up, against nothing but parsing its JSON. */
export const fixtureLoad: Goal = {
  id: 'fixture-load',
  title: `CPU of loading ${INTERACTIONS} interactions over JSON.parse of their lines`,
  run: async (options) => {
    const text = fixtureText();
    const compared = await compare(
      {
        name: 'JSON.parse, line by line',
        batch: () => {
          for (const line of text.split('\n')) if (line !== '') JSON.parse(line);
          return INTERACTIONS;
        },
      },
      [
        {
          name: 'load and index',
          batch: () => (loadFixtureSet(text, 'f.jsonl').find('', 0, 0) === undefined ? INTERACTIONS : 0),
        },
      ],
      // A batch takes several slices; more rounds would only take longer.
      { ...options, rounds: Math.min(options.rounds, 9) },
    );
    return ratioResult(compared, {
      goal: 'fixture-load',
      limit: 2,
      variant: 'load and index',
      conditions: `per interaction; ${Math.round(text.length / 1e6)} MB, every fourth answer a stream of 43 events; check values are computed when an answer is first used`,
    });
  },
};
