import type { Aws } from '../../adapters/aws/aws.js';
import { DeployError } from '../../errors.js';
import { familyAndRevision } from '../../model/arn.js';
import { parseObject, type JsonObject } from '../../model/json.js';
import { unknownFields } from '../../model/service-checks.js';
import type { Service } from '../../model/service.js';
import { looksLikeTaskDefinition } from '../../model/task-definition-difference.js';
import type { World } from '../../world.js';

/**
 * The body that the next revision starts from, when it is not the live revision: `latest` is the newest
 * ACTIVE revision of the family, anything else the path of a JSON file.
 */
export async function startingPoint(
  wanted: string | undefined,
  service: Service,
  { ecs }: Aws,
  { files }: World,
): Promise<JsonObject | undefined> {
  if (wanted === undefined) return undefined;
  const family = familyAndRevision(service.taskDefinition)?.family ?? '';
  if (wanted === 'latest') return (await ecs.taskDefinition(family))?.body;
  const text = await files.read(wanted);
  if (text === undefined)
    throw invalid(`There is no file ${wanted}.`, 'Check the input task-definition and the checkout.');
  return fileBody(wanted, text, family);
}

function fileBody(path: string, text: string, family: string): JsonObject {
  const body = parseObject(text);
  if (!body) throw invalid(`The file ${path} does not hold a JSON object.`, 'Mend its JSON.');
  if (!looksLikeTaskDefinition(body))
    throw invalid(`The file ${path} has no list containerDefinitions.`, 'Give a whole task definition.');
  const unknown = unknownFields(body);
  if (unknown.length > 0) {
    throw invalid(
      `The file ${path} has fields that ECS does not know: ${unknown.join(', ')}.`,
      'Correct or remove them.',
    );
  }
  if (body['family'] !== undefined && body['family'] !== family) {
    throw invalid(
      `The file ${path} is of another family than the service's ${family}.`,
      'Give the same family, or none.',
    );
  }
  return { ...body, family };
}

function invalid(message: string, hint: string): DeployError {
  return new DeployError('task-definition-invalid', message, { hint });
}
