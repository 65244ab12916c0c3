import { beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type Aws } from '../../../../src/adapters/aws/aws.js';
import { DeployError } from '../../../../src/errors.js';
import { isRefusal } from '../../../../src/model/aws-failure.js';
import type { AwsCall, AwsResponse, World } from '../../../../src/world.js';

/** What AWS, or something on the way, answers. */
type Answer = { readonly status: number; readonly body: string } | Error;

interface Asked {
  readonly aws: Aws;
  readonly requests: () => number;
  /** Milliseconds of every pause. */
  readonly pauses: readonly number[];
  readonly cancel: AbortController;
  /** Calls that changed something, or tried to. */
  readonly calls: readonly AwsCall[];
}

/** AWS that gives these answers one after the other, the last one for ever. */
function answering(...answers: readonly Answer[]): Asked {
  let requests = 0;
  const pauses: number[] = [];
  const calls: AwsCall[] = [];
  const cancel = new AbortController();
  const world: Pick<World, 'aws' | 'clock' | 'random' | 'signal' | 'witness'> = {
    aws: {
      handle: () => {
        const answer = answers[Math.min(requests++, answers.length - 1)] ?? new Error('none');
        if (answer instanceof Error) return Promise.reject(answer);
        const response: AwsResponse = {
          statusCode: answer.status,
          headers: { 'x-amzn-requestid': `request-${String(requests)}` },
          body: Buffer.from(answer.body),
        };
        return Promise.resolve({ response });
      },
    },
    clock: {
      now: () => 0,
      monotonic: () => 0,
      sleep: (ms) => {
        pauses.push(ms);
        return Promise.resolve();
      },
    },
    random: () => 1,
    signal: cancel.signal,
    witness: (call) => void calls.push(call),
  };
  return { aws: connect(world as World, 'us-east-1'), requests: () => requests, pauses, cancel, calls };
}

const ok = (body: unknown): Answer => ({
  status: 200,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const no = (status: number, type: string, message = 'because'): Answer => ({
  status,
  body: JSON.stringify({ __type: type, message }),
});
const broken = (code: string): Error => Object.assign(new Error(code), { code });

const SERVICE = {
  serviceArn: 'arn:aws:ecs:us-east-1:123456789012:service/prod/api',
  serviceName: 'api',
  status: 'ACTIVE',
  desiredCount: 1,
  runningCount: 1,
  deployments: [],
};
const FOUND = ok({ services: [SERVICE] });
const HEALTHY = ok(
  '<DescribeTargetHealthResponse><DescribeTargetHealthResult><TargetHealthDescriptions/></DescribeTargetHealthResult></DescribeTargetHealthResponse>',
);
const GROUP = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/a/b';

beforeAll(() => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIATEST', AWS_SECRET_ACCESS_KEY: 'test' });
});

async function failure(work: Promise<unknown>): Promise<DeployError> {
  const thrown: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof DeployError) return thrown;
  throw new Error(`no DeployError: ${String(thrown)}`);
}

describe('a read', () => {
  it.each<[string, Answer]>([
    ['is throttled', no(400, 'ThrottlingException')],
    ['meets a server that fails', no(500, 'ServerException')],
    ['meets a gateway with a page of its own', { status: 503, body: '<html>busy</html>' }],
    ['loses its connection', broken('ECONNRESET')],
    ['finds no address for a moment', broken('EAI_AGAIN')],
    ['gets an empty answer', ok('')],
    ['gets something that is no JSON', ok('<html>proxy</html>')],
    ['gets half an answer', ok('{"services":[{"serviceArn":')],
    ['gets an answer without the service and without a reason', ok({ services: [], failures: [] })],
    ['gets a service without what a verdict needs', ok({ services: [{ serviceArn: 'a' }] })],
  ])('is sent again when it %s', async (_, answer) => {
    const { aws, requests, pauses } = answering(answer, answer, FOUND);
    await expect(aws.ecs.service('prod', 'api')).resolves.toMatchObject({ name: 'api', status: 'ACTIVE' });
    expect(requests()).toBe(3);
    expect(pauses).toEqual([400, 800]);
  });

  it.each<[string, Answer]>([
    ['is empty', ok('')],
    ['is no XML', ok('busy')],
    ['is cut off', ok('<DescribeTargetHealthResponse><DescribeTargetHealthResult>')],
    ['is a page of a proxy', ok('<html><body>busy</body></html>')],
  ])('is sent again when the XML of its answer %s', async (_, answer) => {
    const { aws } = answering(answer, HEALTHY);
    await expect(aws.balancing.targetHealth(GROUP)).resolves.toEqual([]);
  });

  it.each<[string, Answer, string]>([
    ['is denied', no(400, 'AccessDeniedException'), 'access-denied'],
    ['comes with credentials that have expired', no(400, 'ExpiredTokenException'), 'credentials-expired'],
    ['comes with unknown credentials', no(400, 'UnrecognizedClientException'), 'credentials-missing'],
    ['names no cluster', no(400, 'ClusterNotFoundException'), 'cluster-missing'],
    ['is not understood', no(400, 'InvalidParameterException'), 'aws-unavailable'],
  ])('is sent once when it %s', async (_, answer, code) => {
    const { aws, requests, pauses } = answering(answer);
    const error = await failure(aws.ecs.service('prod', 'api'));
    expect(error.code).toBe(code);
    expect(error.hint).toMatch(/\w/);
    expect(requests()).toBe(1);
    expect(pauses).toEqual([]);
  });

  it('is sent six times at most, within seconds', async () => {
    const { aws, requests, pauses } = answering(broken('ECONNREFUSED'));
    const error = await failure(aws.ecs.service('prod', 'api'));
    expect(error).toMatchObject({ code: 'aws-unavailable' });
    expect(error.hint).toMatch(/Check that the runner reaches AWS/);
    expect(requests()).toBe(6);
    expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBeLessThan(12_000);
  });

  it('ends with the reason of a cancel, not with an error of AWS', async () => {
    const { aws, requests, cancel } = answering(broken('ECONNRESET'));
    cancel.abort(new DeployError('cancelled', 'Cancelled.'));
    expect(await failure(aws.ecs.service('prod', 'api'))).toMatchObject({ code: 'cancelled' });
    expect(requests()).toBeLessThanOrEqual(1);
  });

  it('never says that a service is missing unless ECS does', async () => {
    const { aws } = answering(ok({ services: [], failures: [{ arn: 'a', reason: 'MISSING' }] }));
    await expect(aws.ecs.service('prod', 'api')).resolves.toBeUndefined();
  });
});

describe('a list of many pages', () => {
  it('is read to its end', async () => {
    const { aws } = answering(
      ok({ taskArns: ['a'], nextToken: '2' }),
      ok({ taskArns: ['b'] }),
      ok({ tasks: [{ taskArn: 'a', lastStatus: 'RUNNING' }] }),
    );
    await expect(aws.ecs.tasks('prod', 'api', 'RUNNING')).resolves.toHaveLength(1);
  });

  it('ends when the same page comes again and again', async () => {
    const { aws, requests } = answering(ok({ taskArns: [], nextToken: 'same' }));
    await expect(aws.ecs.tasks('prod', 'api', 'RUNNING')).resolves.toEqual([]);
    expect(requests()).toBe(2);
  });

  it('is described a hundred at a time', async () => {
    const instances = Array.from({ length: 201 }, (_, at) => `i-${String(at)}`);
    const { aws, requests } = answering(ok({ containerInstances: [] }));
    await aws.ecs.instanceIds('prod', instances);
    expect(requests()).toBe(3);
  });
});

describe('a mutation', () => {
  const update = ({ aws }: Asked, lookAgain: () => Promise<unknown> = () => Promise.resolve()) =>
    aws.ecs.update('prod', 'api', 'api:2', false, lookAgain);
  const THROTTLED = no(400, 'ThrottlingException');

  it.each<[string, Answer, Partial<AwsCall>]>([
    ['its connection breaks', broken('ECONNRESET'), { requestId: undefined, error: 'no answer' }],
    ['the server fails', no(500, 'ServerException'), { requestId: 'request-1', error: 'ServerException' }],
    [
      'it is refused',
      no(400, 'InvalidParameterException'),
      { requestId: 'request-1', error: 'InvalidParameterException' },
    ],
  ])('is sent once when %s, and is witnessed with what AWS said', async (_, answer, said) => {
    const asked = answering(answer);
    expect(await failure(update(asked))).toMatchObject({ code: 'aws-unavailable' });
    expect(asked.requests()).toBe(1);
    expect(asked.calls).toEqual([{ action: 'ecs:UpdateService', at: 0, ...said }]);
  });

  it('is sent again only when it was throttled', async () => {
    const asked = answering(
      no(400, 'ThrottlingException'),
      no(400, 'ClientException', 'Too many concurrent attempts to create a new revision of the family.'),
      ok({ service: SERVICE }),
    );
    await expect(update(asked)).resolves.toMatchObject({ name: 'api' });
    expect(asked.requests()).toBe(3);
    expect(asked.calls).toEqual([
      { action: 'ecs:UpdateService', at: 0, requestId: 'request-3', error: undefined },
    ]);
  });

  it('is sent again on a new look only', async () => {
    const asked = answering(THROTTLED, FOUND, THROTTLED, FOUND, ok({ service: SERVICE }));
    const looks: unknown[] = [];
    await update(asked, async () => looks.push(await asked.aws.ecs.service('prod', 'api')));
    expect(looks).toHaveLength(2);
    expect(asked.requests()).toBe(5);
  });

  it('is not sent again when the look finds a reason against it, and is witnessed all the same', async () => {
    const asked = answering(THROTTLED, ok({ service: SERVICE }));
    const reason = new DeployError('superseded', 'Somebody else deployed.');
    expect(await failure(update(asked, () => Promise.reject(reason)))).toBe(reason);
    expect(asked.requests()).toBe(1);
    expect(asked.calls).toMatchObject([{ requestId: 'request-1', error: 'ThrottlingException' }]);
  });

  it('is certainly refused when nobody could look whether it may be sent again', async () => {
    const asked = answering(THROTTLED, no(500, 'ServerException'));
    const error = await failure(update(asked, () => asked.aws.ecs.service('prod', 'api')));
    expect(error.message).toMatch(/UpdateService failed \(ThrottlingException\)/);
    expect(isRefusal(error.cause)).toBe(true);
  });

  it('is witnessed when a cancel comes before it is sent again', async () => {
    const asked = answering(THROTTLED, ok({ service: SERVICE }));
    const error = await failure(
      update(asked, () => {
        asked.cancel.abort(new DeployError('cancelled', 'Cancelled.'));
        return Promise.resolve();
      }),
    );
    expect(error.code).toBe('cancelled');
    expect(asked.requests()).toBe(1);
    expect(asked.calls).toMatchObject([{ error: 'ThrottlingException' }]);
  });

  it('is not sent after a cancel', async () => {
    const asked = answering(ok({ service: SERVICE }));
    asked.cancel.abort(new DeployError('cancelled', 'Cancelled.'));
    expect(await failure(update(asked))).toMatchObject({ code: 'cancelled' });
    expect(asked.requests()).toBe(0);
    expect(asked.calls).toEqual([]);
  });

  it.each<[string, Answer, boolean]>([
    ['refused', no(400, 'InvalidParameterException'), true],
    ['lost', broken('ECONNRESET'), false],
    ['answered without a service', ok({}), false],
    ['answered with a server error', no(500, 'ServerException'), false],
  ])('tells whether it was certainly %s', async (_, answer, certain) => {
    const error = await failure(update(answering(answer)));
    expect(isRefusal(error.cause)).toBe(certain);
  });
});
