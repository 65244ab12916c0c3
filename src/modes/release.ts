import { connect } from '../adapters/aws/aws.js';
import { DeployError } from '../errors.js';
import type { ReleaseInputs } from '../inputs/inputs.js';
import type { Journal } from '../journal.js';
import type { Task } from '../model/service.js';
import type { Outcome } from '../outcome.js';
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

/** Takes a commit to a verified release. Throws while nothing of the service is changed; from then on returns. */
export async function release(inputs: ReleaseInputs, world: World, journal: Journal): Promise<Outcome> {
  const aws = connect(world, inputs.place.region);
  const { cluster } = inputs.place;

  // Nothing live has changed yet: a failure here simply ends the run.
  const before = await journal.step('preflight', (voice) => preflight(inputs, aws, world, voice));
  const built = await journal.step('build', (voice) => build(before.source, aws, world, voice));
  const image = await journal.step('push', (voice) => push(built, aws, world, voice));
  const next = await journal.step('register', (voice) => register({ ...before, image, inputs }, aws.ecs, voice));
  const own = await journal.step('deploy', (voice) => deploy({ ...before, next, inputs }, aws.ecs, voice));

  // From here on the service is in motion.
  let tasks: readonly Task[] = [];
  try {
    const service = await journal.step('wait', (voice) => wait({ before, own, inputs }, aws.ecs, world, voice));
    tasks = await journal.step('health', (voice) => health({ service, own, next, inputs }, aws, world, voice));
    await journal.step('identity', (voice) => identity({ before, own, image, inputs }, aws.ecs, world, voice));
    await journal.step('smoke', (voice) => smoke(inputs.smoke, { commit: image.gitSha, tasks: tasks.length }, world, voice));
    return { kind: 'released' };
  } catch (error) {
    return failure(error, own.changed);
  } finally {
    await journal.step('logs', (voice) => logs({ ...before, tasks }, aws, world, voice));
  }
}
