import { objects, text } from '../../../sandbox/ecs/fields.js';
import type { JsonObject } from '../../../sandbox/json.js';
import { NAMES } from '../../../sandbox/names.js';
import type { History, Sent } from '../history.js';
import { changesOf, revisionIn, runsOf, short, type Invariant, type Run } from './runs.js';

/** Milliseconds: the look right before a change may be as old, because what is saved and asked in between takes its time. */
const RIGHT_BEFORE = 60_000;

/**
 * I3: each update and each stop is sent on a look, and none while that shows that somebody else's deployment leads. A run that
 * replaces what is in flight may do so with the update that it begins with, however often AWS turns that away: as long as
 * all of them were refused nothing has happened.
 */
export const neverOver: Invariant = (history) =>
  runsOf(history).flatMap((run) => {
    const replaces = run.main.inputs['in-flight'] === 'replace' || run.main.inputs['mode'] === 'rollback';
    const changes = changesOf(run).filter(({ operation }) =>
      /^(UpdateService|StopServiceDeployment)$/.test(operation),
    );
    const begun = changes.findIndex(mayHaveHappened);
    return [
      ...changes.flatMap((call, index) => {
        const begins = begun < 0 || index <= begun;
        return withoutLook(call, run) ?? (replaces && begins ? [] : overOthers(call, run, history));
      }),
      ...blindly(run, 'UpdateService', 'DescribeServices', () => true),
    ];
  });

function withoutLook({ view, viewedAt, at, operation }: Sent, { name }: Run): readonly string[] | undefined {
  const looked = view !== undefined && viewedAt !== undefined && at - viewedAt <= RIGHT_BEFORE;
  return looked ? undefined : [`${name} sent ${operation} without a look`];
}

/** The calls that were sent again without an answered read since the one before, where that one may matter. */
function blindly(
  { name, processes }: Run,
  operation: string,
  read: string,
  mayMatter: (before: Sent) => boolean,
): readonly string[] {
  const calls = processes.flatMap((process) => process.calls);
  const sent = calls.flatMap((call, place) => (call.operation === operation ? [{ call, place }] : []));
  return sent.slice(1).flatMap(({ place }, index) => {
    const before = sent[index];
    if (!before || !mayMatter(before.call)) return [];
    const reads = calls.slice(before.place, place).filter((one) => one.operation === read);
    return reads.some(({ status }) => status === 200)
      ? []
      : [`${name} sent ${operation} again without a look at what became of it`];
  });
}

function overOthers({ view = {}, operation }: Sent, run: Run, { owners }: History): readonly string[] {
  const leader = objects(view, 'deployments').find(({ status }) => status === 'PRIMARY');
  const owner = owners.get(text(leader ?? {}, 'id') ?? '');
  const led = run.main.before.primary?.id;
  // Who waits lets a rollout of somebody else finish, and then deploys over it.
  const awaited =
    run.main.inputs['in-flight'] === 'wait' && text(leader ?? {}, 'rolloutState') === 'COMPLETED';
  const foreign =
    owner !== undefined &&
    owner !== run.name &&
    owner !== 'ecs' &&
    text(leader ?? {}, 'id') !== led &&
    !awaited;
  // What was there before the day is nobody else's newer one: a look may be of before what the run before did.
  return foreign && owner !== 'before' ? [`${run.name} sent ${operation} over ${owner}'s deployment`] : [];
}

/** I4: before each change of the service, what it takes to undo it was saved; an undo says that it is one. */
export const writtenAhead: Invariant = (history) =>
  runsOf(history).flatMap(({ name, main }) =>
    main.calls.flatMap(({ operation, saved }, index) => {
      if (operation !== 'UpdateService' && operation !== 'StopServiceDeployment') return [];
      const isUndo = operation !== 'UpdateService' || main.calls.slice(0, index).some(mayHaveUpdated);
      const wanted = isUndo ? 'undo' : 'intent';
      return saved.includes(wanted) ? [] : [`${name} sent ${operation} before its ${wanted} was saved`];
    }),
  );

/** Whether a call is an update that ECS did not certainly turn away. */
function mayHaveUpdated(call: Sent): boolean {
  return call.operation === 'UpdateService' && mayHaveHappened(call);
}

/** Whether AWS did not certainly turn a call away. */
function mayHaveHappened({ status }: Sent): boolean {
  return status === undefined || status < 400 || status >= 500;
}

/** What a run may register: its revision, and a copy of the one before. */
const REVISIONS = 2;

/**
 * I5: a run makes at most two deployments, its own and the way back, and registers its revision and a copy once each. How often
 * it sends the copy is not limited but by the time for the undo, since a connection that breaks twice must not leave a bad
 * revision live; but where no answer came it looks first whether ECS took it. So there are more revisions only where ECS
 * carried a registration out after the look for it.
 */
export const once: Invariant = (history) => [
  ...runsOf(history).flatMap((run) => {
    const { name, deployments, main } = run;
    const registered = history.revisions.filter(({ tags }) => tags['deploy-backend:run'] === main.tag);
    return [
      ...(deployments.length > 2 ? [`${name} made ${String(deployments.length)} deployments`] : []),
      ...(registered.length > 1 ? [`${name} registered ${String(registered.length)} revisions`] : []),
      ...blindly(run, 'RegisterTaskDefinition', 'DescribeTaskDefinition', mayHaveHappened),
    ];
  }),
  ...inVain(history),
];

/** Whether all runs together had ECS register more than they may. */
function inVain(history: History): readonly string[] {
  const runs = runsOf(history);
  const taken = history.calls.filter(
    ({ action, status }) => action === 'ecs:RegisterTaskDefinition' && status === 200,
  );
  const late = history.hits.filter((hit) => /^late (ecs:RegisterTaskDefinition|\*)$/.test(hit));
  return taken.length > REVISIONS * runs.length + late.length
    ? [`${String(runs.length)} runs registered ${String(taken.length)} revisions`]
    : [];
}

/** I14: nothing but the revision of the service is ever changed. */
export const nothingElse: Invariant = (history) =>
  runsOf(history).flatMap((run) =>
    changesOf(run).flatMap(({ operation, input }) => {
      const allowed = ALLOWED[operation];
      if (!allowed) return [`${run.name} called ${operation}`];
      const more = Object.keys(input).filter((name) => !allowed.includes(name));
      return operation !== 'RegisterTaskDefinition' && more.length > 0
        ? [`${run.name} sent ${more.join()} in ${operation}`]
        : [];
    }),
  );

const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  RegisterTaskDefinition: [],
  UpdateService: ['cluster', 'service', 'taskDefinition', 'forceNewDeployment'],
  StopServiceDeployment: ['serviceDeploymentArn', 'stopType'],
  TagResource: ['resourceArn', 'tags'],
};

/** I15, I18: smoke mode asks AWS nothing, a dry run and a run in the wrong account change nothing. */
export const readsOnly: Invariant = (history) =>
  runsOf(history).flatMap((run) => {
    const { inputs, calls } = run.main;
    const changes = changesOf(run).map(({ operation }) => operation);
    if (inputs['mode'] === 'smoke' && calls.length > 0) return [`${run.name} asked AWS in smoke mode`];
    if (changes.length === 0) return [];
    if (inputs['dry-run'] === 'true') return [`${run.name} sent ${changes.join()} in a dry run`];
    const elsewhere = inputs['aws-account'] !== undefined && inputs['aws-account'] !== NAMES.account;
    return elsewhere ? [`${run.name} sent ${changes.join()} in the wrong account`] : [];
  });

/** I13: what a run registers is pinned to a digest, and everything else of it is as it was. */
export const pinned: Invariant = ({ processes, revisions }) =>
  revisions
    .filter(({ tags }) => processes.some(({ tag }) => tags['deploy-backend:run'] === tag))
    .flatMap(({ arn, body }) => {
      const container = containerIn(body);
      const image = text(container, 'image') ?? '';
      const strange = revisions.some(
        (other) => other.arn !== arn && rest(other.body) === rest(body) && shell(other.body) === shell(body),
      );
      return [
        ...(/@sha256:[0-9a-f]{64}$/.test(image) ? [] : [`${short(arn)} names ${image}, which is no digest`]),
        ...(strange ? [] : [`${short(arn)} differs from every other revision in more than its image`]),
      ];
    });

function containerIn(body: JsonObject): JsonObject {
  return objects(body, 'containerDefinitions').find(({ name }) => name === NAMES.container) ?? {};
}

/** The container but for what a release may change. */
function rest(body: JsonObject): string {
  const own = ['image', 'environment', 'healthCheck'];
  return JSON.stringify(
    Object.entries(containerIn(body))
      .filter(([name]) => !own.includes(name))
      .sort(),
  );
}

/** The revision but for that container and what AWS writes itself. */
function shell(body: JsonObject): string {
  const written = [
    'taskDefinitionArn',
    'revision',
    'registeredAt',
    'registeredBy',
    'containerDefinitions',
    'status',
  ];
  const others = objects(body, 'containerDefinitions').filter(({ name }) => name !== NAMES.container);
  const kept = Object.entries(body)
    .filter(([name]) => !written.includes(name))
    .sort();
  return JSON.stringify([kept, others]);
}

/** I15, I17: a rollback leads to an earlier revision of the family and registers none but a copy. */
export const rollsBackTo: Invariant = (history) =>
  runsOf(history)
    .filter(({ main }) => main.inputs['mode'] === 'rollback')
    .flatMap((run) => {
      const changes = changesOf(run);
      const first = changes.find(({ operation }) => operation === 'UpdateService');
      // As it saw it: somebody else may have deployed since it began.
      const leader = objects(first?.view ?? {}, 'deployments').find(({ status }) => status === 'PRIMARY');
      const live = text(leader ?? {}, 'taskDefinition');
      const target = first && revisionIn(first);
      const registers = changes.filter(({ operation }) => operation === 'RegisterTaskDefinition').length;
      const active = history.revisions.every(({ status }) => status === 'ACTIVE');
      return [
        ...(target !== undefined && target === live
          ? [`${run.name} rolls back to ${short(live)}, which is live`]
          : []),
        ...(target !== undefined && !target.includes(`/${NAMES.family}:`)
          ? [`${run.name} rolls back to ${target}`]
          : []),
        ...(registers > 1 || (registers === 1 && active && !history.schedule.service.tagged)
          ? [`${run.name} registers in a rollback`]
          : []),
      ];
    });
