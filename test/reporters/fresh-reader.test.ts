import { describe, expect, it } from 'vitest';
import { compareRuns } from '../../src/bench/compare-runs.ts';
import { groupsOf } from '../../src/bench/groups.ts';
import { recommend } from '../../src/bench/recommend.ts';
import { tellComparison } from '../../src/commands/shell/tell-comparison.ts';
import type { ReportInput } from '../../src/contracts/reporter.ts';
import { nextCommands } from '../../src/reporters/comparison/next-commands.ts';
import markdown from '../../src/reporters/markdown.ts';
import { columnsOf } from '../../src/reporters/terminal/columns.ts';
import terminal from '../../src/reporters/terminal.ts';
import { smallRun } from '../support/small-run.ts';

const OPTIONS = { width: 80, color: false };
/** As one reads it: without line breaks, escapes and the marks of Markdown. */
const read = (text: string) =>
  text.replace(/[\\*]|&lt;|&gt;/g, (sign) => ({ '&lt;': '<', '&gt;': '>' })[sign] ?? '').replace(/\s+/g, ' ');

const small = smallRun();

/** The small run of which `graph` lost what it passed in five samples, and took longer. */
function worse(): ReportInput {
  const trials = small.trials.map((trial) =>
    trial.pattern === 'graph' && trial.sample <= 's05'
      ? { ...trial, passed: false, scores: { facts: 0 }, latencyMs: trial.latencyMs * 1.5 }
      : trial,
  );
  const groups = groupsOf(trials, small.run.scenarios[0]!, small.run.groups);
  const recommendations = recommend({ ...small.run, groups }, trials);
  const run = { ...small.run, runId: 'support-desk-after', groups, recommendations };
  return { run, trials, against: compareRuns(small, { run, trials }, { baseline: 'main' }) };
}

const pasted = (text: string) =>
  [...text.replace(/ \\\n +/g, ' ').matchAll(/^ *npm run patternbench -- (\w+)/gm)].map(([, verb]) => verb);

describe('REP1 a fresh reader finds five answers', () => {
  const shown = {
    'in the terminal output of a run': terminal.render(small, OPTIONS),
    'in the comment on a pull request without a baseline': markdown.render(small, OPTIONS),
    'in the comment on a pull request against a baseline': markdown.render(worse(), OPTIONS),
  };
  // What a comment folds away is not seen at a glance.
  const glanced = Object.entries(shown).map(([where, text]) => [where, text.split('<details>')[0]!] as const);

  it.each(glanced)('%s: which pattern', (_, text) => expect(read(text)).toMatch(/Use:? +router for support-desk/i));

  it.each(glanced)('%s: how sure', (_, text) => {
    expect(read(text)).toMatch(/Sure:? [A-Za-z].*Behind it by that test: [\w, ]*single/i);
    expect(read(text)).toMatch(/\+50\.0 points \[\+29\.7, \+70\.3\], Holm p < 0\.001/);
  });

  it.each(glanced)('%s: what it costs over one agent', (_, text) =>
    expect(read(text)).toMatch(/against single: cost -20% \[-27%, -13%\]/),
  );

  it.each(glanced)('%s: what got worse', (_, text) =>
    expect(read(text)).toMatch(/router beside single got worse in nothing that this run can tell/),
  );

  it.each(glanced)('%s: what to run next', (_, text) => {
    expect(text).toContain('Next');
    expect(pasted(text)).toEqual(expect.arrayContaining(['show', 'baseline']));
  });

  it('against a baseline: what got worse, in the heading, in words, in figures, and sample by sample', () => {
    const [head = ''] = shown['in the comment on a pull request against a baseline'].split('<details>');
    expect(head).toContain('### patternbench: regressed, 1 of 4 groups');
    expect(read(head)).toContain('- support-desk/graph: quality -46.7 points; latency +22%; 14 trials turned from pass to fail');
    expect(read(head)).toContain('| Quality (mean score), % | 93.3 | 46.7 | -46.7 | regressed |');
    expect(head).toContain('| support-desk/graph | s01 | 3/3 | **0/3** | #0, #1, #2 |  | support-desk/graph/s01/0 |');
    expect(pasted(head)).toEqual(['show', 'run', 'baseline']);
  });

  it('in the terminal output of a comparison: the verdict first, what flipped, what to run next, in 80 columns', () => {
    const { against } = worse();
    const text = tellComparison(against!, { width: 80, next: nextCommands(against!) });
    expect(text).toMatch(/^regressed in 1 of 4 groups: support-desk-after against baseline main/);
    expect(text).toMatch(/^support-desk\/graph +s01 +3\/3 -> 0\/3 +pass to fail: trial 0, 1, 2$/m);
    expect(pasted(text)).toEqual(['show', 'run', 'baseline']);
    expect(Math.max(...text.split('\n').map(columnsOf))).toBeLessThanOrEqual(80);
  });

  it('in the order of the mock: the verdict is the last line of a block of the terminal, and the first of a comment', () => {
    const labels = [...shown['in the terminal output of a run'].matchAll(/^ ([A-Z][\w ]{1,11}?) {2,}\S/gm)].map(
      ([, label]) => label,
    );
    const block = labels.slice(labels.indexOf('Why'), labels.indexOf('Columns'));
    expect(block).toEqual(
      ['Why', 'Errors', 'Could see', 'Sensitivity', 'Front', 'Guide', 'Sure', 'Use'].filter((label) => block.includes(label)),
    );
    expect(block.at(-1)).toBe('Use');
    for (const text of [markdown.render(small, OPTIONS), markdown.render(worse(), OPTIONS)])
      expect(text.split('\n').filter((line) => line !== '')[1]).toMatch(/^### patternbench: (regressed|use router for)/);
  });
});

describe('findings', () => {
  const finding = {
    scenario: 'support-desk',
    agent: 'a',
    spanIds: [],
    wastedTokens: 0,
    wastedUsd: null,
    wastedMs: 0,
    advice: '',
  };
  const findings = [
    ...small.trials.map(({ pattern, sample, trial }) => ({
      ...finding,
      kind: 'missing approval',
      severity: 'error' as const,
      pattern,
      sample,
      trial,
    })),
    { ...finding, kind: 'ping-pong', severity: 'warning' as const, pattern: 'swarm', sample: 's01', trial: 0 },
    { ...finding, kind: 'synchronous chain', severity: 'info' as const, pattern: 'graph', sample: 's01', trial: 0 },
  ];
  const trials = small.trials.map((trial) => ({ ...trial, findings: ['missing approval'] }));
  const text = (width: number) => terminal.render({ ...small, trials, run: { ...small.run, findings } }, { width, color: false });

  it('REP1 stand by severity and kind, with where they were seen and how often', () => {
    expect(read(text(80))).toContain(
      'Findings error: missing approval in all patterns (120 trials). warning: ping-pong in swarm 1. info: synchronous chain in graph 1.',
    );
    expect(read(text(80))).toContain('what to do about it npm run patternbench -- lint support-desk-7f3a9c2e');
  });

  it('REP1 stand in the comment, and new ones in the comparison', () => {
    const run = { ...small.run, findings };
    expect(markdown.render({ ...small, run }, OPTIONS)).toContain('<summary>Findings: 122</summary>');
    const against = compareRuns(small, { ...small, run });
    const comment = markdown.render({ ...small, run, against }, OPTIONS).split('<details>')[0]!;
    expect(read(comment)).toContain('- support-desk/swarm: new finding: missing approval, 30 trials');
    expect(read(comment)).toContain('- support-desk/swarm: new finding: ping-pong, 1 trial');
    expect(comment).not.toContain('synchronous chain');
    expect(compareRuns({ ...small, run }, { ...small, run }).groups.flatMap(({ notes }) => notes)).toEqual([]);
  });

  it('REP1 are counted by pattern where there is room', () => {
    const [head, , row] = text(120).split('\n').slice(6);
    expect(head).toMatch(/ err fnd$/);
    expect(row).toMatch(/ 0 +30$/);
    expect(text(120)).toContain('fnd: trials with an anti-pattern');
    expect(terminal.render(small, { width: 120, color: false })).not.toContain('fnd');
  });
});
