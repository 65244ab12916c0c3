import { lastPart } from '../../src/model/arn.js';
import { causeOf } from '../../src/model/failure.js';
import { parseImageReference } from '../../src/model/image.js';
import { textAt } from '../../src/model/json.js';
import { pinnedDigests } from '../../src/steps/prove.js';
import { awsLogs } from './aws-logs.js';
import { NotAsked, relyOn, refusalOf, shown, type Case } from './case.js';
import { NOBODY } from './reads-of-services.js';

/* What we rely on of tasks, their images, targets and logs. Nothing is changed. */

const running: Case = {
  name: 'tasks that run',
  file: 'src/adapters/aws/ecs-shapes.ts',
  async ask({ aws, service, definition: { body }, inputs: { cluster }, container }, note) {
    const tasks = await aws.ecs.tasks(cluster, service.name, 'RUNNING');
    if (tasks.length === 0) throw new NotAsked('No task runs.');
    const ids = new Set(service.deployments.map(({ id }) => id));
    note(`${String(tasks.length)} tasks, ${tasks.map(({ lastStatus }) => lastStatus).join(', ')}`);
    relyOn(
      tasks.some(({ startedBy }) => ids.has(startedBy)),
      'No task is startedBy a deployment of the service.',
    );
    const settled = tasks.filter(({ lastStatus }) => lastStatus === 'RUNNING');
    const named = settled.flatMap(({ containers }) => containers.filter(({ name }) => name === container));
    relyOn(named.length === settled.length, `A task does not tell of its container ${container}.`);
    const without = named.filter(({ imageDigest }) => imageDigest === undefined);
    note(`${String(named.length - without.length)} of ${String(named.length)} tell imageDigest`);
    if (textAt(body, 'networkMode') === 'awsvpc')
      relyOn(
        settled.every(({ privateIp }) => privateIp !== undefined),
        'A task has no privateIPv4Address.',
      );
  },
};

const digests: Case = {
  name: 'index or image in imageDigest',
  file: 'src/steps/identity.ts',
  async ask({ aws, world, service, definition, container, image, inputs: { cluster } }, note) {
    const { digest } = parseImageReference(image);
    if (digest === undefined) throw new NotAsked('The revision pins no digest.');
    const accepted = await pinnedDigests(definition, container, aws, world);
    const what = accepted.length > 1 ? 'an index' : 'one image, or what is not in ECR';
    const tasks = await aws.ecs.tasks(cluster, service.name, 'RUNNING');
    const own = tasks.filter(({ taskDefinition }) => taskDefinition === definition.arn);
    const seen = own.flatMap(({ containers }) =>
      containers.flatMap(({ name, imageDigest }) => (name === container ? (imageDigest ?? []) : [])),
    );
    if (seen.length === 0) throw new NotAsked('No task tells the digest of its image.');
    for (const one of new Set(seen)) {
      const told = one === digest ? 'the pin itself' : 'another digest';
      note(`pinned is ${what}, imageDigest is ${told}`, 'index or image in imageDigest');
    }
    const foreign = seen.find((one) => !accepted.includes(one));
    relyOn(foreign === undefined, `${foreign ?? ''} is neither the pin ${digest} nor of an image in it.`);
  },
};

const stopped: Case = {
  name: 'reasons of tasks that stopped',
  file: 'src/model/failure.ts',
  async ask({ aws, service, inputs: { cluster } }, note) {
    const tasks = await aws.ecs.tasks(cluster, service.name, 'STOPPED');
    if (tasks.length === 0) throw new NotAsked('No task stopped within the last hour.');
    const reasons = tasks.map((task) => {
      const code = causeOf(task)?.code ?? 'not of the release';
      return `${task.stopCode ?? 'no stopCode'}, "${task.stoppedReason ?? ''}": ${code}`;
    });
    for (const reason of [...new Set(reasons)].slice(0, 5)) note(reason);
    const ended = tasks.filter(({ stoppedReason }) => /essential container/i.test(stoppedReason ?? ''));
    relyOn(
      ended.every(({ stopCode }) => stopCode === 'EssentialContainerExited'),
      'A task whose essential container ended has another stopCode.',
    );
  },
};

/** States of a target (Elastic Load Balancing API Reference, TargetHealth). */
const STATES = ['initial', 'healthy', 'unhealthy', 'unhealthy.draining', 'unused', 'draining', 'unavailable'];

const targets: Case = {
  name: 'targets and their health',
  file: 'src/adapters/aws/elbv2.ts',
  async ask({ aws, service: { loadBalancers } }, note) {
    const [first] = loadBalancers;
    if (!first) throw new NotAsked('The service has no target group.');
    for (const { targetGroupArn } of loadBalancers) {
      const found = await aws.balancing.targetHealth(targetGroupArn);
      const states = found.map(({ state, reason }) => (reason ? `${state} (${reason})` : state));
      note(`${lastPart(targetGroupArn)}: ${states.join(', ') || 'no targets'}`);
      const unknown = found.find(({ state }) => !STATES.includes(state));
      relyOn(unknown === undefined, `The state ${unknown?.state ?? ''} is not known.`);
      const { interval, healthyThreshold, drain } = await aws.balancing.timing(targetGroupArn);
      const seconds = (ms: number): string => `${String(ms / 1_000)} s`;
      note(`every ${seconds(interval)}, healthy after ${String(healthyThreshold)}, drains ${seconds(drain)}`);
    }
    const nobody = first.targetGroupArn.replace(/[^/]+\/[^/]+$/, 'verify-nobody/0123456789abcdef');
    const refused = await refusalOf(aws.balancing.targetHealth(nobody));
    note(`a group that is not there: ${shown(refused)}`);
    relyOn(refused?.name === 'TargetGroupNotFoundException', 'It is told by another error.');
  },
};

const logs: Case = {
  name: 'log streams',
  file: 'src/steps/logs.ts',
  async ask({ aws, service, definition: { body }, container, inputs: { cluster } }, note) {
    const log = awsLogs(body, container);
    if (!log) throw new NotAsked('The container does not log to CloudWatch by awslogs with a prefix.');
    const [task] = await aws.ecs.tasks(cluster, service.name, 'RUNNING');
    if (!task) throw new NotAsked('No task runs.');
    const there = aws.logs(log.region ?? aws.region);
    const query = { group: log.group, most: 50, budget: 1_000_000, signal: new AbortController().signal };
    const read = (stream: string) => there.lastEvents({ ...query, stream });
    const { events } = await read(`${log.prefix}/${container}/${lastPart(task.arn)}`);
    note(`${String(events.length)} events of a task`);
    const order = events.every((one, at) => at === 0 || one.timestamp >= (events[at - 1]?.timestamp ?? 0));
    relyOn(order, 'They do not come oldest first.');
    const refused = await refusalOf(read(NOBODY));
    note(`a stream that is not there: ${shown(refused)}`);
    const known = refused?.name === 'ResourceNotFoundException' && refused.message.includes('stream');
    relyOn(known, 'It is not told by a ResourceNotFoundException that names the stream.');
  },
};

export const TASK_READS: readonly Case[] = [running, digests, stopped, targets, logs];
