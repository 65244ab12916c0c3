import { chance } from '../../bench/chance.js';
import type { FaultKind } from '../../sandbox/faults.js';
import { FATES, type Fate } from './fates.js';
import type { Cut, Moment, Other, PlannedFault, Schedule, ServicePlan } from './schedule.js';

/** Draws what is random in a schedule. */
interface Draw {
  /** A whole number from `least` to `most`. */
  int(least: number, most: number): number;
  /** True so many times in a hundred. */
  odds(percent: number): boolean;
  pick<T>(from: readonly [T, ...T[]]): T;
}

function drawFrom(seed: number): Draw {
  const next = chance(seed);
  const int = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  return {
    int,
    odds: (percent) => next() * 100 < percent,
    pick: (from) => from[int(0, from.length - 1)] ?? from[0],
  };
}

/** One day in so many goes through the whole SDK. */
const WIRED = 100;

/** The schedule of a seed. */
export function scheduleOf(seed: number): Schedule {
  const draw = drawFrom(seed);
  const mode = draw.odds(78) ? 'release' : draw.odds(85) ? 'rollback' : 'smoke';
  const service = serviceOf(draw, mode);
  const cut = draw.odds(30) ? cutOf(draw) : undefined;
  return {
    seed,
    wired: seed % WIRED === 0,
    mode,
    inputs: inputsOf(draw, mode, service),
    service,
    candidate: fateOf(draw),
    back: draw.odds(85) ? 'fine' : draw.pick(['cannot-start', 'crashes']),
    faults: Array.from({ length: draw.pick([0, 0, 1, 1, 1, 2, 2, 3, 4]) }, () => faultOf(draw)),
    cut,
    others: Array.from({ length: draw.odds(75) ? 0 : draw.int(1, 2) }, () => otherOf(draw)),
    next: draw.odds(75) ? 'none' : draw.pick(['same', 'other']),
    ...(draw.odds(4) ? { told: 'twice' } : {}),
  };
}

function serviceOf(draw: Draw, mode: Schedule['mode']): ServicePlan {
  return {
    desiredCount: draw.odds(80) ? draw.int(1, 3) : draw.int(4, 10),
    network: draw.odds(90) ? 'awsvpc' : 'bridge',
    balanced: draw.odds(88),
    containerCheck: draw.odds(25),
    breaker: draw.pick(['off', 'off', 'on', 'rollback', 'rollback']),
    tagged: draw.odds(25),
    rollbackDeployment: draw.odds(70) ? 'restored' : 'new',
    second: mode === 'rollback' || draw.odds(20),
  };
}

/** Fates that are as likely as all others together are good ones. */
function fateOf(draw: Draw): Fate {
  const kinds = Object.keys(FATES) as [Fate['kind'], ...Fate['kind'][]];
  return { kind: draw.odds(35) ? 'good' : draw.pick(kinds), after: draw.int(1, 100) * 1_000 };
}

const READS: readonly [string, ...string[]] = [
  'ecs:DescribeServices',
  'ecs:DescribeServices',
  'ecs:DescribeTasks',
  'ecs:ListTasks',
  'ecs:DescribeTaskDefinition',
  'ecs:*ServiceDeployments',
  'ecs:DescribeServiceRevisions',
  'ecs:Describe*',
  'elasticloadbalancing:DescribeTargetHealth',
  'elasticloadbalancing:Describe*',
  'ecr:*',
  'logs:*',
  'sts:GetCallerIdentity',
  '*',
];
const CHANGES: readonly [string, ...string[]] = [
  'ecs:UpdateService',
  'ecs:UpdateService',
  'ecs:RegisterTaskDefinition',
  'ecs:StopServiceDeployment',
  'ecs:TagResource',
];
const KINDS: readonly [FaultKind, ...FaultKind[]] = [
  'throttle',
  'server-error',
  'deny',
  'expire',
  'skew',
  'reset',
  'lost-reply',
  'late',
  'hang',
  'truncated',
  'empty',
  'no-body',
  'html',
  'duplicate-token',
  'stale',
];

function faultOf(draw: Draw): PlannedFault {
  const change = draw.odds(40);
  const kind = draw.pick(KINDS);
  const once = kind === 'late' || kind === 'stale';
  return {
    action: draw.pick(change ? CHANGES : READS),
    kind,
    after: change ? draw.int(0, 1) : draw.pick([0, 1, 2, draw.int(3, 40)]),
    times: once || draw.odds(60) ? 1 : draw.pick([2, 3, 7, 30]),
    delay: draw.int(1, 25) * 1_000,
  };
}

/** A release sends a dozen calls before its update, and then a few every two seconds. */
function momentOf(draw: Draw): Moment {
  return draw.odds(60)
    ? { call: draw.pick([draw.int(1, 25), draw.int(15, 120)]) }
    : { after: draw.int(0, 150) * 1_000 };
}

function cutOf(draw: Draw): Cut {
  const how = draw.pick(['cancel', 'cancel', 'kill', 'kill', 'lost'] as const);
  const killsPost = how !== 'lost' && draw.odds(15);
  return { how, at: momentOf(draw), ...(killsPost ? { post: draw.int(1, 20) } : {}) };
}

function otherOf(draw: Draw): Other {
  const does = draw.pick([
    ...(['redeploys', 'deploys', 'scales', 'scales', 'stops-task', 'stops-task'] as const),
    ...(['stops-deployment', 'stops-deployment', 'releases', 'releases'] as const),
    draw.pick(['deletes', 'moves-tag', 'moves-tag'] as const),
  ] as [Other['does'], ...Other['does'][]]);
  const at = momentOf(draw);
  if (does === 'scales') return { does, at, to: draw.pick([0, 0, 1, 2, 3, 5]) };
  return does === 'releases' ? { does, at, to: draw.int(0, 1) } : { does, at };
}

/** Inputs beside the usual: each is left out more often than not. */
function inputsOf(draw: Draw, mode: Schedule['mode'], { balanced }: ServicePlan): Record<string, string> {
  const some = (percent: number, name: string, ...values: [string, ...string[]]): [string, string][] =>
    draw.odds(percent) ? [[name, draw.pick(values)]] : [];
  const common = [
    ...some(4, 'dry-run', 'true'),
    ...some(10, 'auto-rollback', 'false'),
    ...some(8, 'rollback-timeout', '2m', '5m', '30m'),
    ...some(8, 'target-health-timeout', '30s', '2m'),
    ...some(10, 'aws-account', '706704660887', '706704660887', '111122223333'),
    ...some(8, 'log-excerpt', 'off', 'counts'),
  ];
  const ofRelease = [
    ...some(20, 'in-flight', 'wait', 'replace'),
    ...some(10, 'fail-on', 'regression'),
    ...some(12, 'force-new-deployment', 'true'),
    ...some(6, 'allow-no-fallback', 'true'),
    ...some(8, 'task-definition', 'latest'),
    ...some(8, 'environment-variables', 'FEATURE=on'),
    ...some(10, 'deployment-timeout', '60s', '3m', '30m'),
    ...some(8, 'image', 'mentalspace-backend:v1', 'mentalspace-backend:v2', 'mentalspace-backend:v9'),
    ...(balanced ? some(8, 'smoke', 'false') : []),
    ...(balanced ? some(5, 'skip-checks', 'root') : []),
  ];
  const ofRollback = some(40, 'rollback-to', '1', '1'.repeat(40), '2', '7');
  const all = { release: [...common, ...ofRelease], rollback: [...common, ...ofRollback], smoke: [] }[mode];
  return Object.fromEntries(all);
}
