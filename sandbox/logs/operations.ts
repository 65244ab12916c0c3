import type { Operations } from '../protocol/operation.js';
import { eventOperations } from './events.js';
import { groupOperations } from './groups.js';

/** CloudWatch Logs (API version 2014-03-28), as far as deployments touch it. */
export const logsOperations: Operations = { ...groupOperations, ...eventOperations };
