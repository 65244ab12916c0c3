import { lastPart } from '../../src/model/arn.js';
import type { Account } from './account.js';

/** What a release leaves in an account: revisions, and tags on the one that was there. */
export interface There {
  /** ARNs. */
  readonly revisions: readonly string[];
  /** `revision key=value` of the tags of the first revision. */
  readonly tags: readonly string[];
  /** `cluster/service: revision`. */
  readonly live: string;
}

/** What is there now. */
export async function whatIsThere({ aws, inputs, definition }: Account): Promise<There> {
  const { cluster, service } = inputs;
  const first = await aws.ecs.taskDefinition(definition.arn);
  const name = lastPart(definition.arn);
  const live = (await aws.ecs.service(cluster, service))?.taskDefinition ?? 'gone';
  return {
    revisions: await aws.ecs.revisions(definition.family),
    tags: [...(first?.tags ?? [])].map(([key, value]) => `${name} tagged ${key}=${value}`),
    live: `${service} on ${lastPart(live)}`,
  };
}

/** What was not there before, for whoever wants to clean up. Never throws. */
export async function whatIsNew(before: There, account: Account): Promise<readonly string[]> {
  try {
    const { revisions, tags, live } = await whatIsThere(account);
    return [
      ...revisions.filter((arn) => !before.revisions.includes(arn)).map(lastPart),
      ...tags.filter((tag) => !before.tags.includes(tag)),
      ...(live === before.live ? [] : [`${live} (it was ${before.live})`]),
    ];
  } catch {
    return [`revisions newer than ${lastPart(before.revisions[0] ?? 'none')}, which could not be listed`];
  }
}
