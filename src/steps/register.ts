import type { Ecs } from '../adapters/aws/ecs.js';
import { DeployError } from '../errors.js';
import type { StepVoice } from '../journal.js';
import { awsErrorName } from '../model/aws-failure.js';
import { lastPart } from '../model/arn.js';
import type { PushedImage } from '../model/image.js';
import type { JsonObject } from '../model/json.js';
import { difference } from '../model/task-definition-difference.js';
import type { Environment, World } from '../world.js';
import { nextRevision, registerable, sameDefinition, type TaskDefinition } from '../model/task-definition.js';

/** Where the next revision starts from, and what is to change in it. */
export interface Registration {
  /** The live revision. */
  readonly live: TaskDefinition;
  /** The body to start from: the live one's, or that of the input `task-definition`. */
  readonly from: JsonObject;
  readonly container: string;
  readonly image: PushedImage;
  /** What the user adds to the environment of the container. */
  readonly environment: ReadonlyMap<string, string>;
  readonly healthCheck: JsonObject | undefined;
}

/** Registers the next revision, or returns the live one when it would be the same. */
export async function register(
  wanted: Registration,
  ecs: Ecs,
  { env, log }: World,
  voice: StepVoice,
): Promise<TaskDefinition> {
  const { live, from, container, image, healthCheck } = wanted;
  const { body, dropped } = nextRevision(from, {
    container,
    image: image.uri,
    environment: new Map([...ownVariables(image), ...wanted.environment]),
    healthCheck,
  });
  const before = registerable(live.body).body;
  if (sameDefinition(before, body)) {
    voice.note(`nothing differs from ${lastPart(live.arn)}, which is kept`);
    await voice.know({ taskDefinitionArn: live.arn, difference: [] });
    return live;
  }
  const differs = difference(before, body);
  const made = await registerTagged(body, carriedTags(wanted, runOf(env)), ecs, voice);
  await voice.know({ taskDefinitionArn: made.arn, difference: differs });
  log.info(
    [
      `${lastPart(live.arn)} → ${lastPart(made.arn)}, left out as read-only: ${dropped.join(', ')}`,
      ...differs,
    ].join('\n  '),
  );
  voice.note(
    `${lastPart(made.arn)}, which differs from ${lastPart(live.arn)} in ${String(differs.length)} places`,
  );
  return made;
}

/** What the container is told of its own build, always as the image's labels have it. */
function ownVariables({ gitSha, buildTime, digest }: PushedImage): ReadonlyMap<string, string> {
  const values = { GIT_SHA: gitSha, BUILD_TIME: buildTime, IMAGE_DIGEST: digest };
  return new Map(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** The tags of the live revision but AWS's own and those of its release, with ours. */
function carriedTags({ live, image }: Registration, run: string): ReadonlyMap<string, string> {
  const kept = [...live.tags].filter(
    ([key]) => !key.startsWith('aws:') && !key.startsWith('deploy-backend:'),
  );
  return new Map([
    ...kept,
    ...(image.gitSha === undefined ? [] : [['deploy-backend:git-sha', image.gitSha] as const]),
    ['deploy-backend:image-digest', image.digest],
    ['deploy-backend:run', run],
  ]);
}

/** Tagging may be denied by policy (ecs:TagResource); the revision is then registered without tags. */
async function registerTagged(
  body: JsonObject,
  tags: ReadonlyMap<string, string>,
  ecs: Ecs,
  voice: StepVoice,
): Promise<TaskDefinition> {
  try {
    return await ecs.register(body, tags);
  } catch (error) {
    if (error instanceof DeployError && error.code === 'access-denied' && /TagResource/.test(error.message)) {
      voice.warn(
        'The revision could not be tagged: allow ecs:TagResource, so that later runs know what this one released.',
      );
      return await ecs.register(body, new Map()).catch(notRegistered);
    }
    return notRegistered(error);
  }
}

/** `aws-unavailable` says too little here: a refusal of the body is the task definition's fault. */
function notRegistered(error: unknown): never {
  if (!(error instanceof DeployError) || error.code !== 'aws-unavailable') throw error;
  const refused = ['ClientException', 'InvalidParameterException'].includes(awsErrorName(error));
  throw new DeployError(refused ? 'task-definition-invalid' : 'register-failed', error.message, {
    hint: refused
      ? 'ECS refused the task definition: mend what it names, in the file or in the live revision.'
      : 'Nothing was changed; run the job again.',
    cause: error,
  });
}

/** What names this run in a tag: repository, run and attempt. */
function runOf(env: Environment): string {
  const parts = [env['GITHUB_REPOSITORY'], env['GITHUB_RUN_ID'], env['GITHUB_RUN_ATTEMPT']];
  return parts.filter(Boolean).join('/') || 'by hand';
}
