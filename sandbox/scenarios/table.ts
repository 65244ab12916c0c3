import { EXAMPLE_HEALTH_CHECK } from '../example-image.js';
import type { JsonObject } from '../json.js';
import * as incidents from './incidents.js';
import * as programs from './programs.js';
import type { Scenario } from './scenario.js';

const breaker = (rollback: boolean): { readonly settings: JsonObject } => ({
  settings: { deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback } } },
});

const alarms: JsonObject = { alarmNames: [incidents.ALARM], enable: true, rollback: true };

/** Every scenario by its name on the command line. */
export const SCENARIOS = {
  healthy: { description: 'A release that has nothing wrong with it.' },
  'crash-loop': { description: 'The candidate exits 1 soon after its start.', candidate: programs.CRASHES },
  'exit-0-loop': { description: 'The candidate exits 0 soon after its start.', candidate: programs.ENDS },
  'image-missing': {
    description: 'The image is deleted right after its deployment begins.',
    begin: incidents.imageDeleted,
  },
  'wrong-architecture': {
    description: 'New tasks find no image for their platform, though its configuration looks right.',
    begin: incidents.startsRefused(incidents.WRONG_PLATFORM),
  },
  'secret-denied': {
    description: 'New tasks may not read their secrets.',
    begin: incidents.startsRefused(incidents.SECRET_DENIED),
  },
  'unhealthy-container': {
    description: "The candidate fails the container's own health check.",
    service: { healthCheck: EXAMPLE_HEALTH_CHECK },
    candidate: programs.FAILS_CONTAINER_CHECK,
  },
  'unhealthy-target': {
    description: "The candidate runs, and answers the load balancer's health checks with 503.",
    candidate: programs.FAILS_TARGET_CHECK,
  },
  'slow-start': {
    description: 'The candidate is healthy, but only 90 s after its start; the service allows for it.',
    service: {
      settings: { healthCheckGracePeriodSeconds: 180 },
      healthCheck: { ...EXAMPLE_HEALTH_CHECK, startPeriod: 120 },
    },
    candidate: programs.STARTS_SLOWLY,
  },
  'no-capacity': { description: 'There is no room for another task.', begin: incidents.noRoom },
  'circuit-breaker': {
    description: 'The candidate crashes; the circuit breaker is on, without rollback.',
    service: breaker(false),
    candidate: programs.CRASHES,
  },
  'circuit-breaker-rollback': {
    description: 'The candidate crashes; the circuit breaker rolls back.',
    service: breaker(true),
    candidate: programs.CRASHES,
  },
  alarm: {
    description: 'An alarm goes off during the release, and ECS rolls back.',
    service: { settings: { deploymentConfiguration: { alarms } } },
    begin: incidents.alarmGoesOff,
  },
  superseded: {
    description: 'Somebody else deploys another revision during the release.',
    begin: incidents.othersDeploy,
  },
  'superseded-same-revision': {
    description: 'Somebody else forces a new deployment of the released revision during the release.',
    begin: incidents.othersChange({ forceNewDeployment: true }),
  },
  stuck: {
    description: 'A rollout that can never complete is in flight already.',
    begin: incidents.stuckInFlight,
  },
  'never-healthy': {
    description: 'No task of the service was ever healthy; the candidate would be.',
    first: programs.CRASHES,
    neverSteady: true,
  },
  'undo-undone': {
    description: 'The candidate tells a wrong commit, and the circuit breaker rolls every way back to it.',
    service: breaker(true),
    candidate: programs.TELLS_OTHER_COMMIT,
    begin: incidents.noWayBack,
  },
  'scaled-to-zero': {
    description: 'Somebody sets the desired count to 0 during the release.',
    begin: incidents.othersChange({ desiredCount: 0 }),
  },
  'service-deleted': {
    description: 'Somebody deletes the service during the release.',
    begin: incidents.othersDelete,
  },
  throttling: {
    description: 'All reads of ECS and the load balancer are throttled for 60 s from the release on.',
    begin: incidents.storm,
  },
  denied: { description: 'UpdateService is denied.', begin: incidents.updateDenied },
  expired: {
    description: 'All credentials expire once the deployment has begun.',
    begin: incidents.credentialsExpire,
  },
  'lost-reply': {
    description: 'The answers of RegisterTaskDefinition and UpdateService are lost, though both were done.',
    begin: incidents.repliesLost,
  },
  'delayed-visibility': {
    description: 'The new deployment cannot be seen for 20 s.',
    begin: incidents.seenLate,
  },
  truncated: {
    description: 'DescribeServices answers half a body for 20 s from the release on.',
    begin: incidents.readsSpoiled('truncated'),
  },
  html: {
    description: 'DescribeServices answers a page of HTML for 20 s from the release on.',
    begin: incidents.readsSpoiled('html'),
  },
  empty: {
    description: 'DescribeServices answers nothing for 20 s from the release on.',
    begin: incidents.readsSpoiled('empty'),
  },
  'wrong-commit': {
    description: 'The candidate is healthy, and its version route tells another commit.',
    candidate: programs.TELLS_OTHER_COMMIT,
  },
  'one-wrong-task': {
    description: 'The candidate is healthy, and one of its two tasks tells another commit.',
    candidate: programs.TELLS_TWO_COMMITS,
  },
  'database-down': {
    description: 'The candidate lives, and its readiness says that it cannot reach the database.',
    candidate: programs.LACKS_DATABASE,
  },
  'no-security-headers': {
    description: 'The candidate is healthy, and sends no security headers any more.',
    candidate: programs.LACKS_SECURITY_HEADERS,
  },
  'leaks-stack': {
    description: 'The candidate is healthy, and answers unknown routes with a stack trace.',
    candidate: programs.LEAKS_STACK,
  },
  'flaws-before': {
    description: 'The candidate sends no security headers, as version 1 does not either.',
    first: programs.LACKS_SECURITY_HEADERS,
    candidate: programs.LACKS_SECURITY_HEADERS,
  },
} as const satisfies Readonly<Record<string, Scenario>>;

/** A scenario by its name. */
export type ScenarioName = keyof typeof SCENARIOS;

/** What a name means. */
export function scenarioOf(name: ScenarioName): Scenario {
  return SCENARIOS[name];
}

/** Whether a text names a scenario. */
export function isScenario(name: string): name is ScenarioName {
  return Object.hasOwn(SCENARIOS, name);
}

/** The names and what they mean, one a line. */
export function listScenarios(): string {
  return Object.entries(SCENARIOS)
    .map(([name, { description }]) => `  ${name.padEnd(26)}${description}`)
    .join('\n');
}
