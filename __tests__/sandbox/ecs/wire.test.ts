import { describe, expect, it } from '@jest/globals';
import { answer } from '../../../sandbox/aws.js';
import type { JsonObject } from '../../../sandbox/json.js';
import { create, MINUTE, register, world, type World } from './world.js';

const SIGNED = 'AWS4-HMAC-SHA256 Credential=AKIALOCAL/20260101/us-east-1/ecs/aws4_request, Signature=0';

/** Sends a request as the wire has it. */
async function send(
  one: World,
  operation: string,
  body: JsonObject | string,
  authorization: string | undefined = SIGNED,
): Promise<{ status: number; headers: Readonly<Record<string, string>>; body: JsonObject }> {
  const answered = await answer(one.cloud, {
    method: 'POST',
    path: '/',
    headers: {
      'x-amz-target': `AmazonEC2ContainerServiceV20141113.${operation}`,
      ...(authorization === '' ? {} : { authorization }),
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { ...answered, body: JSON.parse(answered.body) as JsonObject };
}

describe('a request in AWS JSON 1.1', () => {
  it('is answered with an id and recorded', async () => {
    const one = await world();
    const answered = await send(one, 'ListClusters', {});
    expect(answered.status).toBe(200);
    expect(answered.headers).toEqual({
      'content-type': 'application/x-amz-json-1.1',
      'x-amzn-requestid': expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    });
    expect(one.cloud.calls).toEqual([
      { at: one.clock.now(), action: 'ecs:ListClusters', input: {}, status: 200 },
    ]);
  });

  it('for an operation that nobody knows is refused and recorded', async () => {
    const one = await world();
    const refused = { status: 400, body: { __type: 'UnknownOperationException' } };
    expect(await send(one, 'MakeCoffee', { sugar: 2 })).toMatchObject(refused);
    expect(await send(one, 'toString', {})).toMatchObject(refused);
    expect(one.cloud.calls).toMatchObject([
      { action: 'ecs:MakeCoffee', input: { sugar: 2 }, status: 400, error: 'UnknownOperationException' },
      { action: 'ecs:toString', error: 'UnknownOperationException' },
    ]);
  });

  it('has to be JSON of the right types', async () => {
    const one = await world();
    const refused = { status: 400, body: { __type: 'SerializationException' } };
    expect(await send(one, 'ListClusters', '{')).toMatchObject(refused);
    expect(await send(one, 'ListClusters', '[]')).toMatchObject(refused);
    expect(await send(one, 'DescribeServices', { cluster: 7 })).toMatchObject(refused);
    expect(await send(one, 'DescribeServices', { cluster: 'prod', services: 'web' })).toMatchObject(refused);
  });

  it.each([
    ['no signature', '', 'MissingAuthenticationTokenException', 'Missing Authentication Token'],
    [
      'a key that is not known',
      SIGNED.replace('LOCAL', 'INVALID'),
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    ],
    [
      'a session that is over',
      SIGNED.replace('LOCAL', 'EXPIRED'),
      'ExpiredTokenException',
      'The security token included in the request is expired',
    ],
  ])('with %s is refused', async (_, authorization, type, message) => {
    const one = await world();
    const answered = await send(one, 'ListClusters', {}, authorization);
    expect(answered).toMatchObject({ status: 400, body: { __type: type, message } });
    expect(one.cloud.calls).toMatchObject([{ status: 400, error: type }]);
  });
});

describe('a fault', () => {
  it('spoils as many calls of its action as it is for', async () => {
    const one = await world();
    one.cloud.faults.push({ action: 'ecs:List*', kind: 'throttle', times: 2 });
    const errors = async (operation: string) => (await send(one, operation, {})).body['__type'];
    expect(await errors('DescribeClusters')).toBeUndefined();
    expect(await errors('ListClusters')).toBe('ThrottlingException');
    expect(await errors('ListTaskDefinitions')).toBe('ThrottlingException');
    expect(await errors('ListClusters')).toBeUndefined();
  });

  it('denies in the words of IAM, and leaves the world as it was', async () => {
    const one = await world();
    one.cloud.faults.push({ action: 'ecs:CreateCluster', kind: 'deny' });
    const { status, body } = await send(one, 'CreateCluster', { clusterName: 'other' });
    expect(status).toBe(400);
    expect(body).toEqual({
      __type: 'AccessDeniedException',
      message:
        'User: arn:aws:iam::123456789012:user/deployer is not authorized to perform: ecs:CreateCluster on resource: * ' +
        'because no identity-based policy allows the ecs:CreateCluster action',
    });
    expect([...one.cloud.ecs.clusters.keys()]).toEqual(['prod']);
  });

  it('comes as an expired session or a server error as well', async () => {
    const one = await world();
    one.cloud.faults.push({ action: '*', kind: 'expire', times: 1 }, { action: '*', kind: 'server-error' });
    expect(await send(one, 'ListClusters', {})).toMatchObject({
      status: 400,
      body: { __type: 'ExpiredTokenException' },
    });
    expect(await send(one, 'ListClusters', {})).toMatchObject({
      status: 500,
      body: { __type: 'ServerException' },
    });
  });
});

describe('a task definition on the wire', () => {
  const UNKNOWN = {
    family: 'web',
    fromTheFuture: { deep: [{ deeper: '' }] },
    containerDefinitions: [
      {
        name: 'app',
        image: 'example.test/web:v1',
        memory: 64,
        unheardOf: true,
        environment: [{ name: 'EMPTY', value: '' }],
        portMappings: [{ containerPort: 80, newName: 'http2' }],
      },
    ],
  };

  it('keeps what nobody knows at every depth, and empty strings', async () => {
    const one = await world();
    const { body } = await send(one, 'RegisterTaskDefinition', UNKNOWN);
    const again = await send(one, 'DescribeTaskDefinition', { taskDefinition: 'web' });
    expect(again.body['taskDefinition']).toEqual(body['taskDefinition']);
    expect(again.body['taskDefinition']).toMatchObject(UNKNOWN);
  });

  it('has times in seconds and the fields that ECS adds', async () => {
    const one = await world();
    const { body } = await send(one, 'RegisterTaskDefinition', UNKNOWN);
    expect(body['taskDefinition']).toMatchObject({
      taskDefinitionArn: 'arn:aws:ecs:us-east-1:123456789012:task-definition/web:1',
      revision: 1,
      status: 'ACTIVE',
      compatibilities: ['EC2'],
      registeredAt: one.clock.now() / 1_000,
      registeredBy: 'arn:aws:iam::123456789012:user/deployer',
      requiresAttributes: expect.arrayContaining([
        { name: 'com.amazonaws.ecs.capability.docker-remote-api.1.18' },
      ]),
    });
  });

  it('does not show its tags unless they are asked for', async () => {
    const one = await world();
    await send(one, 'RegisterTaskDefinition', { ...UNKNOWN, tags: [{ key: 'a', value: '' }] });
    const plain = await send(one, 'DescribeTaskDefinition', { taskDefinition: 'web' });
    expect(plain.body).not.toHaveProperty('tags');
    expect(plain.body['taskDefinition']).not.toHaveProperty('tags');
    const tagged = await send(one, 'DescribeTaskDefinition', { taskDefinition: 'web', include: ['TAGS'] });
    expect(tagged.body['tags']).toEqual([{ key: 'a', value: '' }]);
  });
});

describe('listings', () => {
  it('of tasks are filtered and come in pages', async () => {
    const one = await world();
    await register(one, 'v1');
    await create(one, { desiredCount: 3 });
    await one.clock.advance(MINUTE);
    const list = async (input: JsonObject) => (await one.call('ListTasks', input))['taskArns'] as string[];
    const all = await list({ serviceName: 'web' });
    expect(all).toHaveLength(3);
    expect(await list({ family: 'web' })).toEqual(all);
    expect(await list({ family: 'other' })).toEqual([]);
    expect(await list({ desiredStatus: 'PENDING' })).toEqual([]);
    const { tasks } = await one.call('DescribeTasks', { tasks: all });
    const [{ startedBy }] = tasks as [{ startedBy: string }];
    expect(await list({ startedBy })).toEqual(all);
    const first = await one.call('ListTasks', { maxResults: 2 });
    const second = await one.call('ListTasks', { maxResults: 2, nextToken: first['nextToken'] });
    expect([...(first['taskArns'] as string[]), ...(second['taskArns'] as string[])]).toEqual(all);
    expect(second).not.toHaveProperty('nextToken');
    await expect(one.call('ListTasks', { nextToken: 'made up' })).rejects.toThrow('Invalid token.');
    await expect(one.call('ListTasks', { maxResults: 0 })).rejects.toThrow('Max results');
  });

  it('of service deployments know the time', async () => {
    const one = await world();
    await register(one, 'v1');
    await create(one);
    await one.clock.advance(MINUTE);
    const now = one.clock.now() / 1_000;
    const list = async (createdAt: JsonObject) =>
      (await one.call('ListServiceDeployments', { service: 'web', createdAt }))['serviceDeployments'];
    expect(await list({ after: now - 3_600 })).toHaveLength(1);
    expect(await list({ after: now })).toEqual([]);
    expect(await list({ before: now - 3_600 })).toEqual([]);
    await expect(list({ after: now - 100 * 86_400 })).rejects.toMatchObject({
      code: 'InvalidParameterException',
    });
  });
});
