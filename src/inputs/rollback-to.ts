import { familyAndRevision, parseArn } from '../model/arn.js';
import type { InputReader } from './reader.js';

/** What a rollback leads to. */
export type RollbackTo =
  | { readonly kind: 'previous' }
  | { readonly kind: 'revision'; readonly number: number }
  | { readonly kind: 'arn'; readonly arn: string }
  /** At least seven hexadecimal digits, in lower case. */
  | { readonly kind: 'commit'; readonly sha: string };

/** Reads `rollback-to`. Up to six digits are a revision number, more are the beginning of a commit. */
export function readRollbackTo(read: InputReader): RollbackTo {
  const value = read.text('rollback-to') ?? 'previous';
  if (/^\d{1,6}$/.test(value)) return { kind: 'revision', number: Number(value) };
  if (/^[0-9a-f]{7,64}$/i.test(value)) return { kind: 'commit', sha: value.toLowerCase() };
  if (parseArn(value)?.service === 'ecs' && familyAndRevision(value)) return { kind: 'arn', arn: value };
  if (value !== 'previous') {
    read.problem(
      `The input rollback-to is "${value.slice(0, 80)}", but must be previous, a revision number, the ARN of a revision, or a commit SHA.`,
    );
  }
  return { kind: 'previous' };
}
