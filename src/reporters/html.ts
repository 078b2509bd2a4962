import { createHash } from 'node:crypto';
import { deflateSync } from 'fflate';
import { defineReporter } from '../contracts/reporter.ts';
import { chartLibrary } from './html/chart-library.ts';
import { pageData } from './html/page-data.ts';
import { pageScript, pageStyle } from './html/page-script.ts';

/**
 * The whole run as one page that works from disk: no request, no inline handler, no style attribute; the policy allows its own style and two
 * scripts by their hashes and nothing else. What models said is in the data alone, packed, and reaches the page as text nodes.
 */
export default defineReporter({
  name: 'html',
  description: 'One page that works offline: answer, table, trade-off, samples, agents, waterfalls, findings, what-if',
  extension: 'html',
  readsSpans: true,
  render: (input) => {
    const style = pageStyle();
    const scripts = [chartLibrary(), pageScript()];
    // A packer in JavaScript: that of the platform gives other bytes on other machines.
    const packed = deflateSync(Buffer.from(JSON.stringify(pageData(input))), { level: 9 });
    const policy = `default-src 'none'; style-src ${sha256(style)}; script-src ${scripts.map(sha256).join(' ')}; base-uri 'none'; form-action 'none'`;
    return [
      '<!doctype html>',
      '<html lang="en">',
      '<head>',
      '<meta charset="utf-8">',
      `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
      '<meta name="viewport" content="width=device-width,initial-scale=1">',
      '<meta name="referrer" content="no-referrer">',
      '<title>patternbench report</title>',
      `<style>${style}</style>`,
      '</head>',
      '<body>',
      '<noscript>This report draws itself with a script of its own; it asks nothing of the network. Allow scripts for this file, or read report.md.</noscript>',
      '<div id="page" aria-busy="true"></div>',
      `<script type="application/octet-stream" id="data">${Buffer.from(packed).toString('base64')}</script>`,
      ...scripts.map((script) => `<script>${script}</script>`),
      '</body>',
      '</html>',
      '',
    ].join('\n');
  },
});

const sha256 = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
