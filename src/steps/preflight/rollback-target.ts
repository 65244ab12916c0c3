import type { Aws } from '../../adapters/aws/aws.js';
import { deployedRevisions } from '../../adapters/aws/deployed.js';
import { DeployError } from '../../errors.js';
import type { RollbackTo } from '../../inputs/rollback-to.js';
import type { StepVoice } from '../../journal.js';
import { familyAndRevision, lastPart } from '../../model/arn.js';
import { goodRevisions } from '../../model/deployed.js';
import { TAGS } from '../../model/run-tags.js';
import type { Service } from '../../model/service.js';
import type { TaskDefinition } from '../../model/task-definition.js';
import { commitOf } from './downgrade.js';

/** So many revisions are looked at to find one by its commit or by its tags. */
const MOST = 100;

/** Where to look, and for what. */
export interface TargetQuestion {
  readonly cluster: string;
  readonly service: Service;
  readonly to: RollbackTo;
  /** The container whose environment tells the commit. */
  readonly container: string;
}

/**
 * The revision that a rollback leads to. Throws `rollback-target-invalid` when there is none: not found, live already,
 * or of another family.
 */
export async function findTarget(
  question: TargetQuestion,
  aws: Aws,
  voice: StepVoice,
): Promise<TaskDefinition> {
  const { to, service } = question;
  const family = familyAndRevision(service.taskDefinition)?.family ?? '';
  const found = await search(question, family, aws, voice);
  if (!found) throw notFound(to, family);
  if (found.arn === service.taskDefinition) {
    throw invalid(`${lastPart(found.arn)} is live already.`, 'Name another revision with rollback-to.');
  }
  if (found.family !== family) {
    throw invalid(
      `${lastPart(found.arn)} is of another family than the service's ${family}.`,
      'Name a revision of the same family.',
    );
  }
  return found;
}

function search(
  question: TargetQuestion,
  family: string,
  aws: Aws,
  voice: StepVoice,
): Promise<TaskDefinition | undefined> {
  const { to } = question;
  switch (to.kind) {
    case 'previous':
      return previous(question, family, aws, voice);
    case 'revision':
      return aws.ecs.taskDefinition(`${family}:${String(to.number)}`);
    case 'arn':
      return aws.ecs.taskDefinition(to.arn);
    case 'commit':
      return ofCommit(to.sha, question, family, aws);
  }
}

/** The last revision that was deployed successfully, is not live and was not rolled away from. */
async function previous(
  { cluster, service }: TargetQuestion,
  family: string,
  aws: Aws,
  voice: StepVoice,
): Promise<TaskDefinition | undefined> {
  const deployed = await deployedRevisions(cluster, service.name, aws.ecs).catch((error: unknown) => {
    if (!(error instanceof DeployError) || error.code === 'cancelled') throw error;
    voice.warn(
      `What was deployed before is known from tags alone. ${error.message} ${error.hint ?? ''}`.trimEnd(),
    );
    return [];
  });
  const good = goodRevisions(deployed).filter((arn) => arn !== service.taskDefinition);
  const left = new Set(deployed);
  const notLeft = ({ tags }: TaskDefinition): boolean => tags.get(TAGS.result) !== 'rolled-back';
  const known = await first(good, aws, notLeft);
  if (known) return known;
  // ECS keeps service deployments for ninety days; what was released before is known by our tags.
  const older = (await aws.ecs.revisions(family).catch(unlisted(voice))).filter(
    (arn) => !left.has(arn) && arn !== service.taskDefinition,
  );
  const found = await first(older, aws, ({ tags }) => tags.get(TAGS.result) === 'released');
  if (found) return found;
  throw invalid(
    `No earlier revision of ${service.name} is known to have been deployed successfully, beside those that it was rolled back from.`,
    `Name a revision of ${family} with rollback-to: ${candidates([...left, ...older], family, service)}.`,
  );
}

/** A list that is denied ends nothing: what was deployed may be known without it. */
function unlisted(voice: Pick<StepVoice, 'warn'>): (error: unknown) => readonly string[] {
  return (error) => {
    if (!(error instanceof DeployError) || error.code !== 'access-denied') throw error;
    voice.warn(
      `The earlier revisions of the family cannot be listed. ${error.message} ${error.hint ?? ''}`.trimEnd(),
    );
    return [];
  };
}

async function ofCommit(
  sha: string,
  { container, service }: TargetQuestion,
  family: string,
  aws: Aws,
): Promise<TaskDefinition | undefined> {
  const others = (await aws.ecs.revisions(family)).filter((arn) => arn !== service.taskDefinition);
  return first(others, aws, (revision) => commitOf(revision, container)?.startsWith(sha) ?? false);
}

async function first(
  arns: readonly string[],
  { ecs }: Aws,
  fits: (revision: TaskDefinition) => boolean,
): Promise<TaskDefinition | undefined> {
  for (const arn of arns.slice(0, MOST)) {
    const revision = await ecs.taskDefinition(arn);
    if (revision && fits(revision)) return revision;
  }
  return undefined;
}

/** Their numbers, as the input takes them. */
function candidates(arns: readonly string[], family: string, { taskDefinition }: Service): string {
  const numbers = [...new Set(arns)]
    .filter((arn) => arn !== taskDefinition)
    .map(familyAndRevision)
    .flatMap((named) => (named?.family === family ? [String(named.revision)] : []));
  return numbers.slice(0, 10).join(', ') || 'there is none beside the live one';
}

function notFound(to: RollbackTo, family: string): DeployError {
  return invalid(`The family ${family} does not have ${nameOf(to)}.`, 'Correct the input rollback-to.');
}

function nameOf(to: RollbackTo): string {
  switch (to.kind) {
    case 'previous':
      return 'an earlier revision';
    case 'revision':
      return `a revision ${String(to.number)}`;
    case 'arn':
      return `the revision ${lastPart(to.arn)}`;
    case 'commit':
      return `an ACTIVE revision of commit ${to.sha.slice(0, 12)} that is not live`;
  }
}

function invalid(message: string, hint: string): DeployError {
  return new DeployError('rollback-target-invalid', message, { hint });
}
