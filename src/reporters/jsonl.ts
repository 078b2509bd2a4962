import { defineReporter } from '../contracts/reporter.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';

/** The trials as they are saved: one line each, keys sorted. */
export default defineReporter({
  name: 'jsonl',
  description: 'One line of JSON for each trial',
  extension: 'jsonl',
  render: ({ trials }) => trials.map((trial) => `${canonicalJson(trial)}\n`).join(''),
});
