/**
 * Why a run did not succeed. A closed list: workflows branch on it, so a code is never renamed within v1.
 * `docs/troubleshooting.md` explains each.
 */
export type FailureCode =
  | 'inputs'
  | 'credentials-missing'
  | 'credentials-expired'
  | 'access-denied'
  | 'wrong-account'
  | 'cluster-missing'
  | 'service-missing'
  | 'service-inactive'
  | 'service-unsupported'
  | 'scaled-to-zero'
  | 'rollout-in-flight'
  | 'container-missing'
  | 'repository-missing'
  | 'image-missing'
  | 'no-fallback'
  | 'dirty-tree'
  | 'stale-commit'
  | 'base-url-unreachable'
  | 'docker-unavailable'
  | 'build-failed'
  | 'push-failed'
  | 'tag-taken'
  | 'digest-mismatch'
  | 'architecture-mismatch'
  | 'task-definition-invalid'
  | 'register-failed'
  | 'crash-loop'
  | 'image-pull'
  | 'resource-init'
  | 'container-health'
  | 'target-health'
  | 'capacity'
  | 'circuit-breaker'
  | 'alarm'
  | 'timeout'
  | 'superseded'
  | 'service-gone'
  | 'smoke-failed'
  | 'rollback-target-invalid'
  | 'rollback-unproven'
  | 'cancelled'
  | 'aws-unavailable'
  | 'internal';

/** What a `DeployError` may carry beside its code and message. */
export interface DeployErrorDetails {
  /** What a person should do about it, one sentence. */
  readonly hint?: string;
  /** Lines that show it: events, reasons, output. Untrusted text: made safe where it is printed. */
  readonly evidence?: readonly string[];
  readonly cause?: unknown;
}

/** The one error of the action: a code for workflows, a message and a hint for people. */
export class DeployError extends Error {
  override readonly name: string = 'DeployError';
  readonly code: FailureCode;
  readonly hint: string | undefined;
  readonly evidence: readonly string[];

  constructor(code: FailureCode, message: string, details: DeployErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
    this.evidence = details.evidence ?? [];
  }
}

/** Several problems found together, reported as one error: the first one's code, every one's message. */
export function problems(found: readonly DeployError[]): DeployError {
  const [first] = found;
  if (!first) throw new TypeError('problems() needs at least one problem');
  if (found.length === 1) return first;
  const lines = found.map((problem) => `- ${problem.message}${problem.hint ? ` ${problem.hint}` : ''}`);
  return new DeployError(first.code, `${String(found.length)} problems:\n${lines.join('\n')}`, {
    evidence: found.flatMap(({ evidence }) => evidence),
    cause: first,
  });
}

/** Without credentials, in the wrong account or after a cancel everything else goes wrong, too. */
const ALONE: ReadonlySet<FailureCode> = new Set([
  'cancelled',
  'credentials-missing',
  'credentials-expired',
  'wrong-account',
]);

/** Gathers problems so that they are reported together instead of one a run. */
export class Findings {
  readonly #found: DeployError[] = [];

  add(...problem: readonly DeployError[]): void {
    this.#found.push(...problem);
  }

  /** The value, or undefined after noting the `DeployError` why there is none; any other error is thrown. */
  async attempt<Value>(work: Promise<Value>): Promise<Value | undefined> {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof DeployError)) throw error;
      this.#found.push(error);
      return undefined;
    }
  }

  /** Throws what was found, if anything was; what explains everything else is thrown alone. */
  finish(): void {
    const alone = this.#found.find(({ code }) => ALONE.has(code));
    if (alone) throw alone;
    if (this.#found.length > 0) throw problems(this.#found);
  }
}
