import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PatternbenchError } from '../../src/kernel/errors.ts';
import { LEDGER_LIMITS, ledger } from '../../src/proxy/ledger.ts';
import { keyTurns } from '../../src/proxy/key-turns.ts';
import { permittedMode, PROXY_MODES } from '../../src/proxy/modes.ts';
import { selectionOf } from '../../src/proxy/selection.ts';
import { traceParentOf } from '../../src/proxy/trace-parent.ts';

const defaults = { scenario: 'flagged', mode: 'auto', pace: 0 } as const;
const select = (path: string, headers: Record<string, string> = {}, more: object = {}) =>
  selectionOf({ path, headers, defaults: { ...defaults, ...more }, traceParent: undefined });

describe('what a request selects', () => {
  const path = '/s/of-path/r/run-path/p/pattern-path/a/agent-path/v1/responses';
  const headers = {
    'x-fixture-scenario': 'of-header',
    'x-fixture-run': 'run-header',
    'x-fixture-pattern': 'pattern-header',
    'x-fixture-agent': 'agent%20header',
    'x-fixture-path': 'agent%3Awriter%230',
    'x-fixture-mode': 'replay',
    'x-fixture-pace': '2.5',
    'x-fixture-trial': '3',
  };
  const key = { authorization: 'Bearer sk-fix-of-key.run-key.agent.of.key' };

  it('is told by the path before the headers, by these before the key, by that before the flags', () => {
    const rest = { path: 'agent:writer#0', trial: 3, mode: 'replay', pace: 2.5 };
    expect(select(path, { ...headers, ...key })).toEqual({
      scenario: 'of-path',
      run: 'run-path',
      pattern: 'pattern-path',
      agent: 'agent-path',
      ...rest,
      route: '/v1/responses',
    });
    expect(select('/v1/responses', { ...headers, ...key })).toMatchObject({
      scenario: 'of-header',
      run: 'run-header',
      pattern: 'pattern-header',
      agent: 'agent header',
      ...rest,
    });
    expect(select('/v1/responses', key)).toMatchObject({ scenario: 'of-key', run: 'run-key', agent: 'agent.of.key' });
    expect(select('/v1/responses')).toEqual({
      scenario: 'flagged',
      run: 'default',
      pattern: 'none',
      agent: '',
      path: '',
      trial: 0,
      mode: 'auto',
      pace: 0,
      route: '/v1/responses',
    });
  });

  it('can be told in part, in any order', () => {
    expect(select('/a/writer/s/mine/v1/models')).toMatchObject({
      scenario: 'mine',
      agent: 'writer',
      run: 'default',
      route: '/v1/models',
    });
    expect(select('/s/mine/v1/models', { authorization: 'Bearer sk-fix-other.r2' })).toMatchObject({
      scenario: 'mine',
      run: 'r2',
    });
  });

  it('never lets a request call an endpoint that the server was not started for', () => {
    for (const own of PROXY_MODES) {
      for (const wanted of PROXY_MODES) {
        const pays = !['replay', 'simulate'].includes(wanted) && ['replay', 'simulate'].includes(own);
        const ask = () => permittedMode(wanted, own);
        if (pays) expect(ask).toThrow('cannot make it call');
        else expect(ask()).toBe(wanted);
      }
    }
    expect(() => select('/v1/models', { 'x-fixture-mode': 'nonsense' })).toThrow('there is no mode');
  });

  it('is a plain name or a refusal, whatever is sent', () => {
    const value = fc.oneof(fc.string({ maxLength: 80 }), fc.constantFrom('..', 'a/../b', '%2e%2e', 'a%00', 'con', '-', 'ok-1'));
    fc.assert(
      fc.property(value, value, value, (scenario, run, agent) => {
        try {
          const found = select(`/s/${scenario}/r/${run}/a/${agent}/v1/models`, {
            'x-fixture-pace': agent,
            'x-fixture-trial': run,
          });
          expect(found.scenario).toMatch(/^[a-z0-9][a-z0-9._-]{0,63}$/);
          expect(found.run).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);
          expect(found.pace >= 0 && found.pace <= 1000 && Number.isInteger(found.trial)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(PatternbenchError);
        }
      }),
    );
  });
});

describe('a traceparent', () => {
  it('is read as the standard says, and left out where it is none', () => {
    const id = '0af7651916cd43dd8448eb211c80319c';
    expect(traceParentOf(`00-${id}-b7ad6b7169203331-01`)).toEqual({ traceId: id, spanId: 'b7ad6b7169203331', sampled: true });
    expect(traceParentOf(`cc-${id}-b7ad6b7169203331-02-more`)).toMatchObject({ sampled: false });
    for (const bad of [
      `ff-${id}-b7ad6b7169203331-01`,
      `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
      `00-${id}-${'0'.repeat(16)}-01`,
      `00-${id.toUpperCase()}-b7ad6b7169203331-01`,
      '',
      undefined,
    ]) {
      expect(traceParentOf(bad)).toBeUndefined();
    }
  });
});

describe('the ledger', () => {
  const address = { scenario: 's', run: 'r', pattern: 'p', trial: 0 };
  const facts = { agent: '', path: '', api: 'chat.completions', model: 'm', mode: 'replay' } as const;
  const done = (ms: number) => ({ ms, status: 200, end: 'ok', fixture: null, provenance: null }) as const;

  it('says for any schedule a latency between the longest request and the sum of all', () => {
    const steps = fc.array(fc.record({ ms: fc.integer({ min: 0, max: 1000 }), open: fc.integer({ min: 0, max: 5 }) }), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(steps, (plan) => {
        const book = ledger();
        const open: { end: (result: ReturnType<typeof done>) => unknown; ms: number }[] = [];
        for (const { ms, open: most } of plan) {
          while (open.length > most) {
            const first = open.shift()!;
            first.end(done(first.ms));
          }
          open.push({ ...book.begin(address, facts), ms });
        }
        for (const { end, ms } of open) end(done(ms));
        const [run] = book.runs();
        const times = plan.map(({ ms }) => ms);
        expect(run!.workMs).toBe(times.reduce((a, b) => a + b, 0));
        expect(run!.latencyMs).toBeGreaterThanOrEqual(Math.max(...times));
        expect(run!.latencyMs).toBeLessThanOrEqual(run!.workMs);
        expect(run!.open).toBe(0);
      }),
    );
  });

  it('starts a request after those that had ended before it came', () => {
    const book = ledger();
    const [a, b] = [book.begin(address, facts), book.begin(address, facts)];
    a.over(100);
    const c = book.begin(address, facts);
    a.end(done(100));
    b.end(done(500));
    c.end(done(50));
    expect(book.calls().map(({ startMs, endMs }) => [startMs, endMs])).toEqual([
      [0, 100],
      [0, 500],
      [100, 150],
    ]);
    expect(book.runs()).toMatchObject([{ latencyMs: 500, workMs: 650 }]);
  });

  it('keeps so much and no more', () => {
    const book = ledger({ ...LEDGER_LIMITS, runs: 2, calls: 3, misses: 1 });
    for (let n = 0; n < 5; n++) book.begin(address, facts).end(done(1));
    book.begin({ ...address, run: 'other' }, facts).end(done(1));
    expect(book.calls().map(({ n }) => n)).toEqual([3, 4, 5]);
    expect(book.stats()).toMatchObject({ runs: 2, calls: 6 });
    expect(() => book.begin({ ...address, run: 'third' }, facts)).toThrow('runs already');
    expect(book.forget('other')).toBe(1);
    expect(book.begin({ ...address, run: 'third' }, facts).startMs).toBe(0);
    for (const agent of ['a', 'b']) book.miss({ ...address, agent, path: '', key: '', message: '' });
    expect(book.misses()).toMatchObject([{ agent: 'b' }]);
  });
});

describe('turns of runs that record the same request', () => {
  const never = new AbortController().signal;

  it('are never two at once, repeats of one run aside, and whoever gives up holds nobody back', async () => {
    const turns = keyTurns();
    const [a, b, c] = [{}, {}, {}];
    const log: string[] = [];
    const first = await turns.take('k', a, never);
    const second = await turns.take('k', a, never);
    const stop = new AbortController();
    const gaveUp = turns.take('k', b, stop.signal).catch(() => log.push('gave up'));
    const waiting = turns.take('k', c, never).then((end) => {
      log.push('c');
      return end;
    });
    const another = await turns.take('other', b, never);
    first();
    first();
    stop.abort();
    await gaveUp;
    expect(log).toEqual(['gave up']);
    second();
    (await waiting)();
    another();
    expect(log).toEqual(['gave up', 'c']);
    (await turns.take('k', b, never))();
  });
});
