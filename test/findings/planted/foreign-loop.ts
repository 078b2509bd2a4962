import type { otlp } from '../../telemetry/foreign-samples.ts';

export type Draft = Parameters<typeof otlp>[0][number];

/** An agent that calls a tool four times with the same arguments, as OpenInference writes it. */
export const looping = (tool: Readonly<Record<string, string>> = {}): Draft[] => [
  { id: 'root', name: 'agent', ms: [0, 900], attributes: { 'openinference.span.kind': 'AGENT', 'agent.name': 'helper' } },
  ...[0, 1, 2, 3].flatMap((i): Draft[] => [
    {
      id: `c${i}`,
      parent: 'root',
      name: 'ChatOpenAI',
      ms: [i * 200, i * 200 + 100],
      attributes: {
        'openinference.span.kind': 'LLM',
        'llm.model_name': 'gpt-4o',
        'llm.token_count.prompt': 100,
        'llm.token_count.completion': 10,
      },
    },
    {
      id: `t${i}`,
      parent: 'root',
      name: 'search',
      ms: [i * 200 + 100, i * 200 + 150],
      attributes: {
        'openinference.span.kind': 'TOOL',
        'tool.name': 'search',
        'input.value': '{"q":"tea"}',
        'output.value': 'none',
        ...tool,
      },
    },
  ]),
];
