/** What CloudWatch Logs remembers. */
export interface LogsState {
  readonly groups: Map<string, LogGroup>;
}

export interface LogGroup {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly streams: Map<string, LogStream>;
}

export interface LogStream {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  /** In order of timestamp. */
  readonly events: LogEvent[];
}

export interface LogEvent {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly ingestionTime: number;
  readonly message: string;
}
