import type { Cloud } from '../cloud.js';

/** Registers a target; its health checks start when the group is in use by a listener. */
export function registerTarget(
  _cloud: Cloud,
  _targetGroup: string,
  _target: { id: string; port: number },
): void {
  throw new Error('not built yet');
}

/** Starts draining a target; it is gone after the group's deregistration delay. */
export function deregisterTarget(
  _cloud: Cloud,
  _targetGroup: string,
  _target: { id: string; port: number },
): void {
  throw new Error('not built yet');
}
