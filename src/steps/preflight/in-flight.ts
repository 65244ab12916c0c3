import type { Aws } from '../../adapters/aws/aws.js';
import { DeployError } from '../../errors.js';
import type { ReleaseInputs } from '../../inputs/inputs.js';
import type { StepVoice } from '../../journal.js';
import { showDuration } from '../../model/duration.js';
import { poll } from '../../model/poll.js';
import { progressLine } from '../../model/progress.js';
import { rolloutInFlight } from '../../model/service-checks.js';
import type { Service } from '../../model/service.js';
import type { World } from '../../world.js';
import { teller } from '../tell.js';

/** Milliseconds between two looks at somebody else's rollout. */
const INTERVAL = 5_000;

/**
 * What to do about a rollout that is in flight already: refuse, wait until it has ended, or go on and replace
 * it. Returns the service as it is afterwards.
 */
export async function settleRollout(
  service: Service,
  inputs: ReleaseInputs,
  aws: Aws,
  world: World,
  voice: StepVoice,
): Promise<Service> {
  const busy = service.status === 'ACTIVE' ? rolloutInFlight(service) : undefined;
  if (!busy || inputs.inFlight === 'replace') return service;
  if (inputs.inFlight === 'refuse') throw busy;
  const tell = teller(inputs.deploymentTimeout, world, voice);
  return poll({
    observe: () => aws.ecs.service(inputs.place.cluster, service.name).catch(tell.failed),
    judge(observed) {
      if (!observed) throw gone(service);
      tell.look({ line: `waiting for the rollout in flight: ${progressLine(observed)}` });
      const over = observed.status !== 'ACTIVE' || !rolloutInFlight(observed);
      return over ? { done: true, result: observed } : { done: false };
    },
    expired: () =>
      new DeployError(
        'rollout-in-flight',
        `${busy.message} It did not end within ${showDuration(inputs.deploymentTimeout)}.`,
        {
          hint: 'Let in-flight be replace to deploy over a rollout that is stuck.',
        },
      ),
    interval: INTERVAL,
    limit: inputs.deploymentTimeout,
    clock: world.clock,
    signal: world.signal,
  }).finally(tell.end);
}

function gone({ name }: Service): DeployError {
  return new DeployError(
    'service-gone',
    `The service ${name} was deleted while its rollout was waited for.`,
    {
      hint: 'Create it again, then run the job again.',
    },
  );
}
