import { defineReporter } from '../contracts/reporter.ts';

/** The record as it is saved, on indented lines; beside it what it says against an earlier run. */
export default defineReporter({
  name: 'json',
  description: 'The record of the run as JSON, with its comparison where there is one',
  extension: 'json',
  render: ({ run, against }) => `${JSON.stringify(against ? { run, against } : run, null, 1)}\n`,
});
