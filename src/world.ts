/**
 * The few things that tests replace. Everything below `src/` that is not an adapter reaches the outside
 * only through these; `adapters/` holds the real ones.
 */
export interface World {
  readonly clock: Clock;
  /** A number in [0, 1), for the jitter of retries. */
  readonly random: () => number;
  readonly env: Environment;
  readonly run: RunProcess;
  readonly files: Files;
  readonly http: SendHttp;
  /** How the AWS SDK sends its requests; absent: over the network. */
  readonly aws?: AwsTransport;
  /** Signs requests to AWS; absent: what the SDK finds by itself does. */
  readonly session?: AwsSession;
  /** Hears of every call that changed something in AWS, or tried to. */
  readonly witness?: (call: AwsCall) => void;
  readonly log: Log;
  readonly runner: Runner;
  /** Aborted when the run is cancelled. */
  readonly signal: AbortSignal;
}

/** Environment variables as the runner or the shell gave them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Time. Deadlines and durations use `monotonic`, which no change of the machine's clock disturbs. */
export interface Clock {
  /** Wall-clock time in milliseconds since the epoch. */
  now(): number;
  /** Milliseconds since some fixed moment; never runs backwards. */
  monotonic(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Runs a program without a shell and waits for it; rejects only when it could not be started. */
export type RunProcess = (
  command: string,
  args: readonly string[],
  options?: RunOptions,
) => Promise<Finished>;

export interface RunOptions {
  readonly cwd?: string;
  /** The whole environment of the program; absent: the action's own without inputs and credentials. */
  readonly env?: Environment;
  /** Written to its standard input, which is then closed. */
  readonly input?: string;
  /** Called for each line of standard output and standard error, as untrusted text. */
  readonly onLine?: (line: string) => void;
  /** Limit in milliseconds; the program and its children are then ended and the promise rejects. */
  readonly timeout?: number;
  /** Ends the program and its children when aborted. */
  readonly signal?: AbortSignal;
}

/** How a program ended. */
export interface Finished {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The file system, as far as the action needs it. Paths are absolute or relative to the workspace. */
export interface Files {
  /** The text of a file, or undefined when there is none. */
  read(path: string): Promise<string | undefined>;
  /** Writes a whole file, or leaves what was there, and makes its folders. `mode` is a permission such as 0o600. */
  write(path: string, text: string, mode?: number): Promise<void>;
  /** Writes a file that must not be there yet, and makes its folders; false when it is there. */
  create(path: string, text: string): Promise<boolean>;
  /** Names in a folder; empty when there is none. */
  list(path: string): Promise<readonly string[]>;
  /** Copies a file, or makes a symbolic link to a folder. */
  link(from: string, to: string): Promise<void>;
  /** A new private folder under the runner's temp folder. */
  temporaryFolder(prefix: string): Promise<string>;
  /** Removes a file or folder with all it holds; nothing happens when there is none. */
  remove(path: string): Promise<void>;
}

/** One HTTP exchange; rejects with an error that has a `code` when there was no whole answer. */
export type SendHttp = (request: HttpRequest) => Promise<HttpResponse>;

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Limit for the whole exchange, in milliseconds; connecting and the first byte have shorter ones of their own. */
  readonly timeout: number;
  /** The answer's body is cut after this many bytes. */
  readonly maxBytes: number;
  /** Takes the connection of the last request that asked for this, and keeps it; absent: a connection of its own. */
  readonly keepAlive?: boolean;
  readonly signal?: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; a header that came several times has several values. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  /** Untrusted text. */
  readonly body: string;
  /** True when the body was longer than `maxBytes`. */
  readonly truncated: boolean;
  /** Milliseconds from the moment there was a connection to the end of the body. */
  readonly duration: number;
  /** Milliseconds until there was a connection: name, TCP and TLS; 0 on one that was kept. */
  readonly connecting: number;
  /** What was agreed on, of a verified chain and name; absent over plain HTTP. */
  readonly tls?: Tls;
}

export interface Tls {
  /** As OpenSSL names it, such as `TLSv1.3`. */
  readonly protocol: string;
  /** When the server's certificate expires, in milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** The seam under the AWS SDK clients: its own `requestHandler`. */
export interface AwsTransport {
  handle(request: AwsRequest, options?: { abortSignal?: unknown }): Promise<{ response: AwsResponse }>;
}

export interface AwsRequest {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface AwsResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}

/** A session in AWS that is renewed before it ends. Its credentials are in memory and nowhere else. */
export interface AwsSession {
  /**
   * Credentials that are good now; waits only where there are none, and rejects with the signal's reason when it is
   * aborted meanwhile. Throws a `DeployError` when there are none to be had.
   */
  credentials(signal: AbortSignal): Promise<AwsCredentials>;
  /** AWS says that they have expired: they are not given again. */
  expired(): void;
}

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** A call that changed something in AWS, or tried to. */
export interface AwsCall {
  /** As IAM spells it: `ecs:UpdateService`. */
  readonly action: string;
  /** When it was sent, in milliseconds since the epoch. */
  readonly at: number;
  /** AWS's own name of the call, by which CloudTrail knows it; absent when there was no answer. */
  readonly requestId: string | undefined;
  /** The name of the error that it ended with, or `no answer`. */
  readonly error: string | undefined;
}

/** What a person reads while the run goes on. Every text is made safe for the runner before it is written. */
export interface Log {
  /** Our own words: one line, or several. */
  info(text: string): void;
  /** Something tolerated: a warning annotation. */
  warning(text: string): void;
  /** Why the run failed: an error annotation. */
  error(text: string): void;
  /** Text from elsewhere (docker, AWS, the application): cleaned, and each line marked as quoted. */
  quote(text: string): void;
  /** Opens a group that folds away on GitHub; `endGroup` closes it. */
  group(title: string): void;
  endGroup(): void;
  /**
   * One line on how a wait goes, in place of the last one; undefined takes it away. False where nobody sees it: GitHub's log
   * cannot take back what it has shown.
   */
  status(text: string | undefined): boolean;
  /** Keeps a secret out of every log from now on. */
  mask(secret: string): void;
}

/** What the runner takes from a step through its files. */
export interface Runner {
  /** Appends an output, for later steps. */
  output(name: string, value: string): Promise<void>;
  /** Appends a value for the post step; no secret and no personal data. */
  save(name: string, value: string): Promise<void>;
  /** Appends Markdown to the job summary; rejects when the runner gave no file or it cannot be written. */
  summary(markdown: string): Promise<void>;
}
