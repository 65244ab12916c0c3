import {
  CreateClusterCommand,
  CreateServiceCommand,
  DeleteServiceCommand,
  DeregisterTaskDefinitionCommand,
  DescribeClustersCommand,
  DescribeContainerInstancesCommand,
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  type ECSClient,
  ListServiceDeploymentsCommand,
  ListTagsForResourceCommand,
  ListTaskDefinitionsCommand,
  ListTasksCommand,
  type NetworkConfiguration,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  type Service,
  StopServiceDeploymentCommand,
  StopTaskCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { beforeAll, describe, expect, it } from '@jest/globals';

/** What the suite needs of an account, be it AWS's or the sandbox's. */
export interface EcsAccount {
  readonly client: ECSClient;
  /** Lets time pass there. */
  sleep(milliseconds: number): Promise<void>;
  /** An image that starts and stays up, in a registry that needs no execution role. */
  readonly image: string;
  /** Where Fargate tasks can run; they get a public address. */
  readonly subnets: readonly string[];
  /** Something that no other run uses. */
  readonly prefix: string;
}

/** What we believe of Amazon ECS, as far as a release rests on it. The tests build on one another. */
export function ecsContract(open: () => Promise<EcsAccount>): void {
  let account: EcsAccount;
  let cluster: string;
  /** What the ARNs of the account's things in ECS begin with. */
  let arns: string;

  beforeAll(async () => {
    account = await open();
    cluster = `${account.prefix}-contract`;
    const made = await account.client.send(new CreateClusterCommand({ clusterName: cluster }));
    arns = made.cluster!.clusterArn!.replace(/:cluster\/.*$/, '');
  });

  const definition = (more: Partial<RegisterTaskDefinitionCommandInput> = {}) =>
    new RegisterTaskDefinitionCommand({
      family: `${account.prefix}-web`,
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      containerDefinitions: [
        { name: 'app', image: account.image, environment: [{ name: 'EMPTY', value: '' }] },
      ],
      ...more,
    });

  const describedService = async (service: string): Promise<Service> => {
    const answer = await account.client.send(new DescribeServicesCommand({ cluster, services: [service] }));
    return answer.services![0]!;
  };

  /** Reads until the service is as wanted, at most fifteen minutes of the account's time. */
  const until = async (name: string, wanted: (service: Service) => boolean): Promise<Service> => {
    for (let tries = 0; tries < 180; tries++) {
      const service = await describedService(name);
      if (wanted(service)) return service;
      await account.sleep(5_000);
    }
    throw new Error(`${name} did not become what was expected`);
  };

  const completed = ({ deployments = [] }: Service) =>
    deployments.length === 1 && deployments[0]!.rolloutState === 'COMPLETED';

  const failure = async (
    sent: Promise<unknown>,
  ): Promise<{ name: string; message: string; status: number }> => {
    try {
      await sent;
    } catch (error) {
      const { name, message, $metadata } = error as Error & { $metadata: { httpStatusCode: number } };
      return { name, message, status: $metadata.httpStatusCode };
    }
    throw new Error('it was accepted');
  };

  describe('a task definition', () => {
    it('comes back as it was registered, with what ECS adds', async () => {
      const { taskDefinition, tags } = await account.client.send(
        definition({ tags: [{ key: 'team', value: 'web' }] }),
      );
      expect(taskDefinition).toMatchObject({
        family: `${account.prefix}-web`,
        status: 'ACTIVE',
        compatibilities: ['EC2', 'FARGATE'],
        containerDefinitions: [
          { name: 'app', essential: true, cpu: 0, environment: [{ name: 'EMPTY', value: '' }] },
        ],
      });
      expect(taskDefinition!.registeredAt).toBeInstanceOf(Date);
      expect(tags).toEqual([{ key: 'team', value: 'web' }]);
      const again = await account.client.send(
        new DescribeTaskDefinitionCommand({
          taskDefinition: taskDefinition!.taskDefinitionArn,
          include: ['TAGS'],
        }),
      );
      expect(again.taskDefinition).toEqual(taskDefinition);
      expect(again.tags).toEqual(tags);
    });

    it('gets the next revision each time, and a family means its newest ACTIVE one', async () => {
      const first = (await account.client.send(definition())).taskDefinition!;
      const second = (await account.client.send(definition())).taskDefinition!;
      expect(second.revision).toBe(first.revision! + 1);
      await account.client.send(
        new DeregisterTaskDefinitionCommand({ taskDefinition: second.taskDefinitionArn }),
      );
      const named = (taskDefinition: string) =>
        account.client.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
      expect((await named(first.family!)).taskDefinition!.revision).toBe(first.revision);
      expect((await named(`${first.family!}:${second.revision!}`)).taskDefinition!.status).toBe('INACTIVE');
    });

    it('is listed by family, newest first where that is asked for, page by page', async () => {
      const list = (more: object) =>
        account.client.send(
          new ListTaskDefinitionsCommand({ familyPrefix: `${account.prefix}-web`, sort: 'DESC', ...more }),
        );
      const all = (await list({})).taskDefinitionArns!;
      const revisions = all.map((arn) => Number(arn.split(':').at(-1)));
      expect(revisions).toEqual(revisions.toSorted((one, other) => other - one));
      const page = await list({ maxResults: 1 });
      expect(page.taskDefinitionArns).toEqual([all[0]]);
      const next = await list({ maxResults: 1, nextToken: page.nextToken });
      expect(next.taskDefinitionArns).toEqual([all[1]]);
    });

    it.each<[string, Partial<RegisterTaskDefinitionCommandInput>, string]>([
      ['no containers', { containerDefinitions: [] }, 'Container list cannot be empty.'],
      [
        'no image',
        { containerDefinitions: [{ name: 'app' }] },
        'Container.image should not be null or empty.',
      ],
      ['no CPU on Fargate', { cpu: undefined }, "Fargate requires that 'cpu' be defined at the task level."],
      [
        'sizes that Fargate does not have',
        { cpu: '256', memory: '8192' },
        'No Fargate configuration exists for given values: 256 CPU, 8192 memory.',
      ],
      [
        'another network than awsvpc on Fargate',
        { networkMode: 'bridge' },
        'Fargate only supports network mode ‘awsvpc’.',
      ],
    ])('is refused with %s', async (_, more, message) => {
      expect(await failure(account.client.send(definition(more)))).toEqual({
        name: 'ClientException',
        message,
        status: 400,
      });
    });

    it('that does not exist cannot be described', async () => {
      const command = new DescribeTaskDefinitionCommand({ taskDefinition: `${account.prefix}-nobody` });
      expect(await failure(account.client.send(command))).toEqual({
        name: 'ClientException',
        message: 'Unable to describe task definition.',
        status: 400,
      });
    });
  });

  describe('what is not there', () => {
    it('is a failure MISSING where things are described', async () => {
      const { client } = account;
      const missing = [expect.objectContaining({ reason: 'MISSING' })];
      const id = '0123456789abcdef0123456789abcdef';
      const answers = await Promise.all([
        client.send(new DescribeClustersCommand({ clusters: ['nobody'] })),
        client.send(new DescribeServicesCommand({ cluster, services: ['nobody'] })),
        client.send(new DescribeTasksCommand({ cluster, tasks: [id] })),
        client.send(new DescribeContainerInstancesCommand({ cluster, containerInstances: [id] })),
        client.send(
          new DescribeServiceDeploymentsCommand({
            serviceDeploymentArns: [`${arns}:service-deployment/${cluster}/nobody/abcdefghijklmnopqrstu`],
          }),
        ),
        client.send(
          new DescribeServiceRevisionsCommand({
            serviceRevisionArns: [`${arns}:service-revision/${cluster}/nobody/1234567890123456789`],
          }),
        ),
      ]);
      for (const { failures } of answers) expect(failures).toEqual(missing);
    });

    it('is an error with a name where one cluster or service is meant', async () => {
      const { client } = account;
      expect(
        await failure(client.send(new DescribeServicesCommand({ cluster: 'nobody', services: ['x'] }))),
      ).toEqual({
        name: 'ClusterNotFoundException',
        message: 'Cluster not found.',
        status: 400,
      });
      for (const command of [
        client.send(new UpdateServiceCommand({ cluster, service: 'nobody' })),
        client.send(new ListTasksCommand({ cluster, serviceName: 'nobody' })),
        client.send(new ListServiceDeploymentsCommand({ cluster, service: 'nobody' })),
      ]) {
        expect(await failure(command)).toEqual({
          name: 'ServiceNotFoundException',
          message: 'Service not found.',
          status: 400,
        });
      }
    });

    it('and too much at once, is refused', async () => {
      const { client } = account;
      const many = (count: number) => Array.from({ length: count }, (_, index) => `x${index}`);
      for (const command of [
        client.send(new DescribeServicesCommand({ cluster, services: [] })),
        client.send(new DescribeServicesCommand({ cluster, services: many(11) })),
        client.send(new DescribeTasksCommand({ cluster, tasks: many(101) })),
        client.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: many(21) })),
        client.send(new ListTasksCommand({ cluster, startedBy: 'x', family: 'y' })),
      ]) {
        expect(await failure(command)).toMatchObject({ name: 'InvalidParameterException', status: 400 });
      }
    });
  });

  describe('a release', () => {
    const networkConfiguration = (): NetworkConfiguration => ({
      awsvpcConfiguration: { subnets: [...account.subnets], assignPublicIp: 'ENABLED' },
    });

    it('becomes COMPLETED with its tasks running, and its history can be read', async () => {
      const { client, prefix } = account;
      const service = `${prefix}-release`;
      await client.send(definition());
      await client.send(
        new CreateServiceCommand({
          cluster,
          serviceName: service,
          taskDefinition: `${prefix}-web`,
          desiredCount: 2,
          launchType: 'FARGATE',
          networkConfiguration: networkConfiguration(),
        }),
      );
      const before = await until(service, completed);
      const revision = (await client.send(definition())).taskDefinition!.taskDefinitionArn!;
      const updated = await client.send(
        new UpdateServiceCommand({ cluster, service, taskDefinition: revision }),
      );
      const [ours, theirs] = updated.service!.deployments!;
      expect(ours).toMatchObject({
        status: 'PRIMARY',
        rolloutState: 'IN_PROGRESS',
        taskDefinition: revision,
      });
      expect(theirs).toMatchObject({ status: 'ACTIVE', id: before.deployments![0]!.id });

      const after = await until(service, completed);
      expect(after.deployments![0]).toMatchObject({ id: ours!.id, runningCount: 2, failedTasks: 0 });
      expect(after.events![0]!.message).toBe(`(service ${service}) has reached a steady state.`);
      const { taskArns } = await client.send(new ListTasksCommand({ cluster, serviceName: service }));
      const { tasks } = await client.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
      for (const task of tasks!) {
        expect(task).toMatchObject({
          startedBy: ours!.id,
          lastStatus: 'RUNNING',
          taskDefinitionArn: revision,
          group: `service:${service}`,
          containers: [{ name: 'app', image: account.image, imageDigest: expect.stringMatching(/^sha256:/) }],
        });
        const [networkInterface] = task.attachments!;
        expect(networkInterface!.type).toBe('ElasticNetworkInterface');
        expect(networkInterface!.details!.map(({ name }) => name)).toContain('privateIPv4Address');
      }
      const { serviceDeployments } = await client.send(
        new ListServiceDeploymentsCommand({ cluster, service, status: ['SUCCESSFUL'] }),
      );
      expect(serviceDeployments![0]!.serviceDeploymentArn).toBe(after.currentServiceDeployment);
      const { serviceRevisions } = await client.send(
        new DescribeServiceRevisionsCommand({
          serviceRevisionArns: [serviceDeployments![0]!.targetServiceRevisionArn!],
        }),
      );
      expect(serviceRevisions![0]!.taskDefinition).toBe(revision);
    });

    it('does not happen when nothing changes', async () => {
      const { client, prefix } = account;
      const service = `${prefix}-release`;
      const before = await describedService(service);
      await client.send(
        new UpdateServiceCommand({ cluster, service, taskDefinition: before.taskDefinition }),
      );
      const after = await describedService(service);
      expect(after.deployments![0]!.id).toBe(before.deployments![0]!.id);
      expect(after.currentServiceDeployment).toBe(before.currentServiceDeployment);
    });

    it('happens when it is forced', async () => {
      const { client, prefix } = account;
      const service = `${prefix}-release`;
      const before = await describedService(service);
      await client.send(new UpdateServiceCommand({ cluster, service, forceNewDeployment: true }));
      const after = await until(service, completed);
      expect(after.deployments![0]!.id).not.toBe(before.deployments![0]!.id);
      expect(after.taskDefinition).toBe(before.taskDefinition);
    });

    it('cannot go to a revision that is INACTIVE or missing', async () => {
      const { client, prefix } = account;
      const service = `${prefix}-release`;
      const revision = (await client.send(definition())).taskDefinition!.taskDefinitionArn!;
      await client.send(new DeregisterTaskDefinitionCommand({ taskDefinition: revision }));
      const to = (taskDefinition: string) =>
        failure(client.send(new UpdateServiceCommand({ cluster, service, taskDefinition })));
      expect(await to(revision)).toMatchObject({
        name: 'ClientException',
        message: 'TaskDefinition is inactive',
      });
      expect(await to(`${prefix}-web:9999`)).toMatchObject({
        name: 'ClientException',
        message: 'TaskDefinition not found.',
      });
    });

    it('gets another task for one that is stopped', async () => {
      const { client, prefix } = account;
      const service = `${prefix}-release`;
      const { taskArns } = await client.send(new ListTasksCommand({ cluster, serviceName: service }));
      const { task } = await client.send(
        new StopTaskCommand({ cluster, task: taskArns![0], reason: 'contract' }),
      );
      expect(task).toMatchObject({
        desiredStatus: 'STOPPED',
        stopCode: 'UserInitiated',
        stoppedReason: 'contract',
      });
      await until(service, ({ runningCount, pendingCount }) => runningCount === 2 && pendingCount === 0);
      const stopped = await client.send(
        new ListTasksCommand({ cluster, serviceName: service, desiredStatus: 'STOPPED' }),
      );
      expect(stopped.taskArns).toContain(taskArns![0]);
    });
  });

  describe('a release that is stopped', () => {
    it('is rolled back to the revision before it, whatever the service is configured to', async () => {
      const { client, prefix } = account;
      const service = `${prefix}-release`;
      const before = await until(service, completed);
      const revision = (await client.send(definition())).taskDefinition!.taskDefinitionArn!;
      const updated = await client.send(
        new UpdateServiceCommand({ cluster, service, taskDefinition: revision }),
      );
      const serviceDeploymentArn = (await describedService(service)).currentServiceDeployment!;
      const stop = () => client.send(new StopServiceDeploymentCommand({ serviceDeploymentArn }));
      expect((await stop()).serviceDeploymentArn).toBe(serviceDeploymentArn);
      expect((await stop()).serviceDeploymentArn).toBe(serviceDeploymentArn);

      const after = await until(service, completed);
      expect(after).toMatchObject({
        taskDefinition: before.taskDefinition,
        runningCount: 2,
        currentServiceDeployment: serviceDeploymentArn,
      });
      expect(after.deployments![0]!.id).not.toBe(updated.service!.deployments![0]!.id);
      const { serviceDeployments } = await client.send(
        new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [serviceDeploymentArn] }),
      );
      expect(serviceDeployments![0]).toMatchObject({
        status: 'ROLLBACK_SUCCESSFUL',
        statusReason: 'Service deployment rolled back by user.',
        rollback: {
          startedAt: expect.any(Date),
          serviceRevisionArn: serviceDeployments![0]!.sourceServiceRevisions![0]!.arn,
        },
      });
    });

    it('cannot be stopped once it is over, or when there is none', async () => {
      const { client, prefix } = account;
      const { currentServiceDeployment = '' } = await describedService(`${prefix}-release`);
      const stop = (serviceDeploymentArn: string) =>
        failure(client.send(new StopServiceDeploymentCommand({ serviceDeploymentArn })));
      expect(await stop(currentServiceDeployment)).toMatchObject({ name: 'ConflictException', status: 400 });
      expect(await stop(currentServiceDeployment.replace(/[^/]+$/, 'abcdefghijklmnopqrstuv'))).toMatchObject({
        name: 'ServiceDeploymentNotFoundException',
        status: 400,
      });
    });
  });

  describe('tags', () => {
    it('are added, overwritten, listed and removed; aws: belongs to AWS', async () => {
      const { client, prefix } = account;
      const resourceArn = (await describedService(`${prefix}-release`)).serviceArn;
      const listed = async () => {
        const { tags } = await client.send(new ListTagsForResourceCommand({ resourceArn }));
        return Object.fromEntries(tags!.map(({ key, value }) => [key!, value!])) as Record<string, string>;
      };
      await client.send(
        new TagResourceCommand({
          resourceArn,
          tags: [
            { key: 'a', value: '1' },
            { key: 'b', value: '' },
          ],
        }),
      );
      await client.send(new TagResourceCommand({ resourceArn, tags: [{ key: 'a', value: '2' }] }));
      expect(await listed()).toEqual({ a: '2', b: '' });
      await client.send(new UntagResourceCommand({ resourceArn, tagKeys: ['b', 'nobody'] }));
      expect(await listed()).toEqual({ a: '2' });
      const reserved = new TagResourceCommand({ resourceArn, tags: [{ key: 'aws:a', value: '1' }] });
      expect(await failure(client.send(reserved))).toMatchObject({ name: 'InvalidParameterException' });
    });

    it('of a service are shown where they are asked for alone', async () => {
      const { client, prefix } = account;
      const services = [`${prefix}-release`];
      const plain = await client.send(new DescribeServicesCommand({ cluster, services }));
      const tagged = await client.send(new DescribeServicesCommand({ cluster, services, include: ['TAGS'] }));
      expect(plain.services![0]!.tags).toBeUndefined();
      expect(tagged.services![0]!.tags).toEqual([{ key: 'a', value: '2' }]);
    });
  });

  describe('a service that is deleted', () => {
    it('has to be scaled to zero or forced, drains, and is INACTIVE', async () => {
      const { client, prefix } = account;
      const service = `${prefix}-release`;
      expect(await failure(client.send(new DeleteServiceCommand({ cluster, service })))).toEqual({
        name: 'InvalidParameterException',
        message: 'The service cannot be stopped while it is scaled above 0.',
        status: 400,
      });
      const deleted = await client.send(new DeleteServiceCommand({ cluster, service, force: true }));
      expect(deleted.service).toMatchObject({ status: 'DRAINING', desiredCount: 0 });
      await until(service, ({ status }) => status === 'INACTIVE');
      expect(
        await failure(client.send(new UpdateServiceCommand({ cluster, service, desiredCount: 1 }))),
      ).toMatchObject({
        name: 'ServiceNotActiveException',
        message: 'Service was not ACTIVE.',
      });
    });
  });
}
