import type {
  ElasticLoadBalancingV2Client,
  TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { DeployError } from '../../errors.js';
import { awsErrorName } from '../../model/aws-failure.js';
import type { TargetHealth } from '../../model/target-health.js';
import type { TargetGroupTiming } from '../../model/worst-case.js';
import { clientSettings, read, required, type AwsAccess } from './clients.js';

/** Elastic Load Balancing, in the verbs that a release needs. */
export interface Balancing {
  /** Every target that a group knows, with its health; throws `target-health` when there is no such group. */
  targetHealth(targetGroupArn: string): Promise<readonly TargetHealth[]>;
  /** How long the group takes to find a target healthy, and to let one go. */
  timing(targetGroupArn: string): Promise<TargetGroupTiming>;
}

/** The adapter for Elastic Load Balancing; the SDK's client is loaded on first use. */
export function balancing(access: AwsAccess): Balancing {
  let loaded: Promise<Sdk> | undefined;
  const load = () =>
    (loaded ??= import('./sdk-elbv2.js').then((sdk) => ({
      sdk,
      client: new sdk.ElasticLoadBalancingV2Client(clientSettings(access)),
    })));
  return {
    targetHealth: async (arn) => targetHealth(access, await load(), arn),
    timing: async (arn) => timing(access, await load(), arn),
  };
}

interface Sdk {
  readonly sdk: typeof import('./sdk-elbv2.js');
  readonly client: ElasticLoadBalancingV2Client;
}

async function targetHealth(
  access: AwsAccess,
  { sdk, client }: Sdk,
  arn: string,
): Promise<readonly TargetHealth[]> {
  const action = 'elasticloadbalancing:DescribeTargetHealth';
  try {
    return await read(access, action, async (abortSignal) => {
      const command = new sdk.DescribeTargetHealthCommand({ TargetGroupArn: arn });
      const { TargetHealthDescriptions } = await client.send(command, { abortSignal });
      return required(TargetHealthDescriptions, action, 'TargetHealthDescriptions').flatMap(targetOf);
    });
  } catch (error) {
    if (awsErrorName(error) !== 'TargetGroupNotFoundException') throw error;
    throw new DeployError('target-health', `There is no target group ${arn}.`, {
      hint: 'Check the input target-groups and the load balancers of the service.',
      cause: error,
    });
  }
}

async function timing(access: AwsAccess, { sdk, client }: Sdk, arn: string): Promise<TargetGroupTiming> {
  const [describing, reading] = [
    'elasticloadbalancing:DescribeTargetGroups',
    'elasticloadbalancing:DescribeTargetGroupAttributes',
  ];
  const [group, attributes] = await Promise.all([
    read(access, describing, async (abortSignal) => {
      const command = new sdk.DescribeTargetGroupsCommand({ TargetGroupArns: [arn] });
      const { TargetGroups } = await client.send(command, { abortSignal });
      return required(TargetGroups?.[0], describing, 'TargetGroups[0]');
    }),
    read(access, reading, async (abortSignal) => {
      const command = new sdk.DescribeTargetGroupAttributesCommand({ TargetGroupArn: arn });
      const { Attributes } = await client.send(command, { abortSignal });
      return required(Attributes, reading, 'Attributes');
    }),
  ]);
  const delay = attributes.find(({ Key }) => Key === 'deregistration_delay.timeout_seconds')?.Value;
  return {
    interval: (group.HealthCheckIntervalSeconds ?? 0) * 1_000,
    healthyThreshold: group.HealthyThresholdCount ?? 0,
    drain: (Number(delay) || 0) * 1_000,
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
