import {
  DescribeTaskDefinitionCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { NAMES } from '../sandbox/names.js';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.js';
import { openAccount } from '../scripts/verify-aws/account.js';
import { find, type Finding } from '../scripts/verify-aws/case.js';
import { readInputs } from '../scripts/verify-aws/inputs.js';
import { stopping } from '../scripts/verify-aws/stopping.js';
import { lookUntil, serviceOf } from './e2e/account.js';

/* The case of `npm run verify:aws` about StopServiceDeployment, on a local AWS that does it as we take it to be done, or otherwise. */

const PACE = 60;
const before = { ...process.env };

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ runtime: 'simulated', pace: PACE });
  const { endpoint } = sandbox.ready;
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'AKIATEST',
    AWS_SECRET_ACCESS_KEY: 'test-secret',
  });
}, 30_000);
afterEach(() => void (sandbox.cloud.afterCall.length = 0));
afterAll(async () => {
  process.env = before;
  await sandbox.close();
});

async function stopped(): Promise<Finding> {
  const inputs = readInputs({
    AWS_REGION: NAMES.region,
    VERIFY_ACCOUNT: NAMES.account,
    VERIFY_CLUSTER: NAMES.cluster,
    VERIFY_SERVICE: NAMES.service,
    VERIFY_PACE: String(PACE),
  });
  if (!('account' in inputs)) throw new Error(inputs.join(' '));
  return find(stopping, await openAccount(inputs));
}

it('answers the open points about a rollout that is stopped, and ends on the revision that it began with', async () => {
  const { verdict, answers } = await stopped();
  expect(verdict).toBe('seen');
  expect(answers.map(({ fact }) => fact)).toEqual([
    'UpdateService answers with the new one in currentServiceDeployment',
    expect.stringMatching(/^DescribeServices names the new one after \d s$/),
    'while it goes on: taken; again: taken',
    expect.stringMatching(/^once it is over: ConflictException .*; .* ServiceDeploymentNotFoundException /),
    expect.stringMatching(/deployment failed: Service deployment rolled back by user\.$/),
    'the restored deployment keeps its id',
  ]);
  const { deployments } = await lookUntil(sandbox, ({ deployments: all }) => all.length === 1);
  expect(deployments).toEqual(['PRIMARY 1 COMPLETED']);
});

it('contradicts when the record does not say that a user stopped it', async () => {
  sandbox.cloud.afterCall.push(() => {
    const [own] = serviceOf(sandbox.cloud).serviceDeployments;
    if (own!.status === 'ROLLBACK_SUCCESSFUL') own!.statusReason = 'Service deployment rolled back.';
  });
  const { verdict, facts } = await stopped();
  expect(verdict).toBe('contradicts');
  expect(facts.at(-1)).toContain('does not say "by user": src/model/rollout.ts');
});

it('contradicts when the service ends on another revision than it began with', async () => {
  const ecs = new ECSClient({ region: NAMES.region });
  const { cluster, service } = NAMES;
  const { taskDefinition } = await ecs.send(
    new DescribeTaskDefinitionCommand({ taskDefinition: NAMES.family }),
  );
  const { family, containerDefinitions, ...rest } = taskDefinition!;
  await ecs.send(new RegisterTaskDefinitionCommand({ ...rest, family, containerDefinitions }));
  const update = new UpdateServiceCommand({ cluster, service, taskDefinition: `${NAMES.family}:2` });
  const sent: Promise<unknown>[] = [];
  sandbox.cloud.afterCall.push(({ action }) => {
    if (action === 'ecs:StopServiceDeployment' && sent.length === 0) sent.push(ecs.send(update));
  });
  const { verdict, facts } = await stopped();
  await Promise.all(sent);
  expect({ verdict, last: facts.at(-1) }).toEqual({
    verdict: 'contradicts',
    last: 'ECS restored another revision.',
  });
});
