/** Where a command speaks and what it may read: the only door of the console, the environment and the wall clock. */
export interface Shell {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Columns of the terminal; 80 when it is none. */
  readonly width: number;
  readonly color: boolean;
  /** Whether progress can be drawn on standard error. */
  readonly interactive: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The project: the folder with scenarios/, fixtures/ and reports/. */
  readonly root: string;
  /** Milliseconds of Unix time. */
  readonly now: () => number;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}
