import { type Clock, virtualClock } from '../../sandbox/clock.js';
import { type Cloud, seededIds } from '../../sandbox/cloud.js';
import { memoryBlobs } from '../../sandbox/ecr/memory-blobs.js';
import { emptyEcs } from '../../sandbox/ecs/state.js';
import { elbOperations } from '../../sandbox/elbv2/operations.js';
import type { JsonObject } from '../../sandbox/json.js';
import type { Address, Runtime, TaskRequest, TaskResponse } from '../../sandbox/runtime/runtime.js';
import { emptySts } from '../../sandbox/sts/state.js';

/** How a task answers; a rejection is a connection that fails, a promise that stays open one that hangs. */
export type Answering = (request: TaskRequest, address: Address) => Promise<TaskResponse> | TaskResponse;

/** A simulated runtime whose tasks answer by address, `ip:port`; no entry refuses connections. */
export function answeringRuntime(tasks: Map<string, Answering>): Runtime {
  return {
    name: 'simulated',
    launch: () => ({ stop: () => undefined }),
    request: async (address, request) => {
      const answer = tasks.get(`${address.ip}:${address.port}`);
      if (!answer) throw new Error('connect ECONNREFUSED');
      return answer(request, address);
    },
    close: () => Promise.resolve(),
  };
}

/** An answer with a status alone. */
export function status(code: number, body = '', headers: TaskResponse['headers'] = {}): TaskResponse {
  return { status: code, headers, body: Buffer.from(body) };
}

/** A cloud with nothing in it. */
export function emptyCloud(runtime: Runtime, clock: Clock = virtualClock()): Cloud {
  return {
    account: '123456789012',
    region: 'us-east-1',
    clock,
    ids: seededIds(1),
    runtime,
    ecs: emptyEcs(),
    ecr: {
      repositories: new Map(),
      blobs: memoryBlobs(),
      host: 'registry.test',
      passwords: new Set(),
    },
    elb: { loadBalancers: new Map(), listeners: new Map(), rules: new Map(), targetGroups: new Map() },
    logs: { groups: new Map() },
    sts: emptySts(),
    calls: [],
    faults: [],
    afterCall: [],
  };
}

/** Calls an operation and takes one text out of the first element of a list in its answer. */
export async function made(
  cloud: Cloud,
  operation: string,
  input: JsonObject,
  [list, field]: readonly [string, string],
): Promise<string> {
  const answer = await elbOperations[operation]!(cloud, input);
  const [first] = answer[list] as readonly Record<string, string>[];
  return first![field]!;
}

/** What `behindHttps` made, by ARN. */
export interface Made {
  readonly loadBalancer: string;
  readonly targetGroup: string;
  readonly http: string;
  readonly https: string;
}

/** A load balancer whose port 80 redirects to its port 443, which forwards to one group of IP targets. */
export async function behindHttps(cloud: Cloud, targetGroup: JsonObject = {}): Promise<Made> {
  const loadBalancer = await made(cloud, 'CreateLoadBalancer', { Name: 'web' }, [
    'LoadBalancers',
    'LoadBalancerArn',
  ]);
  const group = await made(
    cloud,
    'CreateTargetGroup',
    { Name: 'web', Port: 3001, Protocol: 'HTTP', TargetType: 'ip', HealthCheckPath: '/live', ...targetGroup },
    ['TargetGroups', 'TargetGroupArn'],
  );
  const listen = (port: number, protocol: string, action: JsonObject): Promise<string> =>
    made(
      cloud,
      'CreateListener',
      {
        LoadBalancerArn: loadBalancer,
        Port: port,
        Protocol: protocol,
        Certificates: [{ CertificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/x' }],
        DefaultActions: [action],
      },
      ['Listeners', 'ListenerArn'],
    );
  return {
    loadBalancer,
    targetGroup: group,
    http: await listen(80, 'HTTP', {
      Type: 'redirect',
      RedirectConfig: { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' },
    }),
    https: await listen(443, 'HTTPS', { Type: 'forward', TargetGroupArn: group }),
  };
}
