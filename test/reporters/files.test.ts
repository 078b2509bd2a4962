import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareRuns } from '../../src/bench/compare-runs.ts';
import { thresholdOf } from '../../src/bench/compare-runs/thresholds.ts';
import { groupsOf } from '../../src/bench/groups.ts';
import { loadReporters } from '../../src/bench/parts.ts';
import type { ReportInput } from '../../src/contracts/reporter.ts';
import csv from '../../src/reporters/csv.ts';
import json from '../../src/reporters/json.ts';
import jsonl from '../../src/reporters/jsonl.ts';
import junit from '../../src/reporters/junit.ts';
import markdown from '../../src/reporters/markdown.ts';
import { csvCell } from '../../src/reporters/text/csv-cell.ts';
import { markdownText } from '../../src/reporters/text/markdown-text.ts';
import { xmlText } from '../../src/reporters/text/xml.ts';
import { smallRun } from '../support/small-run.ts';

const small = smallRun();
const OPTIONS = { width: 80, color: false };

/** The small run against one in which `router` still passed in a sample and was quicker. */
function changed(input: ReportInput = small): ReportInput {
  const isHit = ({ pattern, sample }: { pattern: string; sample: string }) =>
    pattern.startsWith('router') && sample.startsWith('s03');
  const before = input.trials.map((trial) => ({
    ...trial,
    ...(isHit(trial) ? { passed: true, scores: { facts: 1 } } : {}),
    ...(trial.pattern.startsWith('router') ? { latencyMs: trial.latencyMs * 0.9 } : {}),
  }));
  const thresholds = [thresholdOf('quality>=0.9')];
  const groups = groupsOf(before, input.run.scenarios[0]!, input.run.groups);
  const against = compareRuns({ run: { ...input.run, runId: 'support-desk-before', groups }, trials: before }, input, {
    thresholds,
    baseline: 'main',
  });
  return { ...input, against };
}

const attack =
  '</td><script>alert(1)</script> | `x` [a](http://evil) @everyone <!-- \u202e\u0007\u001b[31m ]]> "\' &amp; \n# h\n=1+1';
const hostile = (input: ReportInput): ReportInput =>
  JSON.parse(
    JSON.stringify(input, (key, value: unknown) =>
      typeof value === 'string' && ['scenario', 'pattern', 'sample', 'name', 'output', 'notApplicable', 'sentence'].includes(key)
        ? `${value}${attack}`
        : value,
    ),
  ) as ReportInput;

describe('every reporter', () => {
  const inputs = { alone: small, against: changed() };

  it.each(Object.entries(inputs))('looks like its golden file, %s', async (name, input) => {
    for (const reporter of [markdown, junit])
      await expect(reporter.render(input, OPTIONS)).toMatchFileSnapshot(
        `../golden/${reporter.name}-${name}.${reporter.extension}`,
      );
  });

  it('that makes a file says how its name ends, no two the same way', async () => {
    const extensions = (await loadReporters()).flatMap(({ extension }) => extension ?? []);
    expect(extensions).toEqual(expect.arrayContaining(['csv', 'json', 'jsonl', 'junit.xml', 'md']));
    expect(new Set(extensions).size).toBe(extensions.length);
  });

  it('is a pure function of the records, whatever they hold', () => {
    for (const reporter of [markdown, junit, csv, json, jsonl]) {
      for (const input of [small, hostile(small), hostile(changed())])
        expect(reporter.render(input, OPTIONS)).toBe(reporter.render(structuredClone(input), OPTIONS));
    }
  });
});

describe('csv', () => {
  it('looks like its golden file', async () => {
    const trials = small.trials.filter(({ pattern, sample }) => pattern === 'swarm' && ['s02', 's04'].includes(sample));
    await expect(csv.render({ ...small, trials }, OPTIONS)).toMatchFileSnapshot('../golden/csv.csv');
  });

  it('reads back what was written, apart from the apostrophe before a formula', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string({ unit: 'grapheme' }).filter((text) => !text.startsWith("'")),
          { minLength: 1, maxLength: 5 },
        ),
        (cells) => {
          const read = parsedRow(cells.map(csvCell).join(','));
          expect(read.map((cell) => cell.replace(/^'(?=[=+\-@\t\r])/, ''))).toEqual(cells);
          expect(read.every((cell) => !/^[=+\-@\t\r]/.test(cell))).toBe(true);
        },
      ),
    );
  });

  it.each([
    ['=HYPERLINK("http://evil")', '"\'=HYPERLINK(""http://evil"")"'],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\tx', '"\'\tx"'.replaceAll('"', '')],
    ['\r=1', '"\'\r=1"'],
    ['a,b', '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ['a\nb', '"a\nb"'],
  ])('writes %j as %j', (text, cell) => expect(csvCell(text)).toBe(cell));

  it('leaves numbers alone, and unknown ones empty', () => {
    expect([-0.5, 0, null, true].map(csvCell)).toEqual(['-0.5', '0', '', 'true']);
  });

  it('has one row for each trial', () => {
    const rows = csv.render(small, OPTIONS).trimEnd().split('\r\n');
    expect(rows).toHaveLength(small.trials.length + 1);
    expect(rows[0]).toContain('score facts');
  });
});

/** A row of RFC 4180, read by a scanner of its own. */
function parsedRow(row: string): string[] {
  const cells: string[] = [];
  for (let at = 0; at <= row.length; at++) {
    const quoted = /"((?:[^"]|"")*)"(?=,|$)/y;
    quoted.lastIndex = at;
    const match = quoted.exec(row);
    if (match) {
      cells.push(match[1]!.replaceAll('""', '"'));
      at = quoted.lastIndex;
    } else {
      const end = row.indexOf(',', at);
      cells.push(row.slice(at, end === -1 ? row.length : end));
      at = end === -1 ? row.length : end;
    }
  }
  return cells;
}

describe('json and jsonl', () => {
  it('give the records back', () => {
    expect(JSON.parse(json.render(small, OPTIONS))).toEqual(small.run);
    expect(JSON.parse(json.render(changed(), OPTIONS))).toMatchObject({
      run: { runId: small.run.runId },
      against: { verdict: 'regressed' },
    });
    expect(
      jsonl
        .render(small, OPTIONS)
        .trimEnd()
        .split('\n')
        .map((line): unknown => JSON.parse(line)),
    ).toEqual(small.trials);
  });
});

describe('junit', () => {
  it('is well formed whatever names hold', () => {
    const text = junit.render(hostile(changed()), OPTIONS);
    const stack: string[] = [];
    const rest = text.replace(
      /<(\/?)([\w]+)((?: [\w]+="[^"<]*")*)(\/?)>|<\?xml [^?]*\?>/g,
      (whole, close: string, name: string, _attributes, self: string) => {
        if (whole.startsWith('<?') || self) return '';
        if (close) expect(stack.pop()).toBe(name);
        else stack.push(name);
        return '';
      },
    );
    expect([stack, rest.trim()]).toEqual([[], '']);
    expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f]/);
    expect(text.match(/&(?!(amp|lt|gt|quot|apos|#9|#10|#13);)/g)).toBeNull();
  });

  it('fails what got worse, not what never passed', () => {
    const text = junit.render(changed(), OPTIONS);
    expect(text).toContain('<testcase classname="support-desk/router" name="s03" time=');
    expect([...text.matchAll(/<failure message="passed /g)]).toHaveLength(1);
    expect(text).toContain('passed 3/3 before and 2/3 now (trial 2)');
    expect([...junit.render(small, OPTIONS).matchAll(/<failure /g)].length).toBeGreaterThan(10);
  });

  it('escapes every character that XML gives a meaning or forbids', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !/[<>"'\u0000-\u001f\ufffe\uffff]/.test(xmlText(text))));
    expect(xmlText('a\u0000\ud800b<&"')).toBe('a\ufffd\ufffdb&lt;&amp;&quot;');
  });
});

describe('markdown', () => {
  it('begins with the verdict, shows what changed, and folds the rest', () => {
    const text = markdown.render(changed(), OPTIONS);
    const [shown, hidden] = [text.slice(0, text.indexOf('<details>')), text.slice(text.indexOf('<details>'))];
    expect(text.split('\n').find((line) => line.startsWith('#'))).toBe(
      '### patternbench: regressed, 1 of 4 groups, 3 thresholds not met',
    );
    expect(shown).toContain('SIMULATED');
    expect(shown).toMatch(/^\| support-desk\/router \|/m);
    expect(shown).not.toMatch(/^\| support-desk\/graph \|/m);
    expect(hidden).toMatch(/^\| support-desk\/graph \|/m);
  });

  it('gives hostile text no power', () => {
    for (const input of [hostile(small), hostile(changed())]) {
      const text = markdown.render(input, OPTIONS);
      expect(text.replace(/<\/?(details|summary)>|^<!-- patternbench:comment [^\n]* -->/gm, '')).not.toMatch(
        /<|http:\/\/|@everyone/,
      );
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e]/);
      expect(text).not.toMatch(/^# h/m);
    }
    expect(markdownText('a|b*c*_d_ [x](y) `z`')).toBe('a\\|b\\*c\\*\\_d\\_ \\[x\\](y) \\`z\\`');
  });

  it('fits into a comment, and says that it left something out', () => {
    const groups = Array.from({ length: 900 }, (_, i) =>
      changed().against!.groups.map((group) => ({ ...group, scenario: `scenario-number-${i}` })),
    ).flat();
    const input = changed();
    const text = markdown.render({ ...input, against: { ...input.against!, groups } }, OPTIONS);
    expect(new TextEncoder().encode(text).length).toBeLessThanOrEqual(65_536);
    expect(text).toContain('left out');
    expect(text.split('<details>').length).toBe(text.split('</details>').length);
  });
});
