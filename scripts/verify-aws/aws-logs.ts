import { isObject, textAt, type JsonObject } from '../../src/model/json.js';
import { containerOf } from '../../src/model/task-definition.js';

/** Where a container logs to. */
export interface AwsLogs {
  readonly group: string;
  readonly prefix: string;
  readonly region: string | undefined;
}

/** The log of a container as awslogs names its streams; undefined when it logs elsewhere, or without a prefix. */
export function awsLogs(body: JsonObject, container: string): AwsLogs | undefined {
  const configuration = containerOf(body, container)?.['logConfiguration'];
  const options = isObject(configuration) ? configuration['options'] : undefined;
  if (!isObject(options)) return undefined;
  const [group, prefix] = [textAt(options, 'awslogs-group'), textAt(options, 'awslogs-stream-prefix')];
  if (group === undefined || prefix === undefined) return undefined;
  return { group, prefix, region: textAt(options, 'awslogs-region') };
}
