import { objects, text } from '../../../sandbox/ecs/fields.js';
import type { ProcessRecord, Sent } from '../history.js';
import type { Met } from '../interleaving.js';
import { runsOf, short } from './runs.js';

/*
 * What must hold of a meeting beside the invariants of every day, because it is known there who went on when: what a process
 * was told may have been overtaken before its next call, but no more than that.
 */

type MeetingInvariant = (met: Met) => readonly string[];

/** The changes that a process sent, each with its number from 1. */
function changes({ calls }: ProcessRecord, operation: string): readonly (readonly [number, Sent])[] {
  return calls.flatMap((call, index) => (call.operation === operation ? [[index + 1, call] as const] : []));
}

/**
 * I3: ECS has no update that is conditional, so somebody else may come between a look and the update. Whoever led already
 * when the call before the update was sent, though, is seen by it.
 */
const looksRightBefore: MeetingInvariant = ({ processes, moments, owners }) =>
  processes.flatMap((process) => {
    const leaders = new Map(
      moments.flatMap((one) => (one.process === process.name ? [[one.call, one.leader] as const] : [])),
    );
    return changes(process, 'UpdateService').flatMap(([call, { view }]) => {
      const seen = objects(view ?? {}, 'deployments').find(({ status }) => status === 'PRIMARY');
      const leader = leaders.get(call);
      if (leader === undefined || leader === text(seen ?? {}, 'id') || leader !== leaders.get(call - 1))
        return [];
      const owner = owners.get(leader) ?? 'nobody';
      return [`${process.name} sent UpdateService on an old look: ${owner}'s ${short(leader)} led already`];
    });
  });

/** I3: what a run has ECS stop is its own deployment. */
const stopsItsOwn: MeetingInvariant = ({ processes, deployed, owners }) =>
  processes.flatMap((process) =>
    changes(process, 'StopServiceDeployment').flatMap(([, { input, status }]) => {
      const owner = owners.get(deployed.get(text(input, 'serviceDeploymentArn') ?? '') ?? '');
      return status !== 200 || owner === process.run
        ? []
        : [`${process.name} had ECS stop a deployment of ${owner ?? 'nobody'}`];
    }),
  );

/** What a run says of a revision is said of its own, or of a copy that is of no run. */
const tagsItsOwn: MeetingInvariant = ({ processes, revisions }) =>
  processes.flatMap((process) =>
    changes(process, 'TagResource').flatMap(([, { input }]) => {
      const arn = text(input, 'resourceArn');
      const run = revisions.find((one) => one.arn === arn)?.tags['deploy-backend:run'];
      return run === undefined || run === process.tag
        ? []
        : [`${process.name} tagged ${short(arn)} of ${run}`];
    }),
  );

/**
 * I20: what was released stays, unless a person deploys or stops something, or a run says that a person has to look. A run
 * knows of it what its revision said when it looked last for what to go back to.
 */
const winnerStays: MeetingInvariant = (met) => {
  const { events, end } = met;
  const runs = runsOf(met);
  const winners = runs.filter(
    ({ ended, main }) => ended === 'released' && main.outputs.get('changed') === 'true',
  );
  const isKnown = winners.some(({ name, main }) =>
    runs.every((other) => other.name === name || !mayNotKnow(other.main, main, met)),
  );
  const revisions = winners.map(({ main }) => main.outputs.get('task-definition-arn'));
  const isLeftAlone = events.every(({ does }) => ['releases', 'scales', 'stops-task'].includes(does));
  const isSaid = runs.some(({ ended }) => ended === undefined || LOUD.has(ended));
  return !isKnown || !isLeftAlone || isSaid || revisions.includes(end.primary?.taskDefinition)
    ? []
    : [
        `${revisions.map(short).join(' and ')} released, and ${short(end.primary?.taskDefinition)} leads in the end`,
      ];
};

const LOUD: ReadonlySet<string> = new Set(['left-as-is', 'rollback-failed']);

/** Calls from the question what became of the revision before to the update. */
const SINCE_ASKED = 3;

/** Whether a run asked what became of the revision of another one before that had said it, and deployed after it. */
function mayNotKnow(run: ProcessRecord, other: ProcessRecord, { moments }: Met): boolean {
  const sent = (process: ProcessRecord, call: number): number =>
    moments.findIndex((one) => one.process === process.name && one.call === call);
  const [[update] = []] = changes(run, 'UpdateService');
  const [[before] = []] = changes(other, 'UpdateService');
  if (update === undefined || before === undefined || sent(run, update) < sent(other, before)) return false;
  const said = changes(other, 'TagResource').find(([, { input }]) =>
    JSON.stringify(input).includes('"released"'),
  );
  return said === undefined || sent(run, update - SINCE_ASKED) < sent(other, said[0]);
}

/** Every one of them by its name. */
export const MEETING_INVARIANTS: Readonly<Record<string, MeetingInvariant>> = {
  'I3 looks right before': looksRightBefore,
  'I3 stops its own': stopsItsOwn,
  'I3 tags its own': tagsItsOwn,
  'I20 winner stays': winnerStays,
};
