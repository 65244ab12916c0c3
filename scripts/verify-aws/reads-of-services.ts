import {
  DescribeServiceDeploymentsCommand,
  DescribeServicesCommand,
  ListServiceDeploymentsCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { deployedRevisions } from '../../src/adapters/aws/deployed.js';
import { lastPart } from '../../src/model/arn.js';
import { primary } from '../../src/model/service.js';
import { isClientError, NotAsked, relyOn, refusalOf, shown, type Case } from './case.js';

/* What our adapters and verdicts rely on of services, their deployments and their history. Nothing is changed. */

/** A name that nobody has given to anything. */
export const NOBODY = 'deploy-backend-verify-nobody';

const service: Case = {
  name: 'a service',
  file: 'src/adapters/aws/ecs-shapes.ts',
  async ask({ ecs, inputs: { cluster, service: name } }, note) {
    const answer = await ecs.send(new DescribeServicesCommand({ cluster, services: [name] }));
    const [found] = answer.services ?? [];
    for (const field of ['serviceArn', 'serviceName', 'clusterArn', 'status', 'taskDefinition'] as const)
      relyOn(typeof found?.[field] === 'string', `It has no ${field}.`);
    for (const field of ['desiredCount', 'runningCount', 'pendingCount'] as const)
      relyOn(typeof found?.[field] === 'number', `It has no ${field}.`);
    const { desiredCount, deploymentController, schedulingStrategy, events = [] } = found ?? {};
    note(`${String(desiredCount)} desired, ${schedulingStrategy ?? 'no schedulingStrategy'}`);
    note(`controller ${deploymentController?.type ?? 'not said'}, ${String(events.length)} events`);
    const whole = events.every(({ id, createdAt, message }) => id && createdAt && message);
    relyOn(whole, 'An event lacks id, createdAt or message.');
    const times = events.map(({ createdAt }) => createdAt?.getTime() ?? 0);
    const descending = times.every((time, at) => at === 0 || time <= (times[at - 1] ?? 0));
    relyOn(descending, 'Events do not come newest first.');
  },
};

const deployments: Case = {
  name: 'its deployments',
  file: 'src/model/rollout.ts',
  async ask({ aws, inputs: { cluster, service: name } }, note) {
    const found = await aws.ecs.service(cluster, name);
    const all = found?.deployments ?? [];
    const leaders = all.filter(({ status }) => status === 'PRIMARY');
    relyOn(leaders.length === 1, `${String(leaders.length)} deployments are PRIMARY.`);
    const [leader] = leaders;
    relyOn(leader?.taskDefinition === found?.taskDefinition, 'The PRIMARY one is of another revision.');
    relyOn(
      all.every(({ createdAt }) => createdAt > 0),
      'A deployment has no createdAt.',
    );
    const states = all.map(({ status, rolloutState }) => `${status} ${rolloutState || 'no rolloutState'}`);
    note(states.join(', '));
    note(`ids such as ${leader?.id ?? ''}; the reason says "${leader?.rolloutStateReason ?? ''}"`);
    note(`currentServiceDeployment is ${found?.currentServiceDeployment === undefined ? 'not ' : ''}there`);
  },
};

const missingService: Case = {
  name: 'a service that is not there',
  file: 'src/adapters/aws/ecs.ts',
  async ask({ aws, ecs, inputs: { cluster } }, note) {
    relyOn((await aws.ecs.service(cluster, NOBODY)) === undefined, 'It was found.');
    const { failures } = await ecs.send(new DescribeServicesCommand({ cluster, services: [NOBODY] }));
    note(`described: a failure ${failures?.[0]?.reason ?? 'without a reason'}`);
    const list = new ListServiceDeploymentsCommand({ cluster, service: NOBODY });
    note(`its service deployments: ${shown(await refusalOf(ecs.send(list)))}`);
  },
};

const missingCluster: Case = {
  name: 'a cluster that is not there',
  file: 'src/adapters/aws/ecs.ts',
  async ask({ aws }, note) {
    const refused = await refusalOf(aws.ecs.service(NOBODY, NOBODY));
    note(shown(refused));
    relyOn(refused?.name === 'ClusterNotFoundException', 'It is told by another error.');
  },
};

const missingDeployment: Case = {
  name: 'a service deployment that is not there',
  file: 'src/adapters/aws/ecs-history.ts',
  async ask({ aws, service: { currentServiceDeployment: arn } }, note) {
    if (arn === undefined) throw new NotAsked('The service has no service deployment.');
    const nobody = arn.replace(/[^/]+$/, 'abcdefghijklmnopqrstuv');
    relyOn((await aws.ecs.serviceDeployment(nobody)) === undefined, 'It was found.');
    note('no record, and no error');
  },
};

const record: Case = {
  name: 'the record of the last deployment',
  file: 'src/steps/undo.ts',
  async ask({ aws, ecs, service: found }, note) {
    const { currentServiceDeployment: arn } = found;
    if (arn === undefined) throw new NotAsked('The service has no service deployment.');
    const { serviceDeployments } = await ecs.send(
      new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [arn] }),
    );
    const [raw] = serviceDeployments ?? [];
    note(`${raw?.status ?? 'no status'}: "${raw?.statusReason ?? ''}"`);
    note(`strategy ${raw?.deploymentConfiguration?.strategy ?? 'not said'}`);
    relyOn(raw?.createdAt !== undefined && raw.status !== undefined, 'It has no createdAt or no status.');
    const ours = await aws.ecs.serviceDeployment(arn);
    relyOn(ours?.targetServiceRevisionArn !== '', 'It names no targetServiceRevision.');
    const leader = primary(found);
    note(
      `made ${String(((ours?.createdAt ?? 0) - (leader?.createdAt ?? 0)) / 1_000)} s after its deployment`,
    );
  },
};

const history: Case = {
  name: 'what was deployed before',
  file: 'src/adapters/aws/deployed.ts',
  async ask({ aws, inputs: { cluster, service: name } }, note) {
    const found = await aws.ecs.successfulDeployments(cluster, name);
    note(`${String(found.length)} successful service deployments`);
    const order = found.every((one, at) => at === 0 || one.createdAt <= (found[at - 1]?.createdAt ?? 0));
    relyOn(order, 'They do not come newest first.');
    relyOn(
      found.every(({ status }) => status === 'SUCCESSFUL'),
      'Others than SUCCESSFUL ones are listed.',
    );
    const revisions = await deployedRevisions(cluster, name, aws.ecs);
    note(`of ${revisions.slice(0, 3).map(lastPart).join(', ')}`);
    relyOn(revisions.length === found.length, 'The revision of one of them is not told.');
  },
};

const strategy: Case = {
  name: 'strategy, circuit breaker and pause hooks',
  file: 'src/adapters/aws/ecs-shapes.ts',
  async ask({ ecs, service: { currentServiceDeployment }, inputs: { cluster, service: name } }, note) {
    const answer = await ecs.send(new DescribeServicesCommand({ cluster, services: [name] }));
    const configuration = answer.services?.[0]?.deploymentConfiguration;
    const { strategy: kind = 'ROLLING', deploymentCircuitBreaker: breaker } = configuration ?? {};
    const wish = `${kind}, circuit breaker ${breaker?.enable ? `on, rollback ${String(breaker.rollback)}` : 'off'}`;
    const serviceDeploymentArns = [currentServiceDeployment ?? ''].filter(Boolean);
    const described = new DescribeServiceDeploymentsCommand({ serviceDeploymentArns });
    const last = serviceDeploymentArns.length > 0 ? await ecs.send(described) : undefined;
    const state = last?.serviceDeployments?.[0]?.deploymentCircuitBreaker?.status ?? 'not told';
    const breakerPoint = 'the circuit breaker under BLUE_GREEN, LINEAR and CANARY';
    note(`${wish}; of the last deployment: ${state}`, kind === 'ROLLING' ? undefined : breakerPoint);
    const hooks = configuration?.lifecycleHooks ?? [];
    for (const { targetType = 'AWS_LAMBDA', lifecycleStages = [] } of hooks) {
      const open = kind === 'ROLLING' && targetType === 'PAUSE';
      const told = `${kind} with a ${targetType} hook at ${lifecycleStages.join(', ')}`;
      note(told, open ? 'PAUSE hooks under ROLLING' : undefined);
    }
  },
};

export const SERVICE_READS: readonly Case[] = [
  service,
  deployments,
  record,
  history,
  strategy,
  missingService,
  missingCluster,
  missingDeployment,
];

/** Refused as the update of a service that is not there, so that it changes nothing. */
export const missingUpdate: Case = {
  name: 'an update of what is not there',
  file: 'src/model/aws-failure.ts',
  async ask({ ecs, inputs: { cluster } }, note) {
    const refused = await refusalOf(ecs.send(new UpdateServiceCommand({ cluster, service: NOBODY })));
    note(shown(refused));
    relyOn(isClientError(refused), 'It is not refused with a status of 4xx.');
  },
};
