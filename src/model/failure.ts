import { DeployError, type FailureCode } from '../errors.js';
import { lastPart } from './arn.js';
import { redact } from './redact.js';
import type { Task } from './service.js';

/** What a stopped task tells of its release. */
export interface Cause {
  readonly code: FailureCode;
  /** What happened, in our words and ECS's. Redacted. */
  readonly why: string;
  readonly hint: string;
  /**
   * How likely the next task fares better: `never` (the image is not there), `hardly` (it crashed, a secret was
   * denied) or `maybe` (no capacity, a spot instance taken back).
   */
  readonly heals: 'never' | 'hardly' | 'maybe';
}

interface Rule {
  readonly pattern: RegExp;
  readonly code: FailureCode;
  readonly heals: Cause['heals'];
  readonly hint: string;
}

/**
 * Stopped reasons and container reasons as ECS writes them (Amazon ECS Developer Guide, "Stopped tasks error
 * codes" and "CannotPullContainer task errors"); the first rule that fits counts.
 */
const RULES: readonly Rule[] = [
  {
    pattern: /descriptor matching platform|exec format error/i,
    code: 'architecture-mismatch',
    heals: 'never',
    hint: 'Build the image for the architecture of the task definition: see the input platform.',
  },
  {
    pattern: /CannotPullContainerError.*(not found|manifest unknown|does not exist)/is,
    code: 'image-pull',
    heals: 'never',
    hint: 'The image is not in its registry: was it deleted, or expired by a lifecycle policy?',
  },
  {
    pattern: /CannotPull\w*Error|pull access denied/i,
    code: 'image-pull',
    heals: 'hardly',
    hint: 'The execution role must be allowed to pull, and the subnets need a way to the registry.',
  },
  {
    pattern: /ResourceInitializationError|unable to retrieve secret|logging driver|logger args/i,
    code: 'resource-init',
    heals: 'hardly',
    hint: 'Check the secrets, the log group and what the execution role may read.',
  },
  {
    pattern: /failed container health checks/i,
    code: 'container-health',
    heals: 'hardly',
    hint: "Run the container's health check by hand: its command has to be in the image, and the start period long enough.",
  },
  {
    pattern: /failed ELB health checks/i,
    code: 'target-health',
    heals: 'hardly',
    hint: "Check path and port of the target group's health check, the security groups and the grace period.",
  },
  {
    pattern: /capacity|RESOURCE:|insufficient|network interface/i,
    code: 'capacity',
    heals: 'maybe',
    hint: 'There is no room for the tasks: look at the capacity of cluster and subnets.',
  },
  {
    pattern:
      /CannotStartContainerError|ContainerRuntime\w*Error|DockerTimeoutError|CannotCreateVolumeError|unable to assume the role/i,
    code: 'resource-init',
    heals: 'hardly',
    hint: 'The container could not be started: check its command, volumes and roles.',
  },
];

/** What tells of the platform and not of the release: ECS or a person stopped the task, or it was a spot one. */
const NOT_OURS = /Scaling activity initiated by|stopped by user|Spot|Termination/i;

/** What a stopped task tells; undefined when it was stopped for a reason that says nothing of the release. */
export function causeOf(task: Task): Cause | undefined {
  const said = [task.stoppedReason, ...task.containers.map(({ reason }) => reason)].filter(
    (text) => text !== undefined,
  );
  const text = said.join('; ');
  if (NOT_OURS.test([task.stopCode, task.stoppedReason].join(' '))) return undefined;
  const rule = RULES.find(({ pattern }) => pattern.test(text));
  if (rule) return { ...rule, why: redact(text) };
  return task.stopCode === 'EssentialContainerExited' ? crash(task, text) : undefined;
}

/** An essential container ended by itself, which a service's never should. */
function crash(task: Task, text: string): Cause {
  const ended = task.containers.find(({ exitCode }) => exitCode !== undefined);
  const how = ended
    ? `Container ${redact(ended.name)} ended with exit code ${String(ended.exitCode)}`
    : 'A container ended';
  return {
    code: 'crash-loop',
    why: `${how}${meaningOf(ended?.exitCode, text)}: ${redact(text)}`,
    hint: 'Read the last lines of its log; run the image with the same environment to see it end.',
    heals: 'hardly',
  };
}

/** What exit codes mean by convention (bash(1), "EXIT STATUS"; signal(7)). */
function meaningOf(exitCode: number | undefined, text: string): string {
  if (/OutOfMemory/i.test(text)) return ' (out of memory)';
  const meanings = new Map<number | undefined, string>([
    [126, 'command cannot be executed'],
    [127, 'command not found'],
    [134, 'aborted'],
    [137, 'killed'],
    [139, 'segmentation fault'],
    [143, 'terminated'],
  ]);
  const meaning = meanings.get(exitCode);
  return meaning === undefined ? '' : ` (${meaning})`;
}

/** The tasks of a deployment that stopped, and how far it got. */
export interface Casualties {
  readonly stopped: readonly Task[];
  /** Whether any task of it was ever healthy. */
  readonly everHealthy: boolean;
  readonly desiredCount: number;
}

/**
 * The cause that no wait will cure: at the first task what never heals, at the second alike what hardly does; once a
 * task was healthy it takes as many as a tenth of the desired count. Undefined while waiting may help.
 */
export function hopeless({ stopped, everHealthy, desiredCount }: Casualties): Cause | undefined {
  const causes = causesOf(stopped);
  const enough = everHealthy ? Math.max(2, Math.ceil(desiredCount / 10)) : 2;
  return (
    causes.find(({ heals }) => heals === 'never') ??
    causes.find((cause) => cause.heals === 'hardly' && alike(cause, causes) >= enough)
  );
}

/** The likeliest cause of a rollout that failed anyhow: the one that most tasks tell. */
export function likeliest(stopped: readonly Task[]): Cause | undefined {
  const causes = causesOf(stopped);
  return [...causes].sort((one, other) => alike(other, causes) - alike(one, causes))[0];
}

function causesOf(stopped: readonly Task[]): readonly Cause[] {
  return stopped.flatMap((task) => causeOf(task) ?? []);
}

function alike(cause: Cause, causes: readonly Cause[]): number {
  return causes.filter(({ code }) => code === cause.code).length;
}

/** The cause that service events tell when no task was even started; undefined when they tell none. */
export function causeInEvents(events: readonly string[]): Cause | undefined {
  const told = events.find((message) => /unable to place a task/.test(message));
  if (told === undefined) return undefined;
  const rule = RULES.find(({ pattern }) => pattern.test(told));
  return rule && { ...rule, why: redact(told) };
}

/** Each distinct reason why tasks stopped, the most frequent first, with how many tasks tell it and one of them. */
export function distinctReasons(stopped: readonly Task[]): readonly string[] {
  const told = new Map<string, { readonly count: number; readonly arn: string }>();
  for (const task of stopped) {
    const why = causeOf(task)?.why;
    if (why === undefined) continue;
    const { count, arn } = told.get(why) ?? { count: 0, arn: task.arn };
    told.set(why, { count: count + 1, arn });
  }
  return [...told]
    .sort(([, some], [, others]) => others.count - some.count)
    .map(([why, { count, arn }]) => {
      const tasks = count === 1 ? '1 task' : `${String(count)} tasks`;
      return `${tasks} stopped: ${why} (task ${lastPart(arn)})`;
    });
}

/** The error of a release that failed for a cause; the evidence names the reasons of the stopped tasks. `reason` is what led to the look at them. */
export function failureFor(
  cause: Cause,
  stopped: readonly Task[],
  events: readonly string[],
  reason?: DeployError,
): DeployError {
  return new DeployError(cause.code, cause.why, {
    hint: cause.hint,
    evidence: [...distinctReasons(stopped), ...events],
    cause: reason,
  });
}
