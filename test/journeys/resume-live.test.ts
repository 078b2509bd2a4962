import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { TrialRecord } from '../../src/schema/trial-record.ts';
import { jsonLines, journeyProject } from '../support/journey.ts';

/** An endpoint that answers everything alike, and tells how often it was asked. */
async function endpoint() {
  let asked = 0;
  const server = createServer((request, reply) => {
    request.resume().on('end', () => {
      asked++;
      const message = { role: 'assistant', content: `This is answer ${asked}.` };
      const usage = { prompt_tokens: 10, completion_tokens: 5 };
      const body = { id: 'x', model: 'gpt-4o', choices: [{ message, finish_reason: 'stop' }], usage };
      reply.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    env: { OPENAI_BASE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, OPENAI_API_KEY: 'none' },
    asked: () => asked,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const LIVE = ['run', '--mode', 'live', '-s', 'starter', '-p', 'sequential', 'parallel', '--yes', '-j', '2'];

describe('a live run that is killed', () => {
  it('asks the endpoint only for what it has not been answered yet, and keeps the answers it was given', async () => {
    await using project = await journeyProject('starter');
    await using own = await endpoint();
    let killed = false;
    const told = await project.type(LIVE, {
      env: own.env,
      onError: (err) => (killed || !/ [4-9]\/18 trials/.test(err) ? undefined : ((killed = true), 'SIGKILL')),
    });
    expect(told).toMatchObject({ code: null, out: '' });
    const [run] = await project.runs();
    const status = await project.type(['status', run!, '--json']);
    const { unknownSteps } = JSON.parse(status.out) as { unknownSteps: string[] };
    const before = own.asked();
    expect(await project.type(['resume', run!, '--quiet', '--yes'], { env: own.env })).toMatchObject({ code: 0, stack: false });

    const trials = jsonLines<TrialRecord>(await project.read('reports', run!, 'trials.jsonl'));
    const calls = trials.reduce((sum, { llmCalls }) => sum + llmCalls, 0);
    expect(trials).toHaveLength(18);
    expect(before).toBeGreaterThan(4);
    // Each call was answered once; those that were on their way when the run was killed, perhaps twice.
    expect(own.asked()).toBeGreaterThanOrEqual(calls);
    expect(own.asked()).toBeLessThanOrEqual(calls + unknownSteps.length);
    // The answers are numbered: none of an early trial was given by the second process.
    const numbers = trials.slice(0, 2).map(({ output }) => Number(/answer (\d+)/.exec(output!)![1]));
    for (const number of numbers) expect(number).toBeLessThanOrEqual(before);
  });
});
