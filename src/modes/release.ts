import { connect } from '../adapters/aws/aws.js';
import type { ReleaseInputs } from '../inputs/inputs.js';
import type { Journal } from '../journal.js';
import type { Task } from '../model/service.js';
import { failure, type Outcome } from '../outcome.js';
import { build } from '../steps/build.js';
import { deploy } from '../steps/deploy.js';
import { health } from '../steps/health.js';
import { identity } from '../steps/identity.js';
import { logs } from '../steps/logs.js';
import { preflight } from '../steps/preflight/preflight.js';
import { push } from '../steps/push.js';
import { register } from '../steps/register.js';
import { smoke } from '../steps/smoke.js';
import { wait } from '../steps/wait.js';
import type { World } from '../world.js';

/**
 * Takes a commit to a verified release. What it throws happened before the service was changed; from then on
 * it returns how the release ended.
 */
export async function release(inputs: ReleaseInputs, world: World, journal: Journal): Promise<Outcome> {
  const aws = connect(world, inputs.place.region);
  const { cluster } = inputs.place;

  // Nothing live has changed yet: a failure here simply ends the run.
  const before = await journal.step('preflight', (voice) => preflight(inputs, aws, world, voice));
  const built = await journal.step('build', (voice) => build(before.source, world, voice));
  const image = await journal.step('push', (voice) => push(built, before.architecture, world, voice));
  const next = await journal.step('register', (voice) =>
    register({ ...inputs, ...before, image }, aws.ecs, world, voice),
  );
  const own = await journal.step('deploy', (voice) =>
    deploy({ ...inputs, ...before, cluster, next }, aws.ecs, world, voice),
  );

  // From here on the service is in motion.
  const subject = { ...inputs, ...before, cluster, image, next, own };
  let tasks: readonly Task[] = [];
  try {
    const service = await journal.step('wait', (voice) => wait(subject, aws.ecs, world, voice));
    tasks = await journal.step('health', (voice) => health({ ...subject, service }, aws, world, voice));
    await journal.step('identity', (voice) => identity(subject, aws.ecs, world, voice));
    await journal.step('smoke', (voice) => smoke({ ...subject, tasks }, world, voice));
    return { kind: 'released' };
  } catch (error) {
    return failure(error, own.changed);
  } finally {
    await journal.step('logs', (voice) => logs({ ...subject, tasks }, aws, world, voice));
  }
}
