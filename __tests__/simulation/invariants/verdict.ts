import type { History, ProcessRecord, Truth } from '../history.js';
import { COMMITS } from '../shelf.js';
import { changesOf, expected, isAlmostQuiet, runsOf, short, type Invariant, type Run } from './runs.js';

/** I1: who says `released` has a deployment that leads, is complete and whose tasks all run and are healthy. */
export const released: Invariant = (history) =>
  runsOf(history)
    .filter(({ ended, main }) => ended === 'released' && main.lastLook !== undefined)
    .flatMap((run) => {
      const { main } = run;
      const told = main.outputs.get('task-definition-arn');
      return [
        ...leadingWith(main.lastLook, told),
        ...(main.lastGood?.primary?.taskDefinition === told
          ? []
          : [`${run.name} is released, but ${short(told)} was never healthy as a whole`]),
        ...(run.main.run === 'main' && expected(history) === 'bad'
          ? [`${run.name} is released, but its tasks ${history.schedule.candidate.kind}`]
          : []),
      ];
    });

function leadingWith(seen: Truth | undefined, revision: string | undefined): readonly string[] {
  const leader = seen?.primary;
  if (leader?.taskDefinition !== revision)
    return [`released, but ${short(leader?.taskDefinition)} leads and not ${short(revision)}`];
  if (leader?.rolloutState !== 'COMPLETED')
    return [`released, but its rollout is ${leader?.rolloutState ?? '-'}`];
  return seen?.desired === 0 ? ['released, but no task is desired'] : [];
}

/** I1: the tasks of a release run the image that it says it released. */
export const releasedImage: Invariant = (history) =>
  runsOf(history)
    .filter(({ ended, main }) => ended === 'released' && main.lastGood !== undefined)
    .flatMap(({ name, main }) => {
      const digest = main.outputs.get('image-digest');
      const others = main.lastGood?.tasks.filter(
        (task) =>
          task.deployment === main.lastGood?.primary?.id &&
          task.digest !== undefined &&
          task.digest !== digest,
      );
      return others?.length ? [`${name} is released, but a task runs ${others[0]?.digest ?? ''}`] : [];
    });

/** I2: a run that says how the service is says what is true, and what it may say after what it did. */
export const failed: Invariant = (history) => runsOf(history).flatMap((run) => stateOf(run, history));

function stateOf(run: Run, history: History): readonly string[] {
  const { name, main, ended, deployments } = run;
  const last = run.post?.outcome ? run.post : main;
  const disturbed =
    history.events.length > 0 || history.processes.some((one) => one.run !== name && one.run !== 'next');
  switch (ended) {
    case 'failed':
      return deployments.length > 0
        ? [`${name} says that nothing was changed, but made ${deployments.join()}`]
        : [];
    case 'rolled-back':
      return main.inputs['mode'] === 'rollback' ? [] : restored(run, last, history);
    case 'left-as-is':
      return main.inputs['auto-rollback'] === 'false' ||
        main.inputs['allow-no-fallback'] === 'true' ||
        !hasFallback(run)
        ? []
        : [`${name} left its change in place, though it has a way back`];
    case 'superseded':
      return disturbed || name === 'next' ? [] : [`${name} is superseded, but nobody else did anything`];
    case 'cancelled':
      return cancelled(run);
    case 'rollback-failed':
      return /aws ecs|release to it|prove/i.test(last.errors.join('\n'))
        ? []
        : [`${name} failed to roll back and tells nobody what to do`];
    default:
      return [];
  }
}

function hasFallback({ main }: Run): boolean {
  const intent = main.saved.get('intent') ?? '';
  return /"fallback":\{/.test(intent);
}

/** A release that is rolled back is on the revision before, or on a copy of it, complete, with the image that ran before. */
function restored({ name, main }: Run, last: ProcessRecord, history: History): readonly string[] {
  const leader = last.lastLook?.primary;
  const before = main.before.primary?.taskDefinition;
  const failedOne = main.outputs.get('task-definition-arn');
  if (leader?.rolloutState !== 'COMPLETED')
    return [`${name} is rolled back, but the rollout is ${leader?.rolloutState ?? '-'}`];
  if (leader.taskDefinition === failedOne && failedOne !== before)
    return [`${name} is rolled back, but ${short(failedOne)} leads`];
  if (name !== 'main' || history.events.length > 0) return [];
  const copy = last.saved.get('undo-target') ?? main.saved.get('undo-target');
  if (leader.taskDefinition !== before && leader.taskDefinition !== copy)
    return [`${name} is rolled back to ${short(leader.taskDefinition)}, and ${short(before)} was live`];
  const ran = new Set(main.before.tasks.map(({ digest }) => digest));
  const others = last.lastGood?.tasks.filter(
    ({ deployment, digest }) => deployment === leader.id && digest !== undefined && !ran.has(digest),
  );
  return others?.length ? [`${name} is rolled back, but a task runs another image than before`] : [];
}

/** A cancelled run changed nothing, has asked for the undo, or says that it does not undo. */
function cancelled(run: Run): readonly string[] {
  const { name, main, post, deployments } = run;
  if (main.cancelledAt === undefined && main.endedAt !== undefined)
    return [`${name} says that it was cancelled, but it was not`];
  if (deployments.length === 0 || main.inputs['mode'] === 'rollback') return [];
  const undone = changesOf(run).filter(({ operation }) =>
    /^(UpdateService|StopServiceDeployment)$/.test(operation),
  ).length;
  const keeps = main.inputs['auto-rollback'] === 'false' || !hasFallback(run);
  if (keeps || undone > 1) return [];
  return post?.endedAt === undefined ? [] : [`${name} was cancelled and its change is left, unsaid`];
}

/** I2, I7: a run that came to its end and left its own deployment leading says so. */
export const leftBehind: Invariant = (history) => {
  const { end, owners, schedule } = history;
  const leader = end.primary;
  const run = runsOf(history).find(({ name }) => leader && owners.get(leader.id) === name);
  if (!run || !leader || run.ended === undefined) return [];
  const isOwn = leader.taskDefinition === run.main.outputs.get('task-definition-arn');
  const mayLead = ['released', 'left-as-is', 'rollback-failed', 'superseded'].includes(run.ended);
  const keeps = (run.post?.outcome ?? run.main.outcome)?.mustLook === true;
  const wasThere = leader.taskDefinition === run.main.before.primary?.taskDefinition;
  if (
    !isOwn ||
    mayLead ||
    keeps ||
    wasThere ||
    run.main.inputs['mode'] === 'rollback' ||
    schedule.cut?.post !== undefined
  )
    return [];
  return [`${run.name} is ${run.ended}, and its ${short(leader.taskDefinition)} leads in the end`];
};

/** On a day on which nothing else happens but faults that pass a good image is released and a bad one rolled back. */
export const quietDay: Invariant = (history) => {
  const { schedule, processes } = history;
  const [main] = processes;
  const plain = [
    'dry-run',
    'aws-account',
    'image',
    'deployment-timeout',
    'rollback-timeout',
    'target-health-timeout',
  ];
  const rollsBack = schedule.inputs['auto-rollback'] !== 'false' && schedule.back === 'fine';
  if (!isAlmostQuiet(history) || plain.some((name) => schedule.inputs[name] !== undefined)) return [];
  if (schedule.mode !== 'release' || !main?.outcome || schedule.service.desiredCount > 4) return [];
  const wanted = { good: 'released', bad: rollsBack ? 'rolled-back' : undefined, either: undefined }[
    expected(history)
  ];
  const { kind, error } = main.outcome;
  return wanted === undefined || kind === wanted
    ? []
    : [
        `nothing but passing faults happened, and it is ${kind} instead of ${wanted}: ${error?.message ?? ''}`,
      ];
};

/** I20: no two runs say that they released, and the last one that says so had the service last. */
export const oneWinner: Invariant = (history) => {
  const winners = runsOf(history).filter(
    ({ ended, main }) => ended === 'released' && main.outputs.get('changed') === 'true',
  );
  const ids = winners.map(({ main }) => main.outputs.get('deployment-id'));
  return new Set(ids).size === ids.length ? [] : [`several runs say that they released ${ids.join()}`];
};

/** I6: the same run again after a success deploys nothing, unless it is told to. */
export const again: Invariant = (history) => {
  const { schedule, events } = history;
  const [first, second] = [
    runsOf(history).find(({ name }) => name === 'main'),
    runsOf(history).find(({ name }) => name === 'next'),
  ];
  if (schedule.next !== 'same' || first?.ended !== 'released' || !second || events.length > 0) return [];
  if (
    schedule.inputs['force-new-deployment'] === 'true' ||
    history.processes.some(({ run }) => run === 'rival')
  )
    return [];
  return second.deployments.length === 0 ? [] : [`the same run again made ${second.deployments.join()}`];
};

/** The commit of an image that was released is told as it is: that of its tag, or of its digest once somebody has moved the tag. */
export const commit: Invariant = (history) =>
  runsOf(history)
    .filter(({ ended, main }) => ended === 'released' && main.inputs['image'] !== undefined)
    .flatMap(({ name, main }) => {
      const tag = main.inputs['image']?.split(':').at(-1) as keyof typeof COMMITS;
      const moved = history.events.some(({ does }) => does === 'moves-tag');
      const digest = main.outputs.get('image-digest') ?? '';
      const truth = moved ? history.commits.get(digest) : COMMITS[tag];
      const told = main.outputs.get('git-sha');
      return truth !== undefined && told === truth
        ? []
        : [`${name} released ${tag} as ${digest} and says that it is ${told ?? 'none'}`];
    });
