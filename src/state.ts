import { removeDockerConfig } from './adapters/docker-config.js';
import { redact } from './model/redact.js';
import { isDigest } from './model/image.js';
import { familyAndRevision, parseArn } from './model/arn.js';
import { isObject, parseObject, textAt } from './model/json.js';
import type { Fallback } from './steps/preflight/fallback.js';
import type { World } from './world.js';

/*
 * What main leaves behind for post. It is written before each change, so that a run that is killed has said what
 * it was about to do; and it is distrusted when read, because a line of some log could have forged it.
 */

const DOCKER_CONFIG = 'docker-config';
const INTENT = 'intent';
const DEPLOYMENT = 'deployment';
const UNDO = 'undo';
const TARGET = 'undo-target';
const GITHUB_DEPLOYMENT = 'github-deployment';
const GITHUB_END = 'github-deployment-end';
const FINISHED = 'finished';
const REPORTED = 'reported';
/** Of the saved intent: another version is not read. */
const VERSION = 1;

/** What a run is about to do to the service, with what it takes to undo it. */
export interface Intent {
  /** ARN of the revision that the service is pointed to. */
  readonly taskDefinition: string;
  /** Absent when there is none. */
  readonly fallback: Fallback | undefined;
  /** Ids of the deployments that there were before: none of them is ours. */
  readonly before: readonly string[];
}

/** What a run that did not come to its end has saved. */
export interface Unfinished {
  readonly intent: Intent;
  /** Our deployment, once ECS had made it. */
  readonly deploymentId: string | undefined;
  /** When the undo was asked for, in milliseconds since the epoch. */
  readonly undoAskedAt: number | undefined;
  /** The revision that the undo leads to, where it is a copy of the recorded one. */
  readonly undoTarget: string | undefined;
}

type Saver = Pick<World, 'runner' | 'log'>;

/** Remembers for the post step that a docker configuration with a login has to be removed. */
export async function rememberDockerConfig({ runner }: Saver, folder: string): Promise<void> {
  await runner.save(DOCKER_CONFIG, folder);
}

/** Remembers what is about to be done; to be called before it is. Rejects when that cannot be written: then nothing is changed. */
export async function rememberIntent({ runner }: Saver, intent: Intent): Promise<void> {
  await runner.save(INTENT, JSON.stringify({ version: VERSION, ...intent }));
}

/** Remembers the deployment that ECS made. */
export async function rememberDeployment(world: Saver, id: string): Promise<void> {
  await note(world, DEPLOYMENT, id);
}

/** Remembers that the undo is about to be asked for, and to which revision where we choose it. */
export async function rememberUndo(world: Saver & Pick<World, 'clock'>, target?: string): Promise<void> {
  await note(world, UNDO, String(world.clock.now()));
  if (target !== undefined) await note(world, TARGET, target);
}

/** Remembers the GitHub deployment that has to be ended. */
export async function rememberGitHubDeployment(world: Saver, id: string): Promise<void> {
  await note(world, GITHUB_DEPLOYMENT, id);
}

/** Remembers how the GitHub deployment is about to be ended, or that all was done that could be. */
export async function rememberGitHubEnd(world: Saver, end: 'success' | 'failure' | 'told'): Promise<void> {
  await note(world, GITHUB_END, end);
}

/** Remembers that nothing is left to be done for the post step. */
export async function rememberEnd(world: Saver): Promise<void> {
  await note(world, FINISHED, 'true');
}

/** Remembers that everybody was told how the run ended. */
export async function rememberReport(world: Saver): Promise<void> {
  await note(world, REPORTED, 'true');
}

/** The service is in motion by now: what cannot be written must not stop anything. */
async function note({ runner, log }: Saver, name: string, value: string): Promise<void> {
  try {
    await runner.save(name, value);
  } catch (error) {
    const why = redact(error instanceof Error ? error.message : String(error));
    log.warning(`The state for the post step cannot be written: ${why}`);
  }
}

/** Whether a run was cut off after everything was proven and before it could say so. */
export function endedUntold({ env }: Pick<World, 'env'>): boolean {
  return Boolean(env[`STATE_${FINISHED}`]) && !env[`STATE_${REPORTED}`];
}

/** A GitHub deployment whose end nobody has told GitHub. */
export interface OpenDeployment {
  readonly id: string;
  /** What the run was about to tell, or had proven; absent when it did not come so far. */
  readonly end: 'success' | 'failure' | undefined;
}

/** The GitHub deployment that the run left without an end; undefined when there is none. */
export function openDeployment({ env }: Pick<World, 'env'>): OpenDeployment | undefined {
  const id = env[`STATE_${GITHUB_DEPLOYMENT}`] ?? '';
  const end = env[`STATE_${GITHUB_END}`];
  if (!/^\d{1,16}$/.test(id) || end === 'told') return undefined;
  if (end === 'success' || end === 'failure') return { id, end };
  // Only a proven success is remembered before its end is.
  return { id, end: env[`STATE_${FINISHED}`] ? 'success' : undefined };
}

/** What is left to be done, or undefined: nothing was changed, the run came to its end, or what was saved is no state of ours. */
export function unfinished({ env, clock }: Pick<World, 'env' | 'clock'>): Unfinished | undefined {
  const saved = (name: string): string | undefined => env[`STATE_${name}`] || undefined;
  const intent = intentOf(saved(INTENT) ?? '');
  if (!intent || saved(FINISHED) !== undefined) return undefined;
  const id = saved(DEPLOYMENT);
  const asked = saved(UNDO);
  return {
    intent,
    deploymentId: id !== undefined && DEPLOYMENT_ID.test(id) ? id : undefined,
    undoAskedAt:
      asked !== undefined && /^\d{1,15}$/.test(asked) ? Math.min(Number(asked), clock.now()) : undefined,
    undoTarget: revisionAt(saved(TARGET)),
  };
}

const DEPLOYMENT_ID = /^ecs-svc\/\d{1,40}$/;

function intentOf(text: string): Intent | undefined {
  const saved = parseObject(text) ?? {};
  const taskDefinition = revisionAt(saved['taskDefinition']);
  const before: unknown = saved['before'];
  if (saved['version'] !== VERSION || taskDefinition === undefined || !Array.isArray(before))
    return undefined;
  const ids = before.filter((id): id is string => typeof id === 'string' && DEPLOYMENT_ID.test(id));
  if (ids.length === 0) return undefined;
  const fallback = isObject(saved['fallback']) ? saved['fallback'] : {};
  const previous = revisionAt(fallback['taskDefinition']);
  const [digest, commit, checks] = [
    textAt(fallback, 'digest'),
    textAt(fallback, 'commit'),
    namesIn(fallback['checks']),
  ];
  return {
    taskDefinition,
    before: ids,
    fallback:
      previous === undefined
        ? undefined
        : {
            taskDefinition: previous,
            digest: digest !== undefined && isDigest(digest) ? digest : undefined,
            commit:
              commit !== undefined && /^[0-9a-f]{7,64}(-dirty-[0-9a-f]+)?$/.test(commit) ? commit : undefined,
            ...(checks ? { checks } : {}),
          },
  };
}

/** Names of smoke checks, or undefined for anything else: they are only compared with those that there are. */
function namesIn(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.filter((name): name is string => typeof name === 'string') : undefined;
}

/** The ARN of a revision, or undefined for anything else. */
function revisionAt(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  return parseArn(value)?.service === 'ecs' && familyAndRevision(value) ? value : undefined;
}

/**
 * Removes what a main step left behind that did not come to its end. Only a folder that is ours by name and
 * place is removed.
 */
export async function cleanUp(world: World): Promise<void> {
  const folder = world.env[`STATE_${DOCKER_CONFIG}`];
  if (folder) await removeDockerConfig(world, folder);
}
