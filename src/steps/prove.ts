import type { Aws } from '../adapters/aws/aws.js';
import { readImage } from '../adapters/aws/stored-image.js';
import { VITAL } from '../checks/check.js';
import { DeployError } from '../errors.js';
import type { SmokeRequest } from '../inputs/smoke.js';
import type { StepVoice } from '../journal.js';
import { parseImageReference } from '../model/image.js';
import { textAt } from '../model/json.js';
import type { OwnDeployment } from '../model/rollout.js';
import type { Service } from '../model/service.js';
import { containerOf, type TaskDefinition } from '../model/task-definition.js';
import type { World } from '../world.js';
import { health } from './health.js';
import { identity } from './identity.js';
import { registryFor } from './preflight/find-image.js';
import { whileLeading } from './lead.js';
import { smoke } from './smoke.js';
import { wait } from './wait.js';

/** A deployment that has to be proven without being a release: the one that brings a service back. */
export interface Proof {
  readonly cluster: string;
  /** The service as it was before the deployment. */
  readonly service: Service;
  readonly container: string;
  readonly own: OwnDeployment;
  /** Whether it has a service deployment of its own. */
  readonly recorded: boolean;
  /** The digest that its tasks ran before, when known. */
  readonly digest: string | undefined;
  /** The commit that it has to say; absent: the version is not asked for. */
  readonly commit: string | undefined;
  /** Names of the smoke checks that it passed before, when known. */
  readonly checks: readonly string[] | undefined;
  readonly targetGroups: readonly string[];
  /** Milliseconds. */
  readonly timeout: number;
  /** Milliseconds. */
  readonly targetHealthTimeout: number;
  readonly smoke: SmokeRequest | undefined;
}

/**
 * Proves that a service is back: under the same verdict as a release, by revision, targets, digests, the commit that it
 * says and the smoke checks that passed before. Throws what the first step throws that finds it is not.
 */
export async function prove(proof: Proof, aws: Aws, world: World, voice: StepVoice): Promise<void> {
  const { own, container, commit } = proof;
  const next = await aws.ecs.taskDefinition(own.taskDefinition);
  if (!next) throw new DeployError('rollback-unproven', `${own.taskDefinition} cannot be described.`);
  // Where ECS takes decisions of its own, the wait is for what it comes to.
  const failFast = !proof.service.rolling.rollsBack;
  const subject = { ...proof, next, deploymentTimeout: proof.timeout, failFast };
  const service = await wait(subject, aws, world, voice);
  const tasks = await health({ ...subject, service }, aws, world, voice);
  const acceptedDigests =
    proof.digest === undefined ? await pinnedDigests(next, container, aws, world) : [proof.digest];
  await identity({ ...subject, service, acceptedDigests, alone: true }, aws, world, voice);
  if (proof.smoke && commit === undefined) {
    world.log.info(
      'The version is not asked for: which commit it has to be is not known, or it did not say so before.',
    );
  }
  const includes = (name: string): boolean =>
    name === 'version' ? commit !== undefined : (proof.checks ?? VITAL).includes(name);
  await whileLeading({ ...subject, service }, aws.ecs, world, () =>
    smoke({ smoke: proof.smoke, expected: commit, tasks, includes }, world, voice),
  );
}

/** The digests that tasks of a pinned image may report; none when it is not pinned or cannot be looked at. */
export async function pinnedDigests(
  { body }: TaskDefinition,
  container: string,
  aws: Aws,
  world: World,
): Promise<readonly string[]> {
  const image = textAt(containerOf(body, container) ?? {}, 'image');
  const reference = image === undefined ? undefined : parseImageReference(image);
  if (reference?.digest === undefined) return [];
  const { digest } = reference;
  try {
    const registry = await registryFor(aws, reference);
    const stored = registry && (await readImage(world, registry.ecr, registry.repository, { digest }));
    return stored ? stored.acceptedDigests : [digest];
  } catch (error) {
    if (!(error instanceof DeployError) || error.code === 'cancelled') throw error;
    return [];
  }
}
