import { inWorkflow } from '../in-workflow.js';
import type { Environment } from '../world.js';
import type { InputReader } from './reader.js';

/** The role that the run works as. */
export interface RoleRequest {
  readonly arn: string;
  /** What CloudTrail calls the session. */
  readonly sessionName: string;
  /** Milliseconds that one session lasts. */
  readonly duration: number;
}

/** IAM User Guide, "IAM identifiers": a path and a name of these characters. */
const ROLE = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/;
/** AWS STS API Reference, AssumeRoleWithWebIdentity, RoleSessionName. */
const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;
/** The same page, DurationSeconds: what every role allows at least, and what none may allow more than. */
const DURATION = { min: '15m', max: '12h' } as const;

/** Reads the role that is to be assumed with GitHub's identity token; undefined when none is. */
export function readRole(read: InputReader, env: Environment): RoleRequest | undefined {
  const arn = read.matching(
    'role-to-assume',
    ROLE,
    'the ARN of a role, such as arn:aws:iam::123456789012:role/deploy',
  );
  const sessionName = read.matching(
    'role-session-name',
    SESSION_NAME,
    '2 to 64 letters, digits and characters of _+=,.@-',
  );
  const duration = read.duration('role-duration', '1h', DURATION);
  if (read.text('role-to-assume') === undefined) {
    for (const name of ['role-session-name', 'role-duration'].filter((one) => read.text(one) !== undefined))
      read.problem(`The input ${name} needs role-to-assume.`);
    return undefined;
  }
  if (!inWorkflow(env)) {
    read.problem(
      'The input role-to-assume needs the identity token that only GitHub Actions gives.',
      'By hand take a profile of the AWS CLI that assumes the role (AWS_PROFILE, role_arn), or set the AWS_* variables.',
    );
  }
  return arn === undefined
    ? undefined
    : { arn, sessionName: sessionName ?? `deploy-backend-${env['GITHUB_RUN_ID'] ?? 'run'}`, duration };
}
