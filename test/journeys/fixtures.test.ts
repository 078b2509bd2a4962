import { appendFile, copyFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHECKOUT, command, journeyProject, type JourneyProject, jsonLines, type Told } from '../support/journey.ts';

const FILE = 'fixtures/starter/simulated.jsonl';
const SECRET = `sk${'-'}proj-0123456789abcdef`;
const TOKEN = 'q7Xv2Lp9Zt4Rw8Nb';

/** What a person is shown fits a terminal, steers none, and shows no stack. */
function expectReadable({ out, err, stack }: Told): void {
  expect(stack, err).toBe(false);
  expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(out).not.toContain('\u001b');
}

const fixtures = async (project: JourneyProject, ...args: readonly string[]): Promise<Told> => {
  const told = await project.type(['fixtures', ...args]);
  expect(told.stack, told.err).toBe(false);
  return told;
};

describe('somebody who looks at recordings', () => {
  let project: JourneyProject;
  beforeAll(async () => void (project = await journeyProject('starter')));
  afterAll(() => project[Symbol.asyncDispose]());

  it('sees what there is', async () => {
    const told = await fixtures(project, 'ls');
    expectReadable(told);
    expect(told.code).toBe(0);
    expect(told.out).toMatch(
      /starter\/simulated +\d+ +3 +[\d.]+ kB +\d{4}-\d\d-\d\d\n {2}simulated answers, modelled time, gpt-4o, gpt-4o-mini/,
    );
  });

  it('reads interactions, all or some', async () => {
    const told = await fixtures(project, 'show', 'starter', '--agent', 'orders', '--limit', '2');
    expectReadable(told);
    expect(told.out.match(/^orders /gm)).toHaveLength(2);
    expect(told.out).toContain('messages:\n    system:\n      You answer for Cobblegate Books');
    expect(told.err).toMatch(/2 of \d+ interactions shown/);
    const address = /key: (\S+)/.exec(told.out)![1]!;
    expect((await fixtures(project, 'show', 'starter', '--key', address)).out.match(/^ {2}key: /gm)).toHaveLength(1);
  });

  it('gets figures', async () => {
    const told = await fixtures(project, 'stats', 'starter', '--reuse');
    expectReadable(told);
    expect(told.out).toMatch(/^orders +gpt-4o-mini +\d+ +\d+ +\d+ +\d+ +\d+ +\d+ +0$/m);
    expect(told.out).toMatch(/reuse: \d+ trials under \d+ patterns ask \d+ times for \d+ interactions/);
  });

  it('finds everything in order, and no secret', async () => {
    for (const args of [['verify'], ['fmt', '--check'], ['scan'], ['prune', '--dry-run']]) {
      const told = await fixtures(project, ...args);
      expectReadable(told);
      expect(told.code, told.out + told.err).toBe(0);
      expect(told.err).toBe('');
    }
  });

  it('compares answers of today, without a key and without asking where it costs nothing', async () => {
    const told = await fixtures(project, 'drift', 'starter', '--sample', '5', '--provider', 'simulated');
    expectReadable(told);
    expect(told.code, told.err).toBe(0);
    expect(told.out).toMatch(/mean likeness 1\.00/);
    const paid = await project.type(['fixtures', 'drift', 'starter'], {
      env: { OPENAI_API_KEY: 'x', OPENAI_BASE_URL: 'http://endpoint.invalid/v1' },
    });
    expect(paid.code).toBe(2);
    expect(paid.err).toMatch(/10 requests to a real endpoint: about \d+ tokens, about \$0\.\d+[\s\S]*add --yes/);
    const dead = await project.type(['fixtures', 'drift', 'starter', '--sample', '1'], {
      env: { OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' },
    });
    expect(dead.code).toBe(3);
    expect(dead.stack).toBe(false);
  });

  it('takes recordings elsewhere', async () => {
    expect((await fixtures(project, 'export', 'starter', '--format', 'har', '-o', 'starter.har')).code).toBe(0);
    const har = JSON.parse(await project.read('starter.har')) as { log: { entries: { request: { url: string } }[] } };
    expect(har.log.entries.length).toBeGreaterThan(50);
    expect(har.log.entries[0]!.request.url).toBe('https://api.openai.com/v1/chat/completions');
    expect((await fixtures(project, 'export', 'starter', '--format', 'yaml')).out).toContain('- agent: coordinator\n');
    const lines = jsonLines<{ messages: unknown[] }>((await fixtures(project, 'export', 'starter', '--format', 'messages')).out);
    expect(lines).toHaveLength(har.log.entries.length);
  });

  it.each([
    [['show', 'nothing'], /no recording set "nothing"[\s\S]*starter\/simulated/],
    [
      ['show', 'starter', '--agent', 'nobody'],
      /no interaction is of the agent "nobody"[\s\S]*coordinator, mapper, orders, returns/,
    ],
    [['show', 'starter', '--key', 'x'.repeat(22)], /no interaction has an address/],
    [['export', 'starter', '--format', 'pdf'], /no format "pdf"[\s\S]*har/],
    [['diff', 'starter'], /there is no last commit/],
    [['diff', 'main:fixtures/x.jsonl', 'starter'], /git has no main:fixtures\/x\.jsonl/],
    [['scan', 'nowhere'], /no such file or folder/],
    [['redact'], /missing/],
    [['nonsense'], /unknown command/],
  ])('is told what is wrong with %j', async (args, expected) => {
    const told = await fixtures(project, ...args);
    expect(told.code, told.out).toBe(2);
    expect(told.err).toMatch(expected);
  });

  it('finds help with examples under every verb', async () => {
    const verbs = [...(await fixtures(project, '--help')).out.matchAll(/^ {2}(\w+) (?:\[options\]|<)/gm)].map(
      (match) => match[1]!,
    );
    for (const verb of ['diff', 'drift', 'export', 'fmt', 'import', 'ls', 'prune', 'redact', 'scan', 'show', 'stats', 'verify'])
      expect(verbs).toContain(verb);
    expect(verbs).toEqual(verbs.toSorted());
    const helps = await Promise.all(['ls', 'diff', 'drift'].map((verb) => fixtures(project, verb, '--help')));
    for (const told of helps) {
      expectReadable(told);
      expect(told.code).toBe(0);
      expect(told.out).toMatch(/Examples:\n {2}patternbench fixtures /);
    }
  });
});

describe('somebody who changes a recording by hand', () => {
  let project: JourneyProject;
  beforeAll(async () => void (project = await journeyProject('starter')));
  afterAll(() => project[Symbol.asyncDispose]());

  it('is warned about an answer, and stopped at a message', async () => {
    const before = await project.read(FILE);
    const edited = before.replace(/("res":\{.*?"content":")On R-310/, '$1About R-310');
    expect(edited).not.toBe(before);
    await writeFile(project.path(FILE), edited);
    const warned = await fixtures(project, 'verify');
    expect(warned.code).toBe(0);
    expect(warned.err).toMatch(/warning: fixtures\/starter\/simulated\.jsonl:\d+: the call of agent "\w+" was edited/);
    await writeFile(project.path(FILE), before.replace('You combine the answers', 'You join the answers'));
    const stopped = await fixtures(project, 'verify');
    expect(stopped.code).toBe(2);
    expect(stopped.err).toMatch(/error: fixtures\/starter\/simulated\.jsonl:2: the message "[\w-]+" is not what its hash says/);
    await writeFile(project.path(FILE), before);
  });

  it('brings lines back into their order', async () => {
    const before = await project.read(FILE);
    const lines = before.trimEnd().split('\n');
    const last = lines.findLastIndex((line) => line.startsWith('{"t":"call"'));
    const first = lines.findIndex((line) => line.startsWith('{"t":"call"'));
    await writeFile(
      project.path(FILE),
      [...lines.slice(0, first + 1), ...lines.slice(first + 1, last), lines.at(-1), lines[last], ''].join('\n'),
    );
    expect((await fixtures(project, 'fmt', '--check')).code).toBe(1);
    expect((await fixtures(project, 'fmt')).out).toContain('written  starter/simulated');
    expect(await project.read(FILE)).toBe(before);
    expect((await fixtures(project, 'fmt', '--check')).code).toBe(0);
  });

  it('is shown where secrets are, never the secrets, and gets rid of them', async () => {
    const before = await project.read(FILE);
    await writeFile(project.path(FILE), before.replace('"content":"On R-310', `"content":"Use ${SECRET} and ${TOKEN}. On R-310`));
    await writeFile(project.path('scenarios/notes.txt'), `\nkey: ${SECRET}\n`);
    const env = { APP_TOKEN: TOKEN };
    const found = await project.type(['fixtures', 'scan'], { env });
    expect(found.code).toBe(1);
    expect(found.out).toMatch(
      /^fixtures\/starter\/simulated\.jsonl:\d+: sk\nfixtures\/starter\/simulated\.jsonl:\d+: the value of APP_TOKEN\nscenarios\/notes\.txt:2: sk\n$/,
    );
    expect(found.out + found.err).not.toContain(SECRET);
    expect(found.out + found.err).not.toContain(TOKEN);
    const redacted = await project.type(['fixtures', 'redact', 'starter'], { env });
    expect(redacted.out).toMatch(/secrets replaced in 1 lines/);
    const text = await project.read(FILE);
    expect(text).toContain('Use «secret:sk#1» and «secret:APP_TOKEN#1». On R-310');
    expect((await project.type(['fixtures', 'scan', 'fixtures'], { env })).code).toBe(0);
    expect((await fixtures(project, 'verify')).code).toBe(0);
  });

  it('is told the line at which a file cannot be read, and other files are still checked', async () => {
    await appendFile(project.path(FILE), '<<<<<<< ours\n{}\n');
    await copyFile(join(CHECKOUT, FILE), project.path('fixtures/starter/other.jsonl'));
    for (const verb of ['verify', 'ls', 'fmt']) {
      const told = await fixtures(project, verb);
      expect(told.code).toBe(2);
      expect(told.err).toMatch(/fixtures\/starter\/simulated\.jsonl:\d+: the line is no JSON object/);
      expect(told.out).toContain('starter/other');
    }
  });
});

describe('somebody who changes a prompt', () => {
  let project: JourneyProject;
  beforeAll(async () => void (project = await journeyProject('starter')));
  afterAll(() => project[Symbol.asyncDispose]());

  const env = { PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`, GIT_CONFIG_NOSYSTEM: '1' };
  const git = (...args: readonly string[]) =>
    command(['git', '-c', 'user.name=a', '-c', 'user.email=a@example.test', ...args], {
      cwd: project.root,
      env: { ...env, HOME: project.root },
    });
  const diff = (...args: readonly string[]) => project.type(['fixtures', 'diff', ...args], { env });

  it('reviews what it did to the recording, and removes what is left over', async () => {
    await copyFile(join(CHECKOUT, '.gitattributes'), project.path('.gitattributes'));
    for (const args of [
      ['init', '-q'],
      ['add', '-A'],
      ['commit', '-qm', 'before'],
    ])
      expect((await git(...args)).code).toBe(0);
    expect((await diff('starter')).out).toMatch(/no difference: \d+ interactions on both sides/);

    await project.edit(
      'scenarios/starter.yaml',
      'parcel is late or lost. Look the order up.',
      'parcel is late or lost. Always look the order up.',
    );
    const early = await fixtures(project, 'prune', 'starter');
    expect(early.code).toBe(4);
    expect(early.err).toMatch(/nothing was removed[\s\S]*record -s starter --mode auto/);
    expect((await project.type(['record', '-s', 'starter', '--provider', 'simulated', '--mode', 'auto', '--quiet'])).code).toBe(
      0,
    );

    const beside = await diff('starter');
    expectReadable(beside);
    expect(beside.out).toMatch(/added \(\d+ beside the one that they\s+differ\s+from\)/);
    expect(beside.out).toMatch(/orders, system, \d+ interactions/);
    expect(beside.out.replace(/\s+/g, ' ')).toContain('[-Look-] {+Always look+} the order up.');

    const recorded = await project.read(FILE);
    const dry = await fixtures(project, 'prune', 'starter', '--dry-run');
    expectReadable(dry);
    expect(dry.out).toMatch(/\d+ interactions would be removed, \d+ kept/);
    expect(await project.read(FILE)).toBe(recorded);
    expect((await fixtures(project, 'prune', 'starter')).out).toMatch(/\d+ interactions removed/);
    expect((await fixtures(project, 'verify')).err).toBe('');
    expect((await project.type(['run', '-s', 'starter', '--quiet'])).code).toBe(0);

    const pruned = await diff(`HEAD:${FILE}`, 'starter');
    expect(beside.out).toMatch(/^0 of \d+ interactions changed/m);
    expect(pruned.out).toMatch(/^[1-9]\d* of \d+ interactions changed/m);
    const markdown = await diff('starter', '--markdown');
    expect(markdown.out).toMatch(/^\*\*Fixtures <code>starter\/simulated<\/code>:\*\* \d+ of \d+ interactions changed/);
    expect(markdown.out).toContain('<summary>Prompts: ');
  });

  it('sees the readable form in git diff', async () => {
    const textconv = `"${process.execPath}" "${join(CHECKOUT, 'src/bin.js')}" fixtures show --textconv`;
    const told = await git('-c', `diff.patternbench-fixtures.textconv=${textconv}`, 'diff', '--', FILE);
    expect(told.code, told.err).toBe(0);
    expect(told.out).toMatch(/^\+ +You answer for Cobblegate Books where a parcel is late or lost\. Always look/m);
    expect(told.out).not.toContain('{"t":');
  });

  it('never breaks git diff, whatever is in the file', async () => {
    await writeFile(project.path(FILE), '<<<<<<< ours\n\u001b[31mred\n');
    const told = await project.type(['fixtures', 'show', '--textconv', project.path(FILE)]);
    expect(told.code).toBe(0);
    expect(told.out).toContain('not shown as fixtures');
    expect(told.out).not.toContain('\u001b');
  });
});
