import type { Operations } from '../protocol/operation.js';
import { imageOperations } from './image-operations.js';
import { layerOperations } from './layer-operations.js';
import { repositoryOperations } from './repositories.js';
import { tokenOperations } from './tokens.js';

/** Elastic Container Registry (API version 2015-09-21), as far as deployments touch it. */
export const ecrOperations: Operations = {
  ...repositoryOperations,
  ...tokenOperations,
  ...imageOperations,
  ...layerOperations,
};
