import { familyAndRevision, lastPart } from './arn.js';
import { showDuration } from './duration.js';
import { redact } from './redact.js';
import type { Deployment, Service, ServiceEvent } from './service.js';
import type { ContainerHealth, TargetGroupHealth, TargetStates } from './target-health.js';
import { cleanLine, cleanLines } from './untrusted-text.js';

/** So many characters of one line of progress are shown: an event of ECS has a few hundred. */
const MAX_LINE = 1_000;
/** So many events are shown of those that came at once, and so many deployments of a service. */
const [MAX_EVENTS, MAX_DEPLOYMENTS] = [10, 4];
/** So many targets and containers that are not healthy are named. */
const MAX_NAMED = 3;

/** One line of any text, redacted, cleaned and cut: what may be shown and kept of the progress. */
export function shownLine(text: string): string {
  return cleanLine(redact(cleanLines(text, Infinity).join('\n')), MAX_LINE);
}

/** What is known of our deployment beside its counts. */
export interface Seen {
  /** How many of our tasks have stopped. */
  readonly stopped: number;
  /** Every target of the service's groups, also those of other deployments; none before they were read. */
  readonly targets: readonly TargetStates[];
}

const NOTHING_SEEN: Seen = { stopped: 0, targets: [] };

/** One line on how far the rollout is; equal lines mean that nothing changed. */
export function progressLine(service: Service, { stopped, targets }: Seen = NOTHING_SEEN): string {
  const { desiredCount, runningCount, pendingCount, deployments } = service;
  const tasks = [
    `tasks ${String(desiredCount)} desired`,
    `${String(runningCount)} running`,
    `${String(pendingCount)} pending`,
    ...(stopped > 0 ? [`${String(stopped)} of ours stopped`] : []),
  ];
  const left = deployments.length - MAX_DEPLOYMENTS;
  return [
    tasks.join(', '),
    ...targets.map((group) => targetsPart(group, targets.length > 1)),
    ...deployments.slice(0, MAX_DEPLOYMENTS).map((one) => deploymentPart(one, service)),
    ...(left > 0 ? [`${String(left)} more deployments`] : []),
  ].join(' · ');
}

function targetsPart({ targetGroup, states }: TargetStates, isNamed: boolean): string {
  return `targets${isNamed ? ` in ${targetGroup}` : ''} ${showCounts(states) || 'none'}`;
}

function deploymentPart(deployment: Deployment, service: Service): string {
  const { status, rolloutState, runningCount, pendingCount, failedTasks } = deployment;
  return [
    [status, revisionOf(deployment, service), rolloutState].filter(Boolean).join(' '),
    `${String(runningCount)} running`,
    ...(pendingCount > 0 ? [`${String(pendingCount)} pending`] : []),
    ...(failedTasks > 0 ? [`${String(failedTasks)} failed`] : []),
  ].join(', ');
}

/** The family is only named where it is not the service's. */
function revisionOf({ taskDefinition }: Deployment, service: Service): string {
  const [found, usual] = [familyAndRevision(taskDefinition), familyAndRevision(service.taskDefinition)];
  const isUsual = found !== undefined && found.family === usual?.family;
  return isUsual ? `revision ${String(found.revision)}` : lastPart(taskDefinition);
}

/** ELB's states, the best first (Elastic Load Balancing, TargetHealth); any other comes after them. */
const STATES: readonly string[] = ['healthy', 'initial', 'unhealthy', 'unavailable', 'draining', 'unused'];

/** Such as `2 healthy, 1 initial`. */
function showCounts(counts: Readonly<Record<string, number>>): string {
  const rank = (state: string): number => (STATES.includes(state) ? STATES.indexOf(state) : STATES.length);
  return Object.entries(counts)
    .sort(([one], [other]) => rank(one) - rank(other) || (one < other ? -1 : 1))
    .map(([name, count]) => `${String(count)} ${name}`)
    .join(', ');
}

/**
 * A line for each new event with its age, oldest first; of many at once only the last are shown, and the others counted.
 * `fresh` is newest first, `now` is in milliseconds since the epoch. Untrusted text.
 */
export function eventLines(fresh: readonly ServiceEvent[], now: number): readonly string[] {
  const shown = fresh.slice(0, MAX_EVENTS).reverse();
  const left = fresh.length - shown.length;
  return [
    ...(left > 0 ? [`${String(left)} older events are not shown`] : []),
    ...shown.map(({ message, createdAt }) =>
      createdAt > 0 ? `${showDuration(now - createdAt)} ago: ${compact(message)}` : compact(message),
    ),
  ];
}

/** ECS begins each event with the service, and names target groups by ARN: a person knows the one and reads the name of the other. */
function compact(message: string): string {
  return message
    .replace(/^\(service [\w-]{1,255}\) /, '')
    .replace(
      /arn:[\w-]{1,20}:elasticloadbalancing:[\w-]{0,32}:\d{12}:targetgroup\/([\w-]{1,32})\/\w{1,32}/g,
      '$1',
    );
}

/** What one look at targets and containers shows. */
export interface HealthSeen {
  readonly groups: readonly TargetGroupHealth[];
  /** Absent: no container has a health check of its own. */
  readonly containers: ContainerHealth | undefined;
}

/** One line on how healthy our tasks are, by state and reason; empty where nothing says so. Equal lines mean that nothing changed. */
export function healthLine({ groups, containers }: HealthSeen): string {
  return [...groups.map(groupPart), ...(containers ? [`containers ${ofAll(containers)}`] : [])].join(' · ');
}

function groupPart({ targetGroup, states, reasons, ...counts }: TargetGroupHealth): string {
  const others = showCounts(
    Object.fromEntries(Object.entries(states).filter(([name]) => name !== 'healthy')),
  );
  const why = showCounts(reasons);
  return `targets in ${targetGroup} ${ofAll(counts)}${others ? `, ${others}` : ''}${why ? ` (${why})` : ''}`;
}

function ofAll({ healthy, expected }: ContainerHealth): string {
  return `${String(healthy)} of ${String(expected)} healthy`;
}

/** The first of those that are not healthy, and how many more there are. Untrusted text. */
export function firstOf(waitingFor: readonly string[]): readonly string[] {
  const left = waitingFor.length - MAX_NAMED;
  return [...waitingFor.slice(0, MAX_NAMED), ...(left > 0 ? [`and ${String(left)} more`] : [])];
}
