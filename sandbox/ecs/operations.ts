import type { Operations } from '../protocol/operation.js';
import { clusterOperations } from './clusters.js';
import { deploymentOperations } from './deployments.js';
import { instanceOperations } from './instances.js';
import { serviceOperations } from './services.js';
import { tagOperations } from './tags.js';
import { taskDefinitionOperations } from './task-definitions.js';
import { taskOperations } from './tasks.js';

/** What Amazon ECS can be asked for here, by the names of its API reference. */
export const ecsOperations: Operations = {
  ...clusterOperations,
  ...deploymentOperations,
  ...instanceOperations,
  ...serviceOperations,
  ...tagOperations,
  ...taskDefinitionOperations,
  ...taskOperations,
};
