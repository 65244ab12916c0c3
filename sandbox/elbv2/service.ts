import type { QueryService } from '../protocol/query.js';
import { elbOperations } from './operations.js';

/** Elastic Load Balancing v2 (API version 2015-12-01) as the query protocol reaches it. */
export const elbService: QueryService = {
  prefix: 'elasticloadbalancing',
  version: '2015-12-01',
  namespace: 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/',
  operations: elbOperations,
};
