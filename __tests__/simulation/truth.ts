import type { Cloud } from '../../sandbox/cloud.js';
import { loadBalancersOf } from '../../sandbox/ecs/settings.js';
import type { Task } from '../../sandbox/ecs/state.js';
import { NAMES } from '../../sandbox/names.js';
import { readyService } from '../../sandbox/scenarios/release.js';
import type { Truth } from './history.js';

/** The ready-made service as it truly is, whatever reads of it say. */
export function truthOf(cloud: Cloud): Truth {
  const service = readyService(cloud);
  const [first] = service?.deployments ?? [];
  const primary = first?.status === 'PRIMARY' ? first : undefined;
  const tasks = [...(cloud.ecs.clusters.get(NAMES.cluster)?.tasks.values() ?? [])];
  const balanced = service !== undefined && loadBalancersOf(service.settings).length > 0;
  return {
    at: cloud.clock.now(),
    status: service?.status ?? 'MISSING',
    primary: primary && {
      id: primary.id,
      taskDefinition: primary.taskDefinition,
      rolloutState: primary.rolloutState,
    },
    deployments: service?.deployments.length ?? 0,
    desired: service?.desiredCount ?? 0,
    tasks: tasks
      .filter(({ lastStatus }) => lastStatus === 'RUNNING')
      .map((task) => ({
        deployment: task.startedBy,
        digest: task.containers.find(({ name }) => name === NAMES.container)?.imageDigest,
        healthy: (!balanced || task.targets.length > 0) && isHealthy(cloud, task),
      })),
  };
}

function isHealthy({ elb }: Cloud, { targets, containers }: Task): boolean {
  const inGroups = targets.every(({ targetGroup, id, port, draining }) => {
    const group = elb.targetGroups.get(targetGroup);
    const target = [...(group?.targets.values() ?? [])].find((one) => one.id === id && one.port === port);
    return draining || target?.state === 'healthy';
  });
  return inGroups && containers.every(({ health }) => health !== 'UNHEALTHY');
}
