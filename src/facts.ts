import type { CheckResult } from './checks/check.js';
import type { CommitList } from './model/commit-list.js';
import { releasedCommit, type PushedImage } from './model/image.js';
import type { LogExcerpt } from './model/log-excerpt.js';
import type { ContainerHealth, TargetGroupHealth } from './model/target-health.js';

/**
 * What becomes known during a run, in the order in which it does. Steps add to it for outputs, summary and
 * report; no step reads it.
 */
export interface Facts {
  readonly region?: string;
  readonly cluster?: string;
  readonly service?: string;
  /** The whole SHA of the commit that is released. */
  readonly gitSha?: string;
  /** First line of the commit's message, redacted. */
  readonly subject?: string;
  /** The commit that was live before, when known. */
  readonly previousGitSha?: string;
  /** What lies between the two. */
  readonly commits?: CommitList;
  /** UTC, RFC 3339, as the image's label has it. */
  readonly buildTime?: string;
  readonly imageDigest?: string;
  /** What the tasks of the earlier revision ran, when ECS told. */
  readonly previousImageDigest?: string;
  /** `repository@sha256:…` */
  readonly imageUri?: string;
  readonly taskDefinitionArn?: string;
  readonly previousTaskDefinitionArn?: string;
  readonly deploymentId?: string;
  /** Whether UpdateService was called. */
  readonly changed?: boolean;
  /** What differs between the two revisions, by name. */
  readonly difference?: readonly string[];
  /** One line on targets and containers at the end of the health step. */
  readonly health?: string;
  /** How the targets of our tasks were when they were last looked at, also of a release that failed. */
  readonly targetHealth?: readonly TargetGroupHealth[];
  /** The same of containers with a health check of their own; absent without one. */
  readonly containerHealth?: ContainerHealth;
  readonly identity?: string;
  /** What the smoke checks found before the change. */
  readonly baseline?: readonly CheckResult[];
  readonly smoke?: readonly CheckResult[];
  /** The revision that is live again after an undo, proven. */
  readonly restoredTaskDefinitionArn?: string;
  /** What the smoke checks found after an undo. */
  readonly restoredSmoke?: readonly CheckResult[];
  readonly logs?: LogExcerpt;
  readonly url?: string;
  /** What the service says its version at, without a query. */
  readonly versionUrl?: string;
}

/** What an image in its repository makes known. */
export function factsOfImage(image: PushedImage): Facts {
  const gitSha = releasedCommit(image);
  return {
    imageDigest: image.digest,
    imageUri: image.uri,
    ...(gitSha === undefined ? {} : { gitSha }),
    ...(image.buildTime === undefined ? {} : { buildTime: image.buildTime }),
  };
}
