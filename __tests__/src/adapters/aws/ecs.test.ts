import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { connect } from '../../../../src/adapters/aws/aws.js';
import { isObject, parseObject, type JsonObject } from '../../../../src/model/json.js';
import type { AwsRequest, World } from '../../../../src/world.js';
import { jumpingClock } from '../../../jumping-clock.js';

const ARN = 'arn:aws:ecs:us-east-1:123456789012:task-definition/api:42';

beforeAll(() => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIATEST', AWS_SECRET_ACCESS_KEY: 'test' });
});

/** ECS that stores one task definition as it was sent and answers with it; every request is kept. */
function ecs(described: JsonObject = {}) {
  const requests: AwsRequest[] = [];
  let stored: JsonObject = described;
  const world: Partial<World> = {
    aws: {
      handle: (request) => {
        requests.push(request);
        const { tags, ...body } = parseObject(textOf(request.body)) ?? {};
        if (request.headers['x-amz-target']?.endsWith('RegisterTaskDefinition')) stored = body;
        const taskDefinition = { ...stored, taskDefinitionArn: ARN, family: 'api', revision: 42 };
        const answer = JSON.stringify({ taskDefinition, ...(tags === undefined ? {} : { tags }) });
        return Promise.resolve({ response: { statusCode: 200, headers: {}, body: Buffer.from(answer) } });
      },
    },
    clock: jumpingClock(),
    signal: new AbortController().signal,
  };
  return { adapter: connect(world as World, 'us-east-1').ecs, requests };
}

const textOf = (body: unknown): string =>
  typeof body === 'string' ? body : new TextDecoder().decode(body as Uint8Array);

/** A task definition with fields that no SDK knows, at three depths, and with what serialisers like to lose. */
const BODY: JsonObject = {
  family: 'api',
  brandNew: { deep: [{ deeper: null }] },
  containerDefinitions: [
    {
      name: 'api',
      command: [''],
      environment: [{ name: 'EMPTY', value: '' }],
      brandNew: true,
      portMappings: [{ containerPort: 3001, brandNew: 0 }],
    },
  ],
};

describe('a task definition', () => {
  it('is sent exactly as it is, with its tags and a signature over just that', async () => {
    const { adapter, requests } = ecs();
    await adapter.register(BODY, new Map([['team', 'ehr']]));
    const [request] = requests;
    expect(parseObject(textOf(request!.body))).toEqual({ ...BODY, tags: [{ key: 'team', value: 'ehr' }] });
    expect(request!.headers['content-length']).toBe(String(Buffer.byteLength(textOf(request!.body))));
    expect(request!.headers['authorization']).toMatch(/^AWS4-HMAC-SHA256 .*x-amz-target/);
  });

  it('has no tags at all when there are none', async () => {
    const { adapter, requests } = ecs();
    await adapter.register(BODY, new Map());
    expect(parseObject(textOf(requests[0]!.body))).toEqual(BODY);
  });

  it('is read exactly as it is', async () => {
    const { adapter } = ecs(BODY);
    const found = await adapter.taskDefinition('api:42');
    expect(found).toMatchObject({ arn: ARN, family: 'api', revision: 42, status: 'ACTIVE' });
    expect(found!.body).toMatchObject(BODY);
  });

  it('comes back as it was sent, whatever is in it', async () => {
    const fields = fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue(), { maxKeys: 5 });
    await fc.assert(
      fc.asyncProperty(fields, async (unknown) => {
        const body = parseObject(
          JSON.stringify({ unknown, containerDefinitions: [{ name: 'a', unknown }] }),
        )!;
        const { adapter } = ecs();
        await adapter.register(body, new Map());
        const found = await adapter.taskDefinition('api');
        expect(isObject(found?.body) && found.body['unknown']).toEqual(body['unknown']);
        expect(found?.body['containerDefinitions']).toEqual(body['containerDefinitions']);
      }),
      { numRuns: 50 },
    );
  });
});
