import { ECSClient } from '@aws-sdk/client-ecs';
import type { MiddlewareStack } from '@smithy/types';
import type { Cloud } from '../../sandbox/cloud.js';
import { ecrOperations } from '../../sandbox/ecr/operations.js';
import { ecsOperations } from '../../sandbox/ecs/operations.js';
import { elbOperations } from '../../sandbox/elbv2/operations.js';
import { AwsError } from '../../sandbox/errors.js';
import { meetsFault, takeFault } from '../../sandbox/faults.js';
import type { Json, JsonObject } from '../../sandbox/json.js';
import { logsOperations } from '../../sandbox/logs/operations.js';
import { perform, requestId } from '../../sandbox/perform.js';
import type { Operations } from '../../sandbox/protocol/operation.js';

/*
 * The way round the SDK. Serialising, signing and reading is half of all work of a simulated day, and says nothing about a
 * call that has nothing wrong with it: such a call goes from the SDK's `send` straight to the operation of the local AWS, and
 * its answer comes back in the shape that the SDK would give it. A call that meets a fault goes all the way, and so
 * does every call of a day that is played `wired`. `direct.test.ts` shows that days are the same either way.
 */

/** Sends the input of a call that does not go all the way. */
export type Send = (input: JsonObject) => Promise<DirectAnswer>;

/** An answer of the local AWS, as JSON and in the shape of the SDK. */
export interface DirectAnswer {
  readonly status: number;
  readonly told: () => JsonObject;
  readonly output: object;
}

/** A transport that may take a call before the SDK has serialised it; undefined for one that has to go all the way. */
export interface Direct {
  direct(service: string, operation: string): Send | undefined;
}

interface Command {
  readonly input: JsonObject;
  readonly middlewareStack: MiddlewareStack<object, object>;
}

interface Sender {
  readonly config: { readonly requestHandler: Partial<Direct> };
  send: (this: Sender, command: Command, ...rest: unknown[]) => Promise<unknown>;
}

/** By the clients of the SDK: how IAM names them, and what they do in the local AWS. */
export const SERVICES: Readonly<Record<string, readonly [string, Operations]>> = {
  ECSClient: ['ecs', ecsOperations],
  ECRClient: ['ecr', ecrOperations],
  CloudWatchLogsClient: ['logs', logsOperations],
  ElasticLoadBalancingV2Client: ['elasticloadbalancing', elbOperations],
};

/** Lets every client of the SDK in this process ask its transport first. To be called once. */
export function takeShortCuts(): void {
  const prototype = Object.getPrototypeOf(ECSClient.prototype) as Sender;
  const whole = prototype.send;
  /** Commands in which the SDK has put its own middleware, which asks for the rest of it. */
  const sentWhole = new WeakSet<Command>();
  prototype.send = function (this: Sender, command, ...rest) {
    const operation = command.constructor.name.replace(/Command$/, '');
    const send = sentWhole.has(command)
      ? undefined
      : this.config.requestHandler.direct?.(this.constructor.name, operation);
    if (!send) {
      sentWhole.add(command);
      return whole.call(this, command, ...rest);
    }
    return operation.endsWith('TaskDefinition') ? throughOwn(command, send) : outputOf(command, send);
  };
}

async function outputOf({ input }: Command, send: Send): Promise<object> {
  return (await send(input)).output;
}

/** Sends a command through the middleware that it brings itself, which reads and writes the bodies below the SDK. */
async function throughOwn({ input, middlewareStack }: Command, send: Send): Promise<object> {
  const stack = middlewareStack.clone();
  stack.add((next) => next, { step: 'deserialize', name: 'deserializerMiddleware' });
  const handler = stack.resolve(async (args) => {
    const { body } = (args as unknown as { request: { body: string } }).request;
    const { told, output } = await send(JSON.parse(body) as JsonObject);
    return { response: { body: JSON.stringify(told()) }, output };
  }, {});
  const request = { body: JSON.stringify(given(input)) };
  return (await handler({ input, ...{ request } })).output;
}

/** The short way into a local AWS, for calls that meet no fault. */
export function directCalls(cloud: Cloud): Direct['direct'] {
  return (client, name) => {
    const [service = '', operations = {}] = SERVICES[client] ?? [];
    const action = `${service}:${name}`;
    const operation = operations[name];
    if (!operation || meetsFault(cloud, action)) return undefined;
    // It counts as one of those that a fault lets through.
    takeFault(cloud, action);
    const id = service === 'elasticloadbalancing' ? requestId(cloud) : undefined;
    return async (input) => {
      try {
        const output = await perform(cloud, { action, input: given(input), operation, headers: SIGNED });
        const metadata = { httpStatusCode: 200, requestId: id ?? requestId(cloud) };
        const shaped = service === 'logs' ? output : shape(output);
        return { status: 200, told: () => output, output: { ...(shaped as object), $metadata: metadata } };
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        const metadata = { httpStatusCode: error.status, requestId: id ?? requestId(cloud) };
        throw Object.assign(new Error(error.message), { name: error.code, $metadata: metadata });
      }
    };
  };
}

const SIGNED = { authorization: 'AWS4-HMAC-SHA256 Credential=AKIATEST/20260101/us-east-1/any/aws4_request' };

/** What is not given is not sent. */
function given(input: JsonObject): JsonObject {
  const sent: Record<string, Json> = {};
  for (const [name, value] of Object.entries(input)) if (value !== undefined) sent[name] = value;
  return sent;
}

/** A copy with times as the SDK gives them: ECS and ECR send them as seconds, in fields whose names end in `At`. */
function shape(value: Json | undefined, name = ''): unknown {
  if (Array.isArray(value)) return value.map((item: Json) => shape(item));
  if (typeof value === 'number' && name.endsWith('At')) return new Date(Math.round(value * 1_000));
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = {};
  const fields = value as JsonObject;
  for (const key in fields) {
    const item = fields[key];
    if (typeof item === 'string') copy[key] = item;
    else if (item !== undefined && item !== null) copy[key] = shape(item, key);
  }
  return copy;
}
