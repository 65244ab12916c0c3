import type { Operations } from '../protocol/operation.js';
import { attributeOperations } from './attributes.js';
import { listenerOperations } from './listeners.js';
import { loadBalancerOperations } from './load-balancers.js';
import { ruleOperations } from './rules.js';
import { targetGroupOperations } from './target-groups.js';
import { targetOperations } from './target-health.js';

/**
 * Elastic Load Balancing v2 for application load balancers. Error names are those of its API reference;
 * texts were seen in public logs and tools where AWS does not publish them.
 */
export const elbOperations: Operations = {
  ...loadBalancerOperations,
  ...listenerOperations,
  ...ruleOperations,
  ...targetGroupOperations,
  ...targetOperations,
  ...attributeOperations,
};
