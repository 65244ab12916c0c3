import type {
  ElasticLoadBalancingV2Client,
  TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { DeployError } from '../../errors.js';
import { awsErrorName } from '../../model/aws-failure.js';
import type { TargetHealth } from '../../model/target-health.js';
import { clientSettings, read, required, type AwsAccess } from './clients.js';

/** Elastic Load Balancing, in the one verb that a release needs. */
export interface Balancing {
  /** Every target that a group knows, with its health; throws `target-health` when there is no such group. */
  targetHealth(targetGroupArn: string): Promise<readonly TargetHealth[]>;
}

/** The adapter for Elastic Load Balancing; the SDK's client is loaded on first use. */
export function balancing(access: AwsAccess): Balancing {
  let client: ElasticLoadBalancingV2Client | undefined;
  return {
    async targetHealth(targetGroupArn) {
      const sdk = await import('@aws-sdk/client-elastic-load-balancing-v2');
      const elb = (client ??= new sdk.ElasticLoadBalancingV2Client(clientSettings(access)));
      const action = 'elasticloadbalancing:DescribeTargetHealth';
      try {
        return await read(access, action, async (abortSignal) => {
          const command = new sdk.DescribeTargetHealthCommand({ TargetGroupArn: targetGroupArn });
          const { TargetHealthDescriptions } = await elb.send(command, { abortSignal });
          return required(TargetHealthDescriptions, action, 'TargetHealthDescriptions').flatMap(targetOf);
        });
      } catch (error) {
        if (awsErrorName(error) !== 'TargetGroupNotFoundException') throw error;
        throw new DeployError('target-health', `There is no target group ${targetGroupArn}.`, {
          hint: 'Check the input target-groups and the load balancers of the service.',
          cause: error,
        });
      }
    },
  };
}

function targetOf({ Target, TargetHealth: health }: TargetHealthDescription): TargetHealth[] {
  if (Target?.Id === undefined || Target.Port === undefined) return [];
  return [
    {
      id: Target.Id,
      port: Target.Port,
      state: health?.State ?? 'unavailable',
      reason: health?.Reason,
      description: health?.Description,
    },
  ];
}
