import { ECSClient } from '@aws-sdk/client-ecs';
import { connect, type Aws } from '../../src/adapters/aws/aws.js';
import { machine } from '../../src/adapters/machine.js';
import { lastPart } from '../../src/model/arn.js';
import { textAt } from '../../src/model/json.js';
import type { Service } from '../../src/model/service.js';
import { containerOf, essentialContainers, type TaskDefinition } from '../../src/model/task-definition.js';
import type { World } from '../../src/world.js';
import type { Inputs } from './inputs.js';

/** The account under test, seen through our adapters and, beside them, through the SDK alone. */
export interface Account {
  readonly inputs: Inputs;
  readonly world: World;
  readonly aws: Aws;
  readonly ecs: ECSClient;
  /** The service as it was at first. */
  readonly service: Service;
  /** Its revision at first. */
  readonly definition: TaskDefinition;
  /** The container that releases are about. */
  readonly container: string;
  /** Its image at first. */
  readonly image: string;
  /** Waits so many milliseconds of AWS's time. */
  sleep(milliseconds: number): Promise<void>;
}

/** Finds the service; throws, after one call that changes and reads nothing, when the credentials are of another account. */
export async function openAccount(inputs: Inputs): Promise<Account> {
  const world = machine(process.env, process.cwd(), new AbortController().signal);
  const aws = connect(world, inputs.region);
  const { account } = await aws.identity();
  if (account !== inputs.account)
    throw new Error(`The credentials are of account ${account}, and VERIFY_ACCOUNT names another one.`);
  const service = await aws.ecs.service(inputs.cluster, inputs.service);
  if (service?.status !== 'ACTIVE')
    throw new Error(`The service ${inputs.service} is ${service?.status ?? 'MISSING'}.`);
  const definition = await aws.ecs.taskDefinition(service.taskDefinition);
  if (!definition) throw new Error(`${lastPart(service.taskDefinition)} cannot be described.`);
  const { body } = definition;
  const [only, ...others] = essentialContainers(body);
  const container = inputs.container ?? (others.length === 0 ? only : undefined);
  const image = container === undefined ? undefined : textAt(containerOf(body, container) ?? {}, 'image');
  if (container === undefined || image === undefined)
    throw new Error('VERIFY_CONTAINER has to name a container of the task definition.');
  return {
    inputs,
    world,
    aws,
    // Retries are the SDK's here: what is looked at is what AWS says in the end.
    ecs: new ECSClient({ region: inputs.region }),
    service,
    definition,
    container,
    image,
    sleep: (milliseconds) => world.clock.sleep(milliseconds / inputs.pace),
  };
}
