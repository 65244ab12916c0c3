import type { Cloud } from '../cloud.js';
import type { JsonObject } from '../json.js';
import { flag, object, texts } from './fields.js';
import { configurationOf, ongoingDeployment } from './service-deployment.js';
import type { Service } from './state.js';

/** The alarms of a deployment configuration (Amazon ECS API Reference, DeploymentAlarms). */
export interface DeploymentAlarms {
  readonly enable: boolean;
  readonly rollback: boolean;
  readonly names: readonly string[];
}

/** Reads the alarms of a deployment configuration; they are off when there are none. */
export function alarmsOf(configuration: JsonObject): DeploymentAlarms {
  const given = object(configuration, 'alarms') ?? {};
  return {
    enable: flag(given, 'enable') ?? false,
    rollback: flag(given, 'rollback') ?? false,
    names: texts(given, 'alarmNames'),
  };
}

/** The names of those alarms that are in ALARM now; one that does not exist never is. */
export function alarming({ ecs }: Cloud, { enable, names }: DeploymentAlarms): string[] {
  return enable ? names.filter((name) => ecs.alarms.get(name) === 'ALARM') : [];
}

/**
 * Alarms that are in ALARM when a deployment starts are of no use to it: ECS ignores the alarms of the configuration
 * for that deployment (Amazon ECS Developer Guide, "How CloudWatch alarms detect Amazon ECS deployment failures").
 */
export function checkAlarmsAtStart(cloud: Cloud, service: Service): void {
  const current = ongoingDeployment(service);
  if (current && alarming(cloud, alarmsOf(configurationOf(service, current))).length > 0)
    current.ignoresAlarms = true;
}
