import { setTimeout as sleep } from 'node:timers/promises';
import { release, type Release, type Releaser, type Trial, type World } from './release.js';
import { shuffled } from './statistics.js';

/** What is compared, and how often. */
export interface Verdicts {
  readonly node: string;
  /** Releases of each action in each world. */
  readonly rounds: number;
  /** Folder of our action. */
  readonly folder: string;
  /** Folder of amazon-ecs-deploy-task-definition; undefined leaves it out. */
  readonly rival: string | undefined;
  /** Told after each release. */
  readonly onRelease: () => void;
}

/** Names in the report. */
export const [ours, theirs, theirsOften] = [
  'deploy-backend',
  'amazon-ecs-deploy-task-definition',
  '  with wait-max-delay-seconds: 15',
] as const;

/** The limit that the rival gets in a crash loop; its own is 30 (its `action.yml`, `wait-for-minutes`). */
export const rivalMinutes = 2;

/** Milliseconds between two starts, so that the actions do not have to share the processor at theirs. */
const apart = 700;
/** Releases at the same time. They wait for AWS nearly all of their time. */
const atOnce = 24;

/** Seconds that it takes at AWS's own speed until what is measured from happens: COMPLETED, the second dead task. */
const untilMoment: Readonly<Record<World, number>> = { healthy: 85, 'crash-loop': 14 };
/**
 * Seconds over which the rounds spread that moment, so that it falls on all parts of the time between two looks: ours
 * are 2 s apart, the other's at least 15 s (`WAIT_DEFAULT_DELAY_SEC` in its `index.js`). Only ours looks at dead tasks.
 */
const spreadOver: Readonly<Record<World, number>> = { healthy: 15 + 2, 'crash-loop': 2 };

/** The pace of a round: AWS's own speed, or so much faster that what is measured from happens earlier. */
export function paceOf(world: World, round: number, rounds: number): number {
  const usual = untilMoment[world];
  return usual / (usual - (spreadOver[world] * round) / rounds);
}

/** Our action, as it is compared. */
export function deployBackend(folder: string): Releaser {
  return {
    name: ours,
    folder,
    inputs: ({ region, cluster, service, candidate, baseUrl }) => ({
      'aws-region': region,
      cluster: cluster ?? '',
      service: service ?? '',
      image: candidate ?? '',
      'base-url': baseUrl,
    }),
    isVerdict: (text) => text.startsWith('✓ wait '),
  };
}

/** The rival as it comes, or with more inputs. Its verdict is the line `Deployment … verified` (its `index.js`). */
function rival(name: string, folder: string, more: Readonly<Record<string, string>>): Releaser {
  return {
    name,
    folder,
    inputs: ({ cluster, service }, definition) => ({
      'task-definition': definition,
      cluster: cluster ?? '',
      service: service ?? '',
      'wait-for-service-stability': 'true',
      ...more,
    }),
    isVerdict: (text) => /^Deployment \S+ verified: rolloutState=COMPLETED/u.test(text),
  };
}

function releasersIn(world: World, { folder, rival: other }: Verdicts): readonly Releaser[] {
  if (other === undefined) return [deployBackend(folder)];
  const limit = { 'wait-for-minutes': String(rivalMinutes) };
  const others =
    world === 'crash-loop'
      ? [rival(theirs, other, limit)]
      : [rival(theirs, other, {}), rival(theirsOften, other, { 'wait-max-delay-seconds': '15' })];
  return [deployBackend(folder), ...others];
}

/** The crash loops come first, since they take longest; within a round chance gives the order. */
function trialsOf(verdicts: Verdicts): readonly Trial[] {
  const { node, rounds } = verdicts;
  return (['crash-loop', 'healthy'] as const).flatMap((world) =>
    Array.from({ length: rounds }, (_, round) =>
      shuffled(releasersIn(world, verdicts)).map((releaser) => ({
        releaser,
        world,
        pace: paceOf(world, round, rounds),
        node,
      })),
    ).flat(),
  );
}

/** Makes all releases, side by side, each in a local AWS of its own. Throws when a good one does not succeed. */
export async function compareVerdicts(verdicts: Verdicts): Promise<readonly Release[]> {
  const trials = trialsOf(verdicts);
  const releases: Release[] = [];
  const left = trials.values();
  const worker = async (delay: number): Promise<void> => {
    await sleep(delay);
    for (const trial of left) {
      releases.push(await release(trial));
      verdicts.onRelease();
    }
  };
  await Promise.all(
    Array.from({ length: Math.min(atOnce, trials.length) }, (_, index) => worker(index * apart)),
  );
  const bad = releases.find(({ world, verdict }) => world === 'healthy' && verdict === undefined);
  if (bad) throw new Error(`${bad.name} did not make a good release: ${bad.said}`);
  return releases;
}
