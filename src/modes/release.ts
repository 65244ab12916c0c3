import { connect } from '../adapters/aws/aws.js';
import type { ReleaseInputs } from '../inputs/inputs.js';
import type { Journal } from '../journal.js';
import { releasedCommit, type PushedImage } from '../model/image.js';
import type { Task } from '../model/service.js';
import { failure, type Outcome } from '../outcome.js';
import { recorded } from '../report/github-deployment.js';
import { sideBySide } from '../side-by-side.js';
import { rememberEnd } from '../state.js';
import { baseline, warnOfFailing } from '../steps/baseline.js';
import { build } from '../steps/build.js';
import { deploy, type Deploy, type Started } from '../steps/deploy.js';
import { health } from '../steps/health.js';
import { identity } from '../steps/identity.js';
import { whileLeading } from '../steps/lead.js';
import { logs } from '../steps/logs.js';
import { plan } from '../steps/plan.js';
import { settledFallback } from '../steps/preflight/fallback.js';
import { preflight, type Baseline } from '../steps/preflight/preflight.js';
import { push } from '../steps/push.js';
import { register } from '../steps/register.js';
import { smoke } from '../steps/smoke.js';
import { tagReleased } from '../steps/tag-result.js';
import { wait } from '../steps/wait.js';
import type { World } from '../world.js';
import { undo } from './undo.js';

/** A release has a service deployment of its own, and has failed as soon as it cannot succeed any more. */
const COURSE = { recorded: true, failFast: true } as const;

/**
 * Takes a commit to a verified release. What it throws happened before the service was changed; from then on
 * it returns how the release ended.
 */
export async function release(inputs: ReleaseInputs, world: World, journal: Journal): Promise<Outcome> {
  const aws = connect(world, inputs.place.region);
  const { cluster } = inputs.place;

  // Nothing live has changed yet: a failure here simply ends the run.
  const before = await journal.step('preflight', (voice) => preflight(inputs, aws, world, voice));
  if (inputs.dryRun) return rehearse(inputs, before, world, journal);
  const [known, built] = await sideBySide(journal, world, [
    ['baseline', (there, voice) => baseline({ ...inputs, ...before }, there, voice)],
    ['build', (there, voice) => build(before.source, there, voice)],
  ]);
  const image = await journal.step('push', (voice) => push(built, before.architecture, world, voice));
  const next = await journal.step('register', (voice) =>
    register({ ...inputs, ...before, image }, aws.ecs, world, voice),
  );
  const fallback = await settledFallback(known.fallback, { ...before, cluster }, aws.ecs);

  const wish = { inputs, image, commit: releasedCommit(image), from: before.service.taskDefinition, next };
  const subject = { ...inputs, ...before, ...known, ...COURSE, cluster, fallback, next };
  return recorded(wish, world, journal, () => putLive(subject, image, world, journal));
}

/** All that it takes to put a revision live and to undo that. */
type Subject = Omit<ReleaseInputs, 'source'> &
  Baseline &
  typeof COURSE &
  Pick<Deploy, 'cluster' | 'fallback' | 'next'>;

/** From here on the service is in motion: whatever goes wrong leads back. */
async function putLive(
  subject: Subject,
  image: PushedImage,
  world: World,
  journal: Journal,
): Promise<Outcome> {
  const aws = connect(world, subject.place.region);
  const { next } = subject;
  let own: Started | undefined;
  let tasks: readonly Task[] = [];
  try {
    own = await journal.step('deploy', (voice) => deploy(subject, aws.ecs, world, voice));
    const course = { ...subject, own };
    const service = await journal.step('wait', (voice) => wait(course, aws, world, voice));
    tasks = await journal.step('health', (voice) => health({ ...course, service }, aws, world, voice));
    await journal.step('identity', (voice) =>
      identity({ ...course, ...image, alone: false }, aws, world, voice),
    );
    const expected = releasedCommit(image);
    await whileLeading({ ...course, service }, aws.ecs, world, () =>
      journal.step('smoke', (voice) => smoke({ ...course, expected, tasks }, world, voice)),
    );
    await rememberEnd(world);
    await tagReleased(next, aws.ecs, journal.voice);
    return { kind: 'released' };
  } catch (error) {
    if (!journal.facts.changed) return failure(error, false);
    const change = {
      ...subject,
      own: { id: own?.id, taskDefinition: next.arn },
      before: subject.service.deployments.map(({ id }) => id),
    };
    return await undo(error, change, own && { ...subject, own }, world, journal);
  } finally {
    const course = own && { ...subject, own, tasks };
    if (course) await journal.step('logs', (voice) => logs(course, aws, world, voice));
  }
}

/** A dry run: every read and check is made, and what a release would change is said. */
async function rehearse(
  inputs: ReleaseInputs,
  before: Baseline,
  world: World,
  journal: Journal,
): Promise<Outcome> {
  await journal.step('baseline', async (voice) => {
    const { seen } = await baseline({ ...inputs, ...before }, world, voice);
    warnOfFailing(seen, inputs.smoke, voice);
  });
  return journal.step('register', (voice) => plan({ ...inputs, ...before }, world, voice));
}
