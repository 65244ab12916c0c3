import type { Cloud } from './cloud.js';
import { ecrOperations } from './ecr/operations.js';
import { ecsOperations } from './ecs/operations.js';
import { elbService } from './elbv2/service.js';
import { logsOperations } from './logs/operations.js';
import { answerJson, type JsonServices } from './protocol/json.js';
import type { WireRequest, WireResponse } from './protocol/operation.js';
import { answerQuery, type QueryService } from './protocol/query.js';
import { stsOperations } from './sts/operations.js';

/** Services that speak AWS JSON 1.1, by the name in their API models' `targetPrefix`. */
const JSON_SERVICES: JsonServices = {
  AmazonEC2ContainerServiceV20141113: { prefix: 'ecs', operations: ecsOperations },
  AmazonEC2ContainerRegistry_V20150921: { prefix: 'ecr', operations: ecrOperations },
  Logs_20140328: { prefix: 'logs', operations: logsOperations },
};

const STS: QueryService = {
  prefix: 'sts',
  version: '2011-06-15',
  namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  operations: stsOperations,
};

/**
 * Answers any API request of the local AWS: the one entry for the server and for an SDK in this process.
 * Whatever is wrong with the request becomes an error answer in the format of its service.
 */
export function answer(cloud: Cloud, request: WireRequest): Promise<WireResponse> {
  return request.headers['x-amz-target'] === undefined
    ? answerQuery(cloud, [elbService, STS], request)
    : answerJson(cloud, JSON_SERVICES, request);
}
