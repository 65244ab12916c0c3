import type { Aws } from '../../adapters/aws/aws.js';
import { git } from '../../adapters/git.js';
import { github } from '../../adapters/github.js';
import { DeployError, Findings } from '../../errors.js';
import type { ReleaseInputs } from '../../inputs/inputs.js';
import { versionUrl } from '../../inputs/smoke.js';
import type { StepVoice } from '../../journal.js';
import { lastPart } from '../../model/arn.js';
import type { World } from '../../world.js';
import { commitsBetween } from './commits.js';
import { checkCredentials } from './credentials.js';
import { commitOf, downgradeProblem } from './downgrade.js';
import { showFallback } from './fallback.js';
import { findService, lookAtService, type ServiceBaseline } from './service.js';
import { lookAtSource, type Source } from './source.js';

/** What a release starts from: the service as it is, and where the image comes from. */
export interface Baseline extends ServiceBaseline {
  readonly source: Source;
}

/** Looks before anything is touched: at the service and at the source side by side. Every problem is in one error. */
export async function preflight(
  inputs: ReleaseInputs,
  aws: Aws,
  world: World,
  voice: StepVoice,
): Promise<Baseline> {
  await checkCredentials(inputs, world);
  const findings = new Findings();
  const history = git(world, '.');
  const look = { aws, world, findings, voice };
  // The first question alone: who has no credentials is told just that, and the other clients load meanwhile.
  const seen = await findings.attempt(findService(inputs.place, aws));
  const [service, choice] = await Promise.all([
    seen && lookAtService(seen, inputs, look),
    lookAtSource(inputs.source, history, look),
  ]);
  const commits = service &&
    choice && { live: commitOf(service.live, service.container), next: choice.commit };
  const [source, between] = await Promise.all([
    service && choice?.take(service.architecture),
    commits &&
      commitsBetween(commits, 'forward', history, (limit) => github(world, inputs.githubToken, { limit })),
  ]);
  if (service && source && commits && between) {
    const stale = inputs.allowDowngrade ? undefined : downgradeProblem(commits, between.relation, voice);
    if (stale) findings.add(stale);
    await voice.know({
      ...known(inputs, service),
      ...(commits.live === undefined ? {} : { previousGitSha: commits.live }),
      commits: between.commits,
    });
  }
  world.signal.throwIfAborted();
  findings.finish();
  if (!service || !source)
    throw new DeployError('internal', 'Preflight found neither a problem nor all that it looked for.');
  world.log.info(unproven(service, source));
  voice.note(story(service));
  return { ...service, source };
}

function known({ place, url, smoke }: ReleaseInputs, { service, live, fallback }: ServiceBaseline) {
  return {
    region: place.region,
    cluster: lastPart(service.clusterArn),
    service: service.name,
    previousTaskDefinitionArn: fallback?.taskDefinition ?? live.arn,
    ...(fallback?.digest === undefined ? {} : { previousImageDigest: fallback.digest }),
    ...(url === undefined ? {} : { url }),
    ...(smoke ? { versionUrl: versionUrl(smoke) } : {}),
  };
}

/** Only a change proves that it is allowed: what may still be denied is said before anything is built. */
function unproven({ from: { body } }: ServiceBaseline, source: Source): string {
  const passes = body['taskRoleArn'] !== undefined || body['executionRoleArn'] !== undefined;
  const writes = [
    'ecs:RegisterTaskDefinition',
    'ecs:TagResource',
    'ecs:UpdateService',
    'ecs:StopServiceDeployment',
    ...(passes ? ['iam:PassRole'] : []),
    ...(source.kind === 'build' ? [`the push to ${source.plan.repository.uri}`] : []),
  ];
  return `All reads are allowed. Not provable without a change: ${writes.join(', ')}.`;
}

function story({ service, live, fallback }: ServiceBaseline): string {
  const runs = `${service.name} runs ${lastPart(live.arn)} with ${String(service.desiredCount)} tasks`;
  return `${runs}; ${fallback ? showFallback(fallback) : 'there is no way back'}`;
}
