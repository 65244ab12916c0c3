import { virtualClock, type VirtualClock } from '../../../sandbox/clock.js';
import type { Cloud } from '../../../sandbox/cloud.js';
import { registerInstance } from '../../../sandbox/ecs/instances.js';
import { ecsOperations } from '../../../sandbox/ecs/operations.js';
import type { Service, Task } from '../../../sandbox/ecs/state.js';
import type { JsonObject } from '../../../sandbox/json.js';
import type { Behaviour } from '../../../sandbox/runtime/behaviour.js';
import { simulatedRuntime } from '../../../sandbox/runtime/simulated.js';
import { behindHttps, emptyCloud, made } from '../balanced-cloud.js';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;

/** A cluster named `prod` on a virtual clock, and the script by which its tasks live. */
export interface World {
  readonly cloud: Cloud;
  readonly clock: VirtualClock;
  readonly script: Map<string, Behaviour>;
  /** Calls an ECS operation; a cluster that is not given is `prod`. */
  call(operation: string, input?: JsonObject): Promise<JsonObject>;
}

export async function world(): Promise<World> {
  const clock = virtualClock();
  const script = new Map<string, Behaviour>();
  const cloud = emptyCloud(simulatedRuntime({ clock, script }), clock);
  const call = async (operation: string, input: JsonObject = {}) =>
    ecsOperations[operation]!(cloud, { cluster: 'prod', ...input });
  await call('CreateCluster', { clusterName: 'prod' });
  return { cloud, clock, script, call };
}

/** Registers a revision of the family `web` for Fargate; its image has the tag `v<n>`. */
export async function register(one: World, tag: string, more: JsonObject = {}): Promise<string> {
  const { taskDefinition } = await one.call('RegisterTaskDefinition', {
    family: 'web',
    networkMode: 'awsvpc',
    requiresCompatibilities: ['FARGATE'],
    cpu: '256',
    memory: '512',
    containerDefinitions: [
      { name: 'app', image: `example.test/web:${tag}`, portMappings: [{ containerPort: 3001 }], ...more },
    ],
  });
  return (taskDefinition as { taskDefinitionArn: string }).taskDefinitionArn;
}

/** How the groups are checked: a simulated task answers as the example backend does. */
const CHECKED = { HealthCheckPath: '/api/v1/health/live', HealthCheckIntervalSeconds: 10 };

/** A Fargate service `web` on revision 1 behind a load balancer, not yet settled. */
export async function behindBalancer(one: World, settings: JsonObject = {}): Promise<string> {
  await register(one, 'v1');
  const { targetGroup } = await behindHttps(one.cloud, CHECKED);
  await elb(one, targetGroup, '30');
  await create(one, {
    loadBalancers: [{ targetGroupArn: targetGroup, containerName: 'app', containerPort: 3001 }],
    ...settings,
  });
  return targetGroup;
}

async function elb({ cloud }: World, targetGroup: string, delay: string): Promise<void> {
  const { elbOperations } = await import('../../../sandbox/elbv2/operations.js');
  await elbOperations['ModifyTargetGroupAttributes']!(cloud, {
    TargetGroupArn: targetGroup,
    Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: delay }],
  });
}

/** The service `web` on Fargate with two tasks. */
export async function create(one: World, settings: JsonObject = {}): Promise<void> {
  await one.call('CreateService', {
    serviceName: 'web',
    taskDefinition: 'web',
    desiredCount: 2,
    launchType: 'FARGATE',
    networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'] } },
    ...settings,
  });
}

/** A service `web` on one EC2 machine in bridge mode with dynamic ports, behind a load balancer. */
export async function onMachine(one: World): Promise<{ targetGroup: string; instance: string }> {
  const { ec2InstanceId } = registerInstance(one.cloud, 'prod');
  await one.call('RegisterTaskDefinition', {
    family: 'web',
    containerDefinitions: [
      { name: 'app', image: 'example.test/web:v1', memory: 128, portMappings: [{ containerPort: 3001 }] },
    ],
  });
  const { loadBalancer } = await behindHttps(one.cloud);
  const targetGroup = await made(
    one.cloud,
    'CreateTargetGroup',
    { Name: 'machines', Port: 80, Protocol: 'HTTP', TargetType: 'instance', ...CHECKED },
    ['TargetGroups', 'TargetGroupArn'],
  );
  await made(
    one.cloud,
    'CreateListener',
    {
      LoadBalancerArn: loadBalancer,
      Port: 8080,
      Protocol: 'HTTP',
      DefaultActions: [{ Type: 'forward', TargetGroupArn: targetGroup }],
    },
    ['Listeners', 'ListenerArn'],
  );
  await one.call('CreateService', {
    serviceName: 'web',
    taskDefinition: 'web',
    desiredCount: 2,
    launchType: 'EC2',
    loadBalancers: [{ targetGroupArn: targetGroup, containerName: 'app', containerPort: 3001 }],
  });
  return { targetGroup, instance: ec2InstanceId };
}

/** The state behind the API. */
export function serviceIn({ cloud }: World, name = 'web'): Service {
  return cloud.ecs.clusters.get('prod')!.services.get(name)!;
}

export function tasksIn({ cloud }: World): Task[] {
  return [...cloud.ecs.clusters.get('prod')!.tasks.values()];
}

/** Messages of the service's events, oldest first, with ids replaced by T and D. */
export function messages(one: World, targetGroup = ''): string[] {
  return serviceIn(one)
    .events.toReversed()
    .map(({ message }) =>
      message
        .replaceAll(/\(task [0-9a-f]{32}\)/g, '(task T)')
        .replaceAll(/ecs-svc\/\d{19}/g, 'ecs-svc/D')
        .replaceAll(targetGroup || '\0', 'TG'),
    );
}

/** A service as DescribeServices answers it. */
export async function described(one: World): Promise<Described> {
  const { services } = await one.call('DescribeServices', { services: ['web'] });
  return (JSON.parse(JSON.stringify(services)) as Described[])[0]!;
}

export interface Described {
  readonly status: string;
  readonly taskDefinition: string;
  readonly desiredCount: number;
  readonly runningCount: number;
  readonly pendingCount: number;
  readonly deployments: readonly {
    readonly id: string;
    readonly status: string;
    readonly taskDefinition: string;
    readonly rolloutState: string;
    readonly rolloutStateReason: string;
    readonly desiredCount: number;
    readonly runningCount: number;
    readonly pendingCount: number;
    readonly failedTasks: number;
  }[];
  readonly currentServiceDeployment: string;
  readonly currentServiceRevisions: readonly { readonly arn: string; readonly runningTaskCount: number }[];
}

/** Releases another image of the family `web`; answers with the id of the deployment. */
export async function release(one: World, tag: string, settings: JsonObject = {}): Promise<string> {
  await one.call('UpdateService', { service: 'web', taskDefinition: await register(one, tag), ...settings });
  return serviceIn(one).deployments[0]!.id;
}

/** Service deployments as DescribeServiceDeployments answers them, newest first. */
export async function history(one: World): Promise<readonly Release[]> {
  const { serviceDeployments } = await one.call('DescribeServiceDeployments', {
    serviceDeploymentArns: serviceIn(one).serviceDeployments.map(({ arn }) => arn),
  });
  return JSON.parse(JSON.stringify(serviceDeployments)) as Release[];
}

export interface Release {
  readonly serviceDeploymentArn: string;
  readonly status: string;
  readonly statusReason?: string;
  readonly targetServiceRevision: { readonly arn: string };
  readonly sourceServiceRevisions: readonly { readonly arn: string }[];
}
