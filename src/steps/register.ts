import type { Ecs } from '../adapters/aws/ecs.js';
import { DeployError } from '../errors.js';
import type { StepVoice } from '../journal.js';
import { awsErrorName, isRefusal } from '../model/aws-failure.js';
import { lastPart } from '../model/arn.js';
import { releasedCommit, type PushedImage } from '../model/image.js';
import type { JsonObject } from '../model/json.js';
import { redact } from '../model/redact.js';
import { difference } from '../model/task-definition-difference.js';
import { runOf, TAGS } from '../model/run-tags.js';
import type { World } from '../world.js';
import {
  containerOf,
  environmentOf,
  holds,
  nextRevision,
  registerable,
  sameDefinition,
  type NextRevision,
  type StartingPoint,
  type TaskDefinition,
} from '../model/task-definition.js';
import { registerTagged } from './register-tagged.js';

/** Where the next revision starts from, and what is to change in it. */
export interface Registration {
  /** The live revision. */
  readonly live: TaskDefinition;
  /** The live revision, or what the input `task-definition` names. */
  readonly from: StartingPoint;
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
  world: World,
  voice: StepVoice,
): Promise<TaskDefinition> {
  const { env, log } = world;
  const { live, from } = wanted;
  const { body, dropped, differs } = draft(wanted);
  if (!differs) {
    voice.note(`nothing differs from ${lastPart(live.arn)}, which is kept`);
    await voice.know({ taskDefinitionArn: live.arn, difference: [] });
    return live;
  }
  const tags = carriedTags(wanted, runOf(env));
  const made = await registerTagged(body, tags, ecs, (text) => voice.warn(text)).catch((error: unknown) =>
    foundAfterAll(error, { body, run: runOf(env), live }, ecs, world),
  );
  await voice.know({ taskDefinitionArn: made.arn, difference: differs });
  const left = [...dropped, ...[...from.tags.keys()].filter(isAwsTag).map((key) => `tag ${redact(key)}`)];
  log.info(
    [
      `${lastPart(live.arn)} → ${lastPart(made.arn)}`,
      ...(left.length > 0 ? [`left out, since only AWS writes it: ${left.join(', ')}`] : []),
      ...differs,
    ].join('\n  '),
  );
  voice.note(
    `${lastPart(made.arn)}, which differs from ${lastPart(live.arn)} in ${String(differs.length)} places`,
  );
  return made;
}

/** The next revision, and in what it differs from the live one, by name; undefined when it is the same. */
export interface Draft extends NextRevision {
  readonly differs: readonly string[] | undefined;
}

/** What would be registered. */
export function draft({ live, from, container, image, environment, healthCheck }: Registration): Draft {
  const { body, dropped } = nextRevision(from.body, {
    container,
    image: image.uri,
    environment: new Map([...ownVariables(image, from.body, container), ...environment]),
    healthCheck,
  });
  const before = registerable(live.body).body;
  return { body, dropped, differs: sameDefinition(before, body) ? undefined : difference(before, body) };
}

/**
 * What the container is told of its own build, always as the image's labels have it. What an earlier release told
 * (only that sets IMAGE_DIGEST) and the labels do not know is removed: it was another image's.
 */
function ownVariables(
  { gitSha, buildTime, digest }: PushedImage,
  body: JsonObject,
  container: string,
): ReadonlyMap<string, string | undefined> {
  const definition = containerOf(body, container);
  const told = definition !== undefined && environmentOf(definition).has('IMAGE_DIGEST');
  const values = { GIT_SHA: gitSha, BUILD_TIME: buildTime, IMAGE_DIGEST: digest };
  return new Map(Object.entries(values).filter(([, value]) => told || value !== undefined));
}

/** The tags to start from but AWS's own and those of an earlier release, with ours. */
function carriedTags({ from, image }: Registration, run: string): ReadonlyMap<string, string> {
  const gitSha = releasedCommit(image);
  return new Map([
    ...[...from.tags].filter(([key]) => !isAwsTag(key) && !key.startsWith('deploy-backend:')),
    ...(gitSha === undefined ? [] : [[TAGS.gitSha, gitSha] as const]),
    [TAGS.imageDigest, image.digest],
    [TAGS.run, run],
  ]);
}

/** Keys with this prefix are AWS's, and refused when anybody else sets them (Amazon ECS, "Tag restrictions"). */
function isAwsTag(key: string): boolean {
  return key.toLowerCase().startsWith('aws:');
}

/** What a registration would have made. */
interface Awaited {
  readonly body: JsonObject;
  readonly run: string;
  readonly live: TaskDefinition;
}

/** So often the newest revision is looked at when an answer was lost, two seconds apart. */
const LOOKS = 3;
const PAUSE = 2_000;

/**
 * The answer was lost: only the family can tell whether the revision was registered. It is not sent again; a revision
 * that comes to be later is not in use, and harms nobody.
 */
async function foundAfterAll(
  error: unknown,
  { body, run, live }: Awaited,
  ecs: Ecs,
  { clock, log, signal }: World,
): Promise<TaskDefinition> {
  const lost = error instanceof DeployError && error.code === 'aws-unavailable' && !isRefusal(error.cause);
  if (!lost) return notRegistered(error);
  log.info(`${error.message} Looking whether ECS took it.`);
  for (let look = 1; look <= LOOKS; look++) {
    const newest = await ecs.taskDefinition(live.family);
    const ours = newest && newest.revision > live.revision && (newest.tags.get(TAGS.run) ?? run) === run;
    if (ours && holds(newest.body, body)) return newest;
    if (look < LOOKS) await clock.sleep(PAUSE, signal);
  }
  return notRegistered(error);
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
