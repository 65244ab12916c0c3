import { DeployError } from '../../errors.js';
import type { ChangeInputs, ReleaseInputs, RollbackInputs } from '../../inputs/inputs.js';
import type { StepVoice } from '../../journal.js';
import { givenUntil, longest, type Limit } from '../../model/credential-life.js';
import { showDuration } from '../../model/duration.js';
import type { World } from '../../world.js';

/**
 * Milliseconds for what has no limit of its own: mostly the build. With the limits that nobody changed that makes 50 minutes,
 * so that a session of an hour will do, which is what AWS and aws-actions/configure-aws-credentials give by default.
 */
const BUILD = 10 * 60_000;

/**
 * Why the credentials of the job may end before its work does, which would leave a service that nobody can put back any
 * more; undefined when they last, are renewed, or nobody said when they end. That they are good at all AWS will say.
 */
function lastingCredentials(
  inputs: ChangeInputs,
  { env, clock }: Pick<World, 'env' | 'clock'>,
): DeployError | undefined {
  const until = inputs.role || inputs.dryRun ? undefined : givenUntil(env);
  if (until === undefined) return undefined;
  const left = until - clock.now();
  const { total, parts } = longest(limitsOf(inputs));
  if (left >= total) return undefined;
  const how = left > 0 ? `last ${showDuration(left)} more` : `ended ${showDuration(-left)} ago`;
  return new DeployError(
    'credentials-expired',
    `The credentials ${how}, but this ${inputs.mode} may take ${showDuration(total)} (${parts}).`,
    {
      hint: 'Give role-to-assume, so that they are renewed; or let the step that makes them ask for longer ones (role-duration-seconds), or lower the limits.',
    },
  );
}

/**
 * The first question of a release: whether there are credentials for all of it. Throws the one problem that explains every
 * other. Given ones are first used by the next question.
 */
export async function checkCredentials(inputs: ReleaseInputs, world: World): Promise<void> {
  const short = lastingCredentials(inputs, world);
  if (short) throw short;
  await world.session?.credentials(world.signal);
}

/** Only warns: a rollback mostly takes a fraction of its limits, and in an incident nothing should stand in its way. */
export function warnOfEnd(
  inputs: RollbackInputs,
  world: Pick<World, 'env' | 'clock'>,
  voice: StepVoice,
): void {
  const short = lastingCredentials(inputs, world);
  if (short) voice.warn(`${short.message} ${short.hint ?? ''}`.trimEnd());
}

/** What may take its whole time one after the other, from now until it is proven that the service was put back. */
function limitsOf(inputs: ChangeInputs): readonly Limit[] {
  const { targetHealthTimeout, rollbackTimeout, autoRollback } = inputs;
  const undo: readonly Limit[] = autoRollback
    ? [
        ['rollback-timeout', rollbackTimeout],
        ['target-health-timeout again', targetHealthTimeout],
      ]
    : [];
  if (inputs.mode === 'rollback') {
    return [
      ['the rollback itself', rollbackTimeout],
      ['target-health-timeout', targetHealthTimeout],
      ...undo,
    ];
  }
  const { deploymentTimeout, inFlight, source } = inputs;
  return [
    ['waiting for the rollout in flight', inFlight === 'wait' ? deploymentTimeout : 0],
    ['the build', source.kind === 'build' ? BUILD : 0],
    ['deployment-timeout', deploymentTimeout],
    ['target-health-timeout', targetHealthTimeout],
    ...undo,
  ];
}
