import { readDuration } from './duration.js';
import { isChange, isQuiet, runsOf, type Invariant } from './runs.js';

const MINUTE = 60_000;
/** Milliseconds of post, and what one look takes whose every attempt hangs. */
const POST = 4 * MINUTE;
const ONE_LOOK = 6 * 20_000;

/** I11: every run ends in the time that its limits add up to, and leaves nothing that waits. */
export const bounded: Invariant = ({ processes }) =>
  processes.flatMap(({ name, startedAt, endedAt, inputs, sleeping, calls }) => {
    if (endedAt === undefined) return [];
    const given = (input: string, usual: number): number => readDuration(inputs[input]) ?? usual;
    const waits = given('deployment-timeout', 15 * MINUTE) + 2 * given('target-health-timeout', 5 * MINUTE);
    const inFlight = inputs['in-flight'] === 'wait' ? 15 * MINUTE : 0;
    const back = 2 * (given('rollback-timeout', 15 * MINUTE) + 5 * MINUTE);
    const limit = name === 'post' ? POST + 2 * ONE_LOOK : waits + inFlight + back + 10 * MINUTE;
    const late = calls.filter((call) => call.at > endedAt && isChange(call));
    return [
      ...(late.length > 0 ? [`${name} had ended and sent ${late[0]?.operation ?? ''}`] : []),
      ...(endedAt - startedAt > limit
        ? [`${name} took ${String(endedAt - startedAt)} ms of ${String(limit)}`]
        : []),
      ...(sleeping > 0 ? [`${name} left ${String(sleeping)} sleeps behind`] : []),
    ];
  });

/** Milliseconds from SIGINT to the request of the undo, when nothing goes wrong. */
const UNDO_AT_ONCE = 1_500;

/** Goal 9: a cancelled release asks for its undo at once. */
export const undoneAtOnce: Invariant = (history) =>
  runsOf(history).flatMap(({ name, main, deployments }) => {
    const { cancelledAt, calls, inputs } = main;
    const calm = isQuiet({ ...history, schedule: { ...history.schedule, cut: undefined } });
    if (
      cancelledAt === undefined ||
      !calm ||
      inputs['mode'] === 'rollback' ||
      inputs['auto-rollback'] === 'false'
    )
      return [];
    const updates = calls.filter(({ operation, status }) => operation === 'UpdateService' && status === 200);
    const isUnderWay =
      main.saved.has('deployment') &&
      !main.saved.has('finished') &&
      updates.length === 1 &&
      deployments.includes(main.lastLook?.primary?.id ?? '');
    if (!isUnderWay) return [];
    const asked = calls.find(
      ({ operation, at }) =>
        operation === 'StopServiceDeployment' || (at > cancelledAt && operation === 'UpdateService'),
    );
    if (!asked) return main.outcome?.mustLook ? [] : [`${name} was cancelled and never asked for its undo`];
    return asked.at - cancelledAt > UNDO_AT_ONCE
      ? [`${name} asked for its undo after ${String(asked.at - cancelledAt)} ms`]
      : [];
  });

/** Calls that a run may make at its start and at its end, and a second in between. */
const AT_ONCE = 90;
const A_SECOND = 1;

/** I12: no storm of calls. */
export const calm: Invariant = ({ processes }) =>
  processes.flatMap(({ name, startedAt, endedAt, calls }) => {
    const seconds = ((endedAt ?? startedAt) - startedAt) / 1_000;
    const limit = AT_ONCE + A_SECOND * seconds;
    return endedAt !== undefined && calls.length > limit
      ? [`${name} made ${String(calls.length)} calls in ${String(seconds)} s`]
      : [];
  });
