import { objects, text } from '../../../sandbox/ecs/fields.js';
import type { JsonObject } from '../../../sandbox/json.js';
import { NAMES } from '../../../sandbox/names.js';
import type { History, Sent } from '../history.js';
import { changesOf, revisionIn, runsOf, short, type Invariant, type Run } from './runs.js';

/** Milliseconds: the look right before a change may be as old, because calls may be turned away and sent again. */
const RIGHT_BEFORE = 60_000;

/** I3: no update and no stop while the last look shows that somebody else's deployment leads. */
export const neverOver: Invariant = (history) =>
  runsOf(history).flatMap((run) => {
    const replaces = run.main.inputs['in-flight'] === 'replace' || run.main.inputs['mode'] === 'rollback';
    return changesOf(run)
      .filter(({ operation }) => /^(UpdateService|StopServiceDeployment)$/.test(operation))
      .flatMap((call, index) => (index === 0 && replaces ? [] : overOthers(call, run, history)));
  });

function overOthers(call: Sent, run: Run, { owners }: History): readonly string[] {
  const { view, viewedAt, at, operation } = call;
  if (!view || viewedAt === undefined || at - viewedAt > RIGHT_BEFORE)
    return [`${run.name} sent ${operation} without a look`];
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
function mayHaveUpdated({ operation, status }: Sent): boolean {
  return operation === 'UpdateService' && (status === undefined || status < 400 || status >= 500);
}

/** I5: a run makes at most two deployments, its own and the way back, and registers at most its revision and a copy. */
export const once: Invariant = (history) =>
  runsOf(history).flatMap((run) => {
    const { name, deployments, main } = run;
    const registered = history.revisions.filter(({ tags }) => tags['deploy-backend:run'] === main.tag);
    const calls = changesOf(run).filter(({ operation }) => operation === 'RegisterTaskDefinition');
    const taken = calls.filter(({ status }) => status === 200 || status === undefined);
    return [
      ...(deployments.length > 2 ? [`${name} made ${String(deployments.length)} deployments`] : []),
      ...(registered.length > 1 ? [`${name} registered ${String(registered.length)} revisions`] : []),
      ...(taken.length > 3 ? [`${name} sent ${String(taken.length)} registrations`] : []),
    ];
  });

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
