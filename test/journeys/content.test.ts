import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fakeJaeger } from '../support/fake-jaeger.ts';
import { searched } from '../support/jaeger-client.ts';
import { journeyProject, type JourneyProject } from '../support/journey.ts';

/** Made up here, in the shapes of real ones; put together so that no scanner takes this file for a leak. */
const CANARIES = [`sk-${'canary0'.repeat(4)}`, `ghp_${'Canary1'.repeat(5)}`, `AKIA${'CANARY22'.repeat(2)}`];
const MASKED = `eyJ${'canary'.repeat(2)}.${'canary3'.repeat(2)}.${'canary4'.repeat(2)}`;

/** An endpoint that repeats, as models do, what it was told, with a secret of its own. */
async function parrot() {
  const server = createServer((request, reply) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { model, messages, response_format } = JSON.parse(Buffer.concat(chunks).toString()) as {
        model: string;
        messages: { content: string }[];
        response_format?: object;
      };
      const said = `You said: ${messages.at(-1)!.content} ${MASKED}`;
      const content = response_format ? JSON.stringify({ choice: said, reason: said }) : said;
      const body = {
        id: 'x',
        object: 'chat.completion',
        created: 1,
        model,
        choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }],
        usage: { prompt_tokens: 9, completion_tokens: 9, total_tokens: 18 },
      };
      reply.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Everything in the reports and fixtures of a project, as one text. */
async function written(project: JourneyProject): Promise<string> {
  let text = '';
  for (const folder of ['reports', 'fixtures']) {
    for (const name of await readdir(project.path(folder), { recursive: true })) {
      const file = join(project.path(folder), name);
      if ((await stat(file)).isFile()) text += `${name}\n${await readFile(file, 'utf8')}\n`;
    }
  }
  return text;
}

describe('CHK4: somebody whose samples hold secrets', () => {
  it('finds none of them in anything that a recording and a run with content leave or say', async () => {
    await using project = await journeyProject('starter');
    await using endpoint = await parrot();
    const scenario = await project.read('scenarios', 'starter.yaml');
    const [, input] = /- id: s1\n\s+input: (.+)\n/.exec(scenario)!;
    const canary = `${CANARIES.join(' ')} https://canary:canary-pass5@example.org/`;
    await project.edit('scenarios/starter.yaml', input!, JSON.stringify(`${input!.replaceAll('"', '')} ${canary}`));
    const env = { OPENAI_API_KEY: `sk-${'canary6'.repeat(4)}`, OPENAI_BASE_URL: endpoint.baseURL };
    const common = ['-s', 'starter', '--sample', '1', '-n', '1', '--quiet', '--capture-content'];
    const recorded = await project.type(['record', ...common, '--provider', 'openai', '--yes', '--profile', 'own'], { env });
    await using jaeger = await fakeJaeger();
    const watched = ['--otlp', jaeger.otlp, '--jaeger-ui', jaeger.ui];
    const live = await project.type(['run', ...common, '--mode', 'live', '--provider', 'openai', '--yes', ...watched], { env });
    const replayed = await project.type(['run', ...common, '--profile', 'own'], { env });
    // What left while the run went on, before anything was written.
    const sent = JSON.stringify(await searched(jaeger.ui, {}));
    expect(sent).toContain('You said: ');
    const all = `${sent}\n${await written(project)}`;
    expect(all).toContain('gen_ai.input.messages');
    expect(all).toContain('You said: ');
    expect(all).toMatch(/«secret:sk#\d+»/);
    for (const text of [all, ...[recorded, live, replayed].flatMap(({ out, err }) => [out, err])]) {
      expect(text.match(/[\w-]*canary[\w-]*/gi) ?? []).toEqual([]);
    }
  });
});

describe('messages', () => {
  it('are on no span unless they are asked for, by option or by the variable of OpenTelemetry', async () => {
    await using project = await journeyProject('starter');
    const run = ['run', '-s', 'starter', '-p', 'router', '--sample', '1', '-n', '1', '--quiet'];
    const has = async (args: readonly string[], env: Record<string, string> = {}) => {
      const told = await project.type([...run, ...args], { env });
      expect(told).toMatchObject({ code: 0, err: '' });
      const [folder] = await project.runs();
      const [plan, ...traces] = (await project.read('reports', folder!, 'spans.jsonl')).split('\n');
      return {
        content: traces.join('').includes('gen_ai.input.messages'),
        plan,
        trials: await project.read('reports', folder!, 'trials.jsonl'),
      };
    };
    const VARIABLE = 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT';
    const plain = await has([]);
    expect(plain.content).toBe(false);
    expect(await has([], { [VARIABLE]: 'false' })).toEqual(plain);
    expect(await has(['--capture-content'])).toEqual({ ...plain, content: true });
    expect((await has([], { [VARIABLE]: 'span_and_event' })).content).toBe(true);
    expect(await project.type(run, { env: { [VARIABLE]: 'maybe' } })).toMatchObject({ code: 2, stack: false });
  });
});
