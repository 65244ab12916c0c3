import { DescribeRepositoriesCommand, ECRClient } from '@aws-sdk/client-ecr';
import {
  DescribeServicesCommand,
  ECSClient,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
} from '@aws-sdk/client-ecs';
import {
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../sandbox/json.js';
import { authorizationsOf } from '../../../sandbox/iam/authorization.js';
import { NAMES } from '../../../sandbox/names.js';
import { roleJob, roleWorld } from '../../role-world.js';
import { readyWorld } from '../../ready-world.js';
import { run } from '../../../src/run.js';
import { startRegistry } from '../registry-client.js';
import { sdkSettings } from '../sdk.js';

const policyOf = (...Statement: readonly JsonObject[]): JsonObject => ({ Version: '2012-10-17', Statement });
const allow = (Action: string, Resource = '*'): JsonObject => ({ Effect: 'Allow', Action, Resource });
const DEPLOYER = `User: arn:aws:iam::${NAMES.account}:user/deployer is not authorized to perform:`;
const SERVICE = `arn:aws:ecs:us-east-1:${NAMES.account}:service/${NAMES.cluster}/${NAMES.service}`;

/** What a client of the ready-made account hears under a policy. */
async function heard(policy: JsonObject | undefined) {
  const { cloud } = await readyWorld();
  if (policy) cloud.policy = policy;
  const settings = sdkSettings(cloud);
  const ecs = new ECSClient(settings);
  const definition: RegisterTaskDefinitionCommandInput = {
    family: 'other',
    taskRoleArn: `arn:aws:iam::${NAMES.account}:role/task`,
    tags: [{ key: 'team', value: 'ehr' }],
    containerDefinitions: [{ name: 'c', image: 'i', memory: 64 }],
  };
  return {
    cloud,
    services: () =>
      ecs.send(new DescribeServicesCommand({ cluster: NAMES.cluster, services: [NAMES.service] })),
    tasks: () => ecs.send(new ListTasksCommand({ cluster: NAMES.cluster, serviceName: NAMES.service })),
    register: () => ecs.send(new RegisterTaskDefinitionCommand(definition)),
    repositories: () =>
      new ECRClient(settings).send(new DescribeRepositoriesCommand({ repositoryNames: [NAMES.repository] })),
    targetGroups: () => new ElasticLoadBalancingV2Client(settings).send(new DescribeTargetGroupsCommand({})),
    identity: () => new STSClient(settings).send(new GetCallerIdentityCommand({})),
  };
}

describe('an account with a policy', () => {
  it('allows everything without one', async () => {
    const { services, register, targetGroups } = await heard(undefined);
    await expect(Promise.all([services(), register(), targetGroups()])).resolves.toHaveLength(3);
  });

  it('denies what is not allowed, in the words and with the status of its service', async () => {
    const { cloud, services, repositories, targetGroups } = await heard(policyOf());
    await expect(services()).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: `${DEPLOYER} ecs:DescribeServices on resource: ${SERVICE} because no identity-based policy allows the ecs:DescribeServices action`,
      $metadata: { httpStatusCode: 400 },
    });
    await expect(repositories()).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(`:repository/${NAMES.repository} because`),
    });
    await expect(targetGroups()).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining(
        `${DEPLOYER} elasticloadbalancing:DescribeTargetGroups on resource: * `,
      ),
      $metadata: { httpStatusCode: 403 },
    });
    expect(cloud.calls.map(({ error }) => error)).toEqual(
      Array.from({ length: 3 }, () => 'AccessDeniedException'),
    );
  });

  it('says that a statement denies it', async () => {
    const { services } = await heard(policyOf(allow('ecs:*'), { ...allow('ecs:Describe*'), Effect: 'Deny' }));
    await expect(services()).rejects.toThrow(/ with an explicit deny in an identity-based policy$/);
  });

  it('asks for the roles and tags of a revision as well, and registers none that is denied', async () => {
    const register = 'ecs:RegisterTaskDefinition';
    for (const [statements, lacks] of [
      [[allow(register)], `iam:PassRole on resource: arn:aws:iam::${NAMES.account}:role/task`],
      [
        [allow(register), allow('iam:PassRole')],
        'ecs:TagResource on resource: arn:aws:ecs:us-east-1:706704660887:task-definition/other:*',
      ],
    ] as const) {
      const there = await heard(policyOf(...statements));
      await expect(there.register()).rejects.toThrow(`${DEPLOYER} ${lacks} because`);
      expect(there.cloud.ecs.families.has('other')).toBe(false);
    }
    const allowed = await heard(policyOf(allow(register), allow('iam:PassRole'), allow('ecs:TagResource')));
    expect((await allowed.register()).taskDefinition?.revision).toBe(1);
  });

  it('knows of which cluster tasks are listed', async () => {
    const within = (cluster: string): JsonObject => ({
      ...allow('ecs:ListTasks'),
      Condition: {
        ArnEquals: { 'ecs:cluster': `arn:aws:ecs:us-east-1:${NAMES.account}:cluster/${cluster}` },
      },
    });
    const [ours, others] = [
      await heard(policyOf(within(NAMES.cluster))),
      await heard(policyOf(within('other'))),
    ];
    expect((await ours.tasks()).taskArns).toHaveLength(2);
    await expect(others.tasks()).rejects.toThrow(/ecs:ListTasks on resource: \* because/);
  });

  it('lets everybody ask who he is', async () => {
    const { identity } = await heard(policyOf());
    expect((await identity()).Account).toBe(NAMES.account);
  });

  it('asks of a session what it asks of others, and names it', async () => {
    const there = await roleWorld(roleJob());
    there.cloud.policy = policyOf();
    const { error } = await there.during(run(there.world));
    expect(error).toMatchObject({ code: 'access-denied' });
    expect(error?.message).toContain(`arn:aws:sts::${NAMES.account}:assumed-role/${NAMES.role}/`);
  });
});

describe('a registry of an account with a policy', () => {
  it('lets docker do what the API may do', async () => {
    const registry = await startRegistry();
    try {
      registry.cloud.policy = policyOf(allow('ecr:InitiateLayerUpload', 'arn:aws:ecr:*:*:repository/app'));
      expect((await registry.send('POST', '/v2/app/blobs/uploads/')).status).toBe(202);
      const denied = await registry.send('PUT', '/v2/app/manifests/v1', '{}');
      expect(denied.status).toBe(403);
      expect(await denied.json()).toMatchObject({
        errors: [
          { code: 'DENIED', message: expect.stringMatching(/ecr:PutImage on resource: \S+:repository\/app/) },
        ],
      });
      expect((await registry.send('POST', '/v2/other/blobs/uploads/')).status).toBe(403);
    } finally {
      await registry.close();
    }
  });
});

describe('a call of which nothing is known', () => {
  it('is asked for on all resources, which no named one allows', () => {
    const call = { action: 'ecs:DescribeCapacityProviders', input: {} };
    expect(authorizationsOf(NAMES, call)).toEqual([{ action: call.action, resource: '*', context: {} }]);
  });
});
