import type { Aws } from '../../adapters/aws/aws.js';
import { DeployError } from '../../errors.js';
import type { ReleaseInputs } from '../../inputs/inputs.js';
import type { StepVoice } from '../../journal.js';
import { showDuration } from '../../model/duration.js';
import type { JsonObject } from '../../model/json.js';
import type { Service } from '../../model/service.js';
import { worstCase } from '../../model/worst-case.js';

/** Warns when a rollout that goes well may still take longer than it is waited for. */
export async function warnOfDuration(
  service: Service,
  body: JsonObject,
  { deploymentTimeout, targetHealthTimeout }: ReleaseInputs,
  { balancing }: Aws,
  voice: StepVoice,
): Promise<void> {
  const arns = service.loadBalancers.map(({ targetGroupArn }) => targetGroupArn);
  try {
    const groups = await Promise.all([...new Set(arns)].map((arn) => balancing.timing(arn)));
    const { total, checks, parts } = worstCase(service, body, groups);
    if (total > deploymentTimeout) {
      voice.warn(
        `This rollout may take ${showDuration(total)} (${parts}), longer than deployment-timeout (${showDuration(deploymentTimeout)}).`,
      );
    }
    if (checks > targetHealthTimeout) {
      voice.warn(
        `Health checks may take ${showDuration(checks)}, longer than target-health-timeout (${showDuration(targetHealthTimeout)}).`,
      );
    }
  } catch (error) {
    if (!(error instanceof DeployError) || error.code === 'cancelled') throw error;
    voice.warn(`How long this rollout may take is not known. ${error.message} ${error.hint ?? ''}`.trimEnd());
  }
}
