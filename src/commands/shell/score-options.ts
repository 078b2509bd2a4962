/** The options of `score` as they were given; commander has parsed them. */
export interface ScoreOptionValues {
  readonly scenario?: readonly string[];
  readonly scorers?: string;
  readonly dryRun?: boolean;
  readonly out?: string;
  readonly mode: string;
  readonly profile?: string;
  readonly provider: string;
  readonly model: Readonly<Record<string, string>>;
  readonly maxCalls?: number;
  readonly allowLive?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}
