import type { Aws } from '../../adapters/aws/aws.js';
import { DeployError } from '../../errors.js';
import { familyAndRevision } from '../../model/arn.js';
import { parseObject } from '../../model/json.js';
import { redact } from '../../model/redact.js';
import { unknownFields } from '../../model/service-checks.js';
import type { Service } from '../../model/service.js';
import { tagsOf, type StartingPoint } from '../../model/task-definition.js';
import { looksLikeTaskDefinition } from '../../model/task-definition-difference.js';
import type { World } from '../../world.js';

/**
 * The body and tags that the next revision starts from, when it is not the live revision: `latest` is the newest
 * ACTIVE revision of the family, anything else the path of a JSON file.
 */
export async function startingPoint(
  wanted: string | undefined,
  service: Service,
  { ecs }: Aws,
  { files }: World,
): Promise<StartingPoint | undefined> {
  if (wanted === undefined) return undefined;
  const family = familyAndRevision(service.taskDefinition)?.family ?? '';
  if (wanted === 'latest') {
    const newest = await ecs.taskDefinition(family);
    if (newest) return newest;
    throw invalid(`The family ${family} has no ACTIVE revision.`, 'Leave the input task-definition out.');
  }
  const text = await files.read(wanted);
  if (text === undefined)
    throw invalid(`There is no file ${wanted}.`, 'Check the input task-definition and the checkout.');
  return fileBody(wanted, text, family);
}

function fileBody(path: string, text: string, family: string): StartingPoint {
  const body = parseObject(text);
  if (!body) throw invalid(`The file ${path} does not hold a JSON object.`, 'Mend its JSON.');
  if (!looksLikeTaskDefinition(body))
    throw invalid(`The file ${path} has no list containerDefinitions.`, 'Give a whole task definition.');
  const unknown = unknownFields(body);
  if (unknown.length > 0) {
    throw invalid(
      `The file ${path} has fields that ECS does not know: ${unknown.map(redact).join(', ')}.`,
      'Correct or remove them.',
    );
  }
  if (body['family'] !== undefined && body['family'] !== family) {
    throw invalid(
      `The file ${path} is of another family than the service's ${family}.`,
      'Give the same family, or none.',
    );
  }
  const definition = Object.entries(body).filter(([field]) => field !== 'tags');
  return { body: { ...Object.fromEntries(definition), family }, tags: tagsOf(body) };
}

function invalid(message: string, hint: string): DeployError {
  return new DeployError('task-definition-invalid', message, { hint });
}
