import type { Aws } from '../../adapters/aws/aws.js';
import { docker } from '../../adapters/docker.js';
import type { Commit, Git } from '../../adapters/git.js';
import { ProcessTimeout } from '../../adapters/process.js';
import { DeployError, type Findings } from '../../errors.js';
import type { BuildRequest, ImageRequest } from '../../inputs/image-source.js';
import { factsOfImage } from '../../facts.js';
import type { StepVoice } from '../../journal.js';
import { architectureProblem, dockerArchitecture } from '../../model/architecture.js';
import { builderProblem } from '../../model/build-command.js';
import { REVISION_LABEL } from '../../model/build-inputs.js';
import { releasedCommit, type PushedImage } from '../../model/image.js';
import { redact } from '../../model/redact.js';
import type { World } from '../../world.js';
import { contextChanges, dirtyFiles, planBuild, type BuildPlan } from './build-plan.js';
import { findImage, openRegistry, resolveImage, type Registry } from './find-image.js';

/** Where the image comes from: one that exists, or one that has to be built. */
export type Source = { readonly kind: 'image'; readonly image: PushedImage } | PlannedBuild;

/** A build that preflight found possible: engine, repository and registry token are there. */
export interface PlannedBuild {
  readonly kind: 'build';
  readonly plan: BuildPlan;
  readonly request: BuildRequest;
  readonly registry: Registry;
  /** For `docker login`; masked in every log. */
  readonly password: string;
}

/** A source that is as good as chosen. */
export interface Choice {
  /** The commit that will be released; of a dirty tree the one that it differs from. */
  readonly commit: string | undefined;
  /** Makes the choice, once the service has told which architecture it runs on; undefined after a finding. */
  readonly take: (cpuArchitecture: string) => Promise<Source | undefined>;
}

/** Everything that the places to look in have in common. */
export interface Look {
  readonly aws: Aws;
  readonly world: World;
  readonly findings: Findings;
  readonly voice: StepVoice;
}

/**
 * Looks at the checkout, or at the image that was given. What is wrong is added to the findings; undefined
 * is returned when too little is left to choose from.
 */
export function lookAtSource(
  request: BuildRequest | ImageRequest,
  history: Git,
  look: Look,
): Promise<Choice | undefined> {
  return request.kind === 'build' ? lookAtCheckout(request, history, look) : lookAtImage(request, look);
}

async function lookAtCheckout(request: BuildRequest, history: Git, look: Look): Promise<Choice | undefined> {
  const { aws, world, findings, voice } = look;
  const [commit, registry] = await Promise.all([
    findings.attempt(headOf(history)),
    findings.attempt(openRegistry(aws, request.repository)),
  ]);
  if (!commit) return undefined;
  const subject = redact(commit.subject);
  await voice.know({ gitSha: commit.sha, subject });
  const where = commit.branch === undefined ? '' : ` on ${redact(commit.branch)}`;
  world.log.info(`Commit ${commit.shortSha}${where} of ${commit.time}: ${subject}`);
  if ((await world.files.read(request.dockerfile)) === undefined) findings.add(noDockerfile(request));
  const changes = await findings.attempt(
    contextChanges(world.files, history, request).catch((error: unknown) => {
      throw outsideCheckout(request, error);
    }),
  );
  if (!changes || !registry) return undefined;
  if (changes.modified.length > 0 && !request.allowDirty) {
    findings.add(dirtyTree(changes.modified.map(({ path }) => path)));
  }
  if (changes.untracked.length > 0) {
    voice.warn(
      `The build context holds files that are in no commit: ${some(changes.untracked)}. List them in .dockerignore, or commit them.`,
    );
  }
  const dirty = await dirtyFiles(history, request, changes);
  const take: Choice['take'] = (cpuArchitecture) => {
    const platform = request.platform ?? `linux/${dockerArchitecture(cpuArchitecture)}`;
    const inputs = { ...request, platform };
    const plan = planBuild(
      { commit, repository: registry.repository, inputs, tag: request.tag, dirty },
      world.env,
    );
    const mismatch = architectureProblem([platform.split('/')[1] ?? ''], cpuArchitecture);
    if (mismatch) findings.add(mismatch);
    return reuseOrBuild(request, plan, registry, look);
  };
  return { commit: commit.sha, take };
}

/**
 * An image of this commit and these inputs is reused; otherwise the engine and the registry's token are
 * asked for now, so that their absence is known before any change.
 */
async function reuseOrBuild(
  request: BuildRequest,
  plan: BuildPlan,
  registry: Registry,
  { world, findings }: Look,
): Promise<Source | undefined> {
  const found = await findings.attempt(findImage(world, registry, plan));
  if (found) return { kind: 'image', image: found };
  const { ecr } = registry;
  const [engine, password] = await Promise.all([
    findings.attempt(docker({ world, workspace: '.' }).engine()),
    findings.attempt(ecr.password((secret) => world.log.mask(secret))),
  ]);
  // With buildx-version the builder that is missing will be installed.
  const missing =
    engine && request.buildxVersion === undefined ? builderProblem(request, engine.builder) : undefined;
  if (missing) findings.add(missing);
  return password === undefined ? undefined : { kind: 'build', plan, request, registry, password };
}

/** The image that was given, with its commit: its label's, else `expected-sha`, else that of the run, with a warning. */
async function lookAtImage(
  request: ImageRequest,
  { aws, world, findings, voice }: Look,
): Promise<Choice | undefined> {
  const image = await findings.attempt(resolveImage(world, aws, request.image));
  if (!image) return undefined;
  const expectedSha = request.expectedSha ?? world.env['GITHUB_SHA'];
  if (image.gitSha === undefined && request.expectedSha === undefined) {
    const instead =
      expectedSha === undefined
        ? 'its commit is unknown'
        : `the run's own commit ${expectedSha.slice(0, 12)} is expected of it`;
    voice.warn(`The image's label ${REVISION_LABEL} names no commit: ${instead}.`);
  }
  const released = { ...image, expectedSha };
  await voice.know(factsOfImage(released));
  const take: Choice['take'] = (cpuArchitecture) => {
    const mismatch = architectureProblem(image.architectures, cpuArchitecture);
    if (mismatch) findings.add(mismatch);
    return Promise.resolve({ kind: 'image', image: released });
  };
  return { commit: releasedCommit(released)?.replace(/-dirty-.*$/, ''), take };
}

async function headOf(git: Git): Promise<Commit> {
  const commit = await git.head();
  if (commit) return commit;
  throw new DeployError('dirty-tree', 'There is no git checkout to build.', {
    hint: 'Run actions/checkout before this step, or give image to release one that exists.',
  });
}

function noDockerfile({ dockerfile }: BuildRequest): DeployError {
  return new DeployError('inputs', `There is no file ${dockerfile} to build from.`, {
    hint: 'Correct the input dockerfile: it is a path from the root of the workspace.',
  });
}

/** Git fails in a folder that does not exist or is in no checkout; what is one of ours, such as a cancel, stays as it is. */
function outsideCheckout({ context }: BuildRequest, error: unknown): unknown {
  if (error instanceof DeployError || error instanceof ProcessTimeout) return error;
  return new DeployError('inputs', `The build context ${context} is no folder of the checkout.`, {
    hint: 'Correct the input context: it is a path from the root of the workspace.',
    cause: error,
  });
}

function dirtyTree(paths: readonly string[]): DeployError {
  return new DeployError('dirty-tree', `Tracked files of the build context are modified: ${some(paths)}.`, {
    hint: 'Commit them, or set allow-dirty to true to build all the same.',
  });
}

function some(paths: readonly string[]): string {
  const shown = paths.slice(0, 5).map(redact).join(', ');
  return paths.length > 5 ? `${shown} and ${String(paths.length - 5)} more` : shown;
}
