import type { Ecs } from './ecs.js';

/** The revisions that a service deployed successfully within the last ninety days, newest first, one entry a deployment. */
export async function deployedRevisions(
  cluster: string,
  service: string,
  ecs: Ecs,
): Promise<readonly string[]> {
  const deployments = await ecs.successfulDeployments(cluster, service);
  const arns = deployments.map(({ targetServiceRevisionArn }) => targetServiceRevisionArn);
  const revisions = await ecs.revisionTaskDefinitions([...new Set(arns)]);
  return arns.flatMap((arn) => revisions.get(arn) ?? []);
}
