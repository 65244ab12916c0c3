import type { UpdateServiceCommandOutput } from '@aws-sdk/client-ecs';
import { mutate, required, type AwsAccess } from './clients.js';
import type { Ecs, Load } from './ecs.js';
import { serviceOf, taskDefinitionOf } from './ecs-shapes.js';
import { captureBody, sendRawBody } from './raw-body.js';

/** The verbs of ECS that change something. */
export function mutations(access: AwsAccess, load: Load): Pick<Ecs, 'register' | 'update' | 'stop' | 'tag'> {
  return {
    async register(body, tags) {
      const { sdk, client } = await load();
      const command = new sdk.RegisterTaskDefinitionCommand({
        family: undefined,
        containerDefinitions: undefined,
      });
      sendRawBody(command, { ...body, ...(tags.size > 0 ? { tags: tagList(tags) } : {}) });
      const answered = captureBody(command);
      await mutate(access, 'ecs:RegisterTaskDefinition', (abortSignal) =>
        client.send(command, { abortSignal }),
      );
      return taskDefinitionOf(answered(), 'ecs:RegisterTaskDefinition');
    },

    async update(cluster, service, taskDefinition, forceNewDeployment, lookAgain) {
      const { sdk, client } = await load();
      const command = new sdk.UpdateServiceCommand({ cluster, service, taskDefinition, forceNewDeployment });
      const answer: UpdateServiceCommandOutput = await mutate(
        access,
        'ecs:UpdateService',
        (abortSignal) => client.send(command, { abortSignal }),
        lookAgain,
      );
      return serviceOf(required(answer.service, 'ecs:UpdateService', 'service'));
    },

    async stop(serviceDeploymentArn) {
      const { sdk, client } = await load();
      const command = new sdk.StopServiceDeploymentCommand({ serviceDeploymentArn, stopType: 'ROLLBACK' });
      await mutate(access, 'ecs:StopServiceDeployment', (abortSignal) =>
        client.send(command, { abortSignal }),
      );
    },

    async tag(arn, tags) {
      const { sdk, client } = await load();
      const command = new sdk.TagResourceCommand({ resourceArn: arn, tags: tagList(tags) });
      await mutate(access, 'ecs:TagResource', (abortSignal) => client.send(command, { abortSignal }));
    },
  };
}

function tagList(tags: ReadonlyMap<string, string>): { key: string; value: string }[] {
  return [...tags].map(([key, value]) => ({ key, value }));
}
