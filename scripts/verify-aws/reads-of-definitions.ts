import {
  DescribeTaskDefinitionCommand,
  ListTaskDefinitionsCommand,
  ListTasksCommand,
} from '@aws-sdk/client-ecs';
import { familyAndRevision } from '../../src/model/arn.js';
import { registerable } from '../../src/model/task-definition.js';
import { isClientError, relyOn, refusalOf, shown, type Case } from './case.js';
import { NOBODY } from './reads-of-services.js';

/* What we rely on of task definitions and of lists in pages. Nothing is changed. */

/** Fields of RegisterTaskDefinition (Amazon ECS API Reference). */
const KNOWN: ReadonlySet<string> = new Set([
  'family',
  'taskRoleArn',
  'executionRoleArn',
  'networkMode',
  'containerDefinitions',
  'volumes',
  'placementConstraints',
  'requiresCompatibilities',
  'cpu',
  'memory',
  'pidMode',
  'ipcMode',
  'proxyConfiguration',
  'inferenceAccelerators',
  'ephemeralStorage',
  'runtimePlatform',
  'enableFaultInjection',
]);

const definition: Case = {
  name: 'a task definition',
  file: 'src/model/task-definition.ts',
  async ask({ aws, definition: { arn, revision, status } }, note) {
    const found = await aws.ecs.taskDefinition(arn);
    relyOn(found !== undefined && found.revision === revision, 'It is not found by its ARN.');
    const { body, dropped } = registerable(found.body);
    note(`${status}, ${String(found.tags.size)} tags; read-only: ${dropped.join(', ')}`);
    const unknown = Object.keys(body).filter((field) => !KNOWN.has(field));
    note(unknown.length === 0 ? 'no unknown fields' : `fields that we do not know: ${unknown.join(', ')}`);
    const readOnly = unknown.filter((field) => /At$|By$|^status|Arn$/.test(field) && !/Role/i.test(field));
    relyOn(readOnly.length === 0, `${readOnly.join(', ')} may be read-only, and would be registered.`);
  },
};

const missing: Case = {
  name: 'a task definition that is not there',
  file: 'src/adapters/aws/ecs.ts',
  async ask({ ecs }, note) {
    const command = new DescribeTaskDefinitionCommand({ taskDefinition: NOBODY });
    const refused = await refusalOf(ecs.send(command));
    note(shown(refused));
    relyOn(refused?.name === 'ClientException', 'It is told by another error than ClientException.');
  },
};

const revisions: Case = {
  name: 'the revisions of a family, page by page',
  file: 'src/adapters/aws/ecs-history.ts',
  async ask({ aws, ecs, definition: { family, arn } }, note) {
    const all = await aws.ecs.revisions(family);
    const numbers = all.map((one) => familyAndRevision(one)?.revision ?? 0);
    note(`${String(all.length)} ACTIVE revisions`);
    relyOn(
      numbers.every((number, at) => at === 0 || number < (numbers[at - 1] ?? 0)),
      'They do not come newest first.',
    );
    note(`the live one is ${all.includes(arn) ? '' : 'not '}among them`);
    const familyOnly = all.every((one) => familyAndRevision(one)?.family === family);
    note(familyOnly ? 'no other family is listed' : 'families with a longer name are listed, too');
    const list = (nextToken?: string) =>
      ecs.send(
        new ListTaskDefinitionsCommand({ familyPrefix: family, sort: 'DESC', maxResults: 1, nextToken }),
      );
    const page = await list();
    relyOn(page.taskDefinitionArns?.[0] === all[0], 'A page of one begins with another one.');
    if (page.nextToken === undefined) return;
    relyOn((await list(page.nextToken)).taskDefinitionArns?.[0] === all[1], 'The second page is another.');
  },
};

const tokens: Case = {
  name: 'a token that ECS does not take',
  file: 'src/adapters/aws/pages.ts',
  async ask({ ecs, inputs: { cluster, service: serviceName } }, note) {
    const list = new ListTasksCommand({ cluster, serviceName, nextToken: 'AAAA' });
    const refused = await refusalOf(ecs.send(list));
    note(shown(refused));
    relyOn(isClientError(refused), 'It is not refused with a status of 4xx.');
  },
};

export const DEFINITION_READS: readonly Case[] = [definition, missing, revisions, tokens];
