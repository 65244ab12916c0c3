import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAction, type StepResult } from '../runner/run-action.js';
import type { Call, Cloud } from '../sandbox/cloud.js';
import { NAMES } from '../sandbox/names.js';
import { startSandbox, type Ready } from '../sandbox/sandbox.js';
import { readyService } from '../sandbox/scenarios/release.js';

/** An action that releases the sandbox's candidate. */
export interface Releaser {
  readonly name: string;
  /** Folder of its `action.yml`. */
  readonly folder: string;
  /** What it is given under `with`; `definition` is a file with the task definition that has the candidate in it. */
  readonly inputs: (ready: Ready, definition: string) => Readonly<Record<string, string>>;
  /** Whether a line of its log says that the rollout is complete. */
  readonly isVerdict: (text: string) => boolean;
}

/** The two worlds that are compared. */
export type World = 'healthy' | 'crash-loop';

/** A release to measure. */
export interface Trial {
  readonly releaser: Releaser;
  readonly world: World;
  /** How much faster than on AWS time passes. */
  readonly pace: number;
  readonly node: string;
}

/** How a release ended. Times are in seconds of the machine; undefined is what did not happen. */
export interface Release {
  readonly name: string;
  readonly world: World;
  readonly pace: number;
  readonly conclusion: StepResult['conclusion'];
  /** From ECS's COMPLETED to the line that says so. */
  readonly verdict: number | undefined;
  /** From the second dead task to the request that takes the release back. */
  readonly undo: number | undefined;
  /** From COMPLETED, or else from the second dead task, to the end of the main script. */
  readonly end: number | undefined;
  /** All of the main script's time but that between UpdateService and COMPLETED, in which it can only wait for ECS. */
  readonly overhead: number | undefined;
  /** Requests to AWS between UpdateService and COMPLETED: a minute, by the service of AWS; none where it was not completed. */
  readonly rates: Readonly<Record<string, number>>;
  /** The last error annotation, or else the last line of the main script. */
  readonly said: string;
  /** What the service runs afterwards. */
  readonly afterwards: string;
}

/** Milliseconds after which a run that has not ended is cancelled. */
const patienceMs = 240_000;

/** Releases the candidate in a new local AWS, and takes that away again. */
export async function release(trial: Trial): Promise<Release> {
  const { world, pace } = trial;
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const sandbox = await startSandbox({ scenario: world, pace, runtime: 'simulated' });
  try {
    const { cloud, ready } = sandbox;
    const definition = join(folder, 'task-definition.json');
    await writeFile(definition, JSON.stringify(definitionOf(cloud, ready)));
    return await measured(trial, cloud, ready, definition);
  } finally {
    await sandbox.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The revision that runs, with the candidate in its container: what a workflow has rendered before it deploys. */
function definitionOf({ ecs }: Cloud, { registry, candidate }: Ready): unknown {
  const body = ecs.families.get(NAMES.family)?.[0]?.body ?? {};
  const containers = Array.isArray(body['containerDefinitions']) ? body['containerDefinitions'] : [];
  const image = `${registry}/${candidate ?? ''}`;
  return { ...body, containerDefinitions: containers.map((one: object) => ({ ...one, image })) };
}

async function measured(trial: Trial, cloud: Cloud, ready: Ready, definition: string): Promise<Release> {
  const { name, folder, inputs, isVerdict } = trial.releaser;
  const heard: { readonly at: number; readonly text: string }[] = [];
  const result = await runAction({
    action: folder,
    inputs: inputs(ready, definition),
    node: trial.node,
    env: environmentFor(ready),
    cancel: AbortSignal.timeout(patienceMs),
    onLine: ({ text }) => void heard.push({ at: Date.now(), text }),
  });
  const endedAt = (heard[0]?.at ?? Number.NaN) + (result.main?.durationMs ?? Number.NaN);
  const verdictAt = heard.find(({ text }) => isVerdict(text))?.at;
  const moments = momentsOf(cloud);
  const { asked, completed } = moments;
  const rollout = secondsBetween(asked, completed);
  return {
    name,
    world: trial.world,
    pace: trial.pace,
    conclusion: result.conclusion,
    verdict: secondsBetween(moments.completed, verdictAt),
    undo: secondsBetween(moments.secondDead, moments.undo),
    end: secondsBetween(trial.world === 'healthy' ? moments.completed : moments.secondDead, endedAt),
    overhead: rollout === undefined ? undefined : (result.main?.durationMs ?? Number.NaN) / 1000 - rollout,
    rates: ratesBetween(cloud.calls, asked ?? Number.NaN, completed ?? Number.NaN),
    said: lastWord(result),
    afterwards: stateOf(cloud),
  };
}

/** What the action finds AWS and its certificates by. */
export const environmentFor = (ready: Ready): Readonly<Record<string, string>> => ({
  AWS_REGION: ready.region,
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'example',
  AWS_ENDPOINT_URL: ready.endpoint,
  AWS_EC2_METADATA_DISABLED: 'true',
  NODE_EXTRA_CA_CERTS: ready.caFile,
});

const secondsBetween = (from: number | undefined, to: number | undefined): number | undefined =>
  from === undefined || to === undefined ? undefined : Math.round(to - from) / 1000;

/** Requests a minute between two moments, by what stands in front of the action's colon. */
export function ratesBetween(
  calls: readonly Pick<Call, 'at' | 'action'>[],
  from: number,
  to: number,
): Readonly<Record<string, number>> {
  const within = calls
    .filter(({ at }) => at > from && at <= to)
    .map(({ action }) => action.split(':')[0] ?? '');
  const rateOf = (service: string): number =>
    (within.filter((one) => one === service).length * 60_000) / (to - from);
  return Object.fromEntries([...new Set(within)].map((service) => [service, rateOf(service)]));
}

interface Moments {
  readonly asked: number | undefined;
  readonly completed: number | undefined;
  readonly secondDead: number | undefined;
  readonly undo: number | undefined;
}

/**
 * What happened when, as ECS itself stamps it (Amazon ECS API Reference): `finishedAt` of the newest service deployment
 * that succeeded, `executionStoppedAt` of the tasks that are no longer wanted of the revision that was released.
 */
function momentsOf(cloud: Cloud): Moments {
  const succeeded = readyService(cloud)?.serviceDeployments.find(({ status }) => status === 'SUCCESSFUL');
  const [asking, undoing] = cloud.calls.filter(
    ({ action, error }) => error === undefined && /^ecs:(UpdateService|StopServiceDeployment)$/u.test(action),
  );
  return {
    asked: asking?.at,
    completed: succeeded?.finishedAt,
    secondDead: deadTasks(cloud)[1],
    undo: undoing?.at,
  };
}

/** When the tasks of the revision that was released ended by themselves, in order. */
function deadTasks(cloud: Cloud): readonly number[] {
  const released = cloud.ecs.families.get(NAMES.family)?.at(-1)?.arn;
  const tasks = [...(cloud.ecs.clusters.get(NAMES.cluster)?.tasks.values() ?? [])];
  return tasks
    .filter(
      ({ taskDefinition, stopCode }) =>
        taskDefinition === released && stopCode === 'EssentialContainerExited',
    )
    .flatMap(({ executionStoppedAt }) => executionStoppedAt ?? [])
    .toSorted((a, b) => a - b);
}

function stateOf(cloud: Cloud): string {
  const primary = readyService(cloud)?.deployments[0];
  const revision = primary?.taskDefinition.split('/').at(-1) ?? 'nothing';
  return `${revision} ${primary?.rolloutState ?? ''}, ${deadTasks(cloud).length} dead tasks of the new revision`;
}

function lastWord({ annotations, main }: StepResult): string {
  const error = annotations.findLast(({ level }) => level === 'error')?.message;
  return error ?? main?.lines.findLast(({ text }) => text.trim() !== '')?.text ?? '';
}
