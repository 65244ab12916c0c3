import type { Cloud } from '../cloud.js';
import type { Target } from './state.js';

/** No container instance has the id under which a target is registered. */
export class UnknownInstance extends Error {}

/** The IP address of a target: its id, or the private address of the instance. Throws `UnknownInstance`. */
export function addressOf({ ecs }: Cloud, { id }: Pick<Target, 'id'>): string {
  if (!id.startsWith('i-')) return id;
  for (const { instances } of ecs.clusters.values()) {
    for (const { ec2InstanceId, privateIp } of instances.values()) {
      if (ec2InstanceId === id) return privateIp;
    }
  }
  throw new UnknownInstance(`no container instance is ${id}`);
}
