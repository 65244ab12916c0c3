import type { Scheduler } from 'fast-check';
import type { VirtualClock } from '../../sandbox/clock.js';
import { readyService } from '../../sandbox/scenarios/release.js';
import { finish, run } from '../../src/run.js';
import type { World } from '../../src/world.js';
import type { Direct } from './direct.js';
import { behaviourOf, type Fate } from './fates.js';
import type { History, ProcessRecord } from './history.js';
import { anotherRelease, inputsOf, play } from './play.js';
import { makeProcess, type Process, type ProcessWish } from './process.js';
import type { Other, Schedule } from './schedule.js';
import type { Shelf } from './shelf.js';
import { act, type Stage } from './stage.js';

/*
 * Two releases and a person at one service, and a scheduler that decides at every await of the world who of them goes on:
 * before each call of AWS and after its answer, after each sleep, around each HTTP request, and before whatever the person
 * does.
 */

/** What meets at one service. Among the others of the schedule is the second release; its cut is a person's, too. */
export interface Meeting {
  readonly schedule: Schedule;
  /** How tasks of the image of the second release live. */
  readonly rival: Fate;
  /** Whether time may pass while somebody could go on: calls take time then. Else it stands still as long as anybody can. */
  readonly timeFlows: boolean;
}

/** A played meeting. */
export interface Met extends History {
  /** What was true right before each call, in the order in which they were sent. */
  readonly moments: readonly Moment[];
  /** The deployments by the service revisions that they deploy, and those by the service deployments. */
  readonly deployed: ReadonlyMap<string, string>;
}

/** Right before a process sends a call. */
export interface Moment {
  readonly process: ProcessRecord['name'];
  /** Of the process, from 1. */
  readonly call: number;
  /** Id of the deployment that leads. */
  readonly leader: string | undefined;
}

/** Milliseconds that a pick of time lets pass at most. */
const PASSING = 1_000;

/** Lets them meet. */
export async function meet(
  { schedule, rival, timeFlows }: Meeting,
  scheduler: Scheduler,
  shelf: Shelf,
): Promise<Met> {
  const moments: Moment[] = [];
  const deployed = new Map<string, string>();
  const history = await play(schedule, shelf, async (stage, processes) => {
    stage.script.set(shelf.digests.v4, behaviourOf(rival));
    const there = { stage, processes, scheduler, moments, deployed };
    await during(dayOf(there), stage.clock, scheduler, timeFlows);
    keepDeployed(there);
  });
  return { ...history, moments, deployed };
}

interface There {
  readonly stage: Stage;
  readonly processes: Process[];
  readonly scheduler: Scheduler;
  readonly moments: Moment[];
  readonly deployed: Map<string, string>;
}

/** Lets go on whom the scheduler picks, and time where nobody is left or time is picked. */
async function during(
  work: Promise<void>,
  clock: VirtualClock,
  scheduler: Scheduler,
  timeFlows: boolean,
): Promise<void> {
  const state = { settled: false, timeWaits: false, timePicked: false };
  const done = work.finally(() => (state.settled = true));
  done.catch(() => undefined);
  const letTimeWait = (): void => {
    state.timeWaits = true;
    void scheduler.schedule(Promise.resolve(), 'time').then(() => (state.timePicked = true));
  };
  for (;;) {
    await new Promise((resolve) => setImmediate(resolve));
    if (state.settled) return done;
    const next = clock.untilNext();
    if (scheduler.count() === Number(state.timeWaits)) {
      if (next === undefined) throw new Error('Nobody goes on, and nothing is waited for.');
      await clock.advance(next);
      continue;
    }
    if (timeFlows && !state.timeWaits) letTimeWait();
    await scheduler.waitNext(1);
    if (!state.timePicked) continue;
    [state.timeWaits, state.timePicked] = [false, false];
    await clock.advance(Math.min(next ?? 0, PASSING));
  }
}

async function dayOf(there: There): Promise<void> {
  const { stage } = there;
  const { schedule, clock } = stage;
  const main = processOf(there, { name: 'main', run: 'main', inputs: inputsOf(schedule) });
  const others = schedule.others.map(async (other) => {
    await comesTo(there, other.at, other.does);
    await act(stage, other);
    if (other.does === 'releases') await rivalOf(there, other);
  });
  const cut = async (): Promise<void> => {
    if (!schedule.cut) return;
    await comesTo(there, schedule.cut.at, schedule.cut.how);
    if (schedule.cut.how === 'cancel') main.cancel();
    else main.kill();
  };
  const mainRun = async (): Promise<void> => {
    await main.work((world) => run(inTurns(there, 'main', world)));
    const { inputs, saved } = main.record();
    const post = processOf(there, { name: 'post', run: 'main', inputs, state: new Map(saved) });
    await post.work((world) => finish(inTurns(there, 'post', world)));
  };
  await Promise.all([mainRun(), cut(), ...others]);

  async function comesTo({ scheduler }: There, at: Other['at'], does: string): Promise<void> {
    if ('after' in at) await new Promise<void>((resolve) => void clock.after(at.after, resolve));
    await scheduler.schedule(Promise.resolve(), `person ${does}`);
  }
}

async function rivalOf(there: There, { to }: Other): Promise<void> {
  const inFlight = to === 1 ? 'replace' : 'refuse';
  const inputs = { ...anotherRelease(there.stage.schedule), 'in-flight': inFlight };
  const rival = processOf(there, { name: 'rival', run: 'rival', inputs });
  await rival.work((world) => run(inTurns(there, 'rival', world)));
}

/** A process whose calls are sent only when it is its turn. */
function processOf(there: There, wish: ProcessWish): Process {
  const { stage, scheduler, moments } = there;
  const { name } = wish;
  const made = makeProcess(stage, {
    ...wish,
    async beforeCall(call) {
      await scheduler.schedule(Promise.resolve(), `${name} sends call ${String(call)}`);
      keepDeployed(there);
      const leader = readyService(stage.cloud)?.deployments.find(({ status }) => status === 'PRIMARY');
      moments.push({ process: name, call, leader: leader?.id });
    },
  });
  there.processes.push(made);
  return made;
}

function keepDeployed({ stage, deployed }: There): void {
  const { deployments = [], serviceDeployments = [] } = readyService(stage.cloud) ?? {};
  for (const { id, serviceRevision } of deployments)
    if (!deployed.has(serviceRevision)) deployed.set(serviceRevision, id);
  for (const { arn, targetRevision } of serviceDeployments) {
    const id = deployed.get(targetRevision);
    if (id !== undefined) deployed.set(arn, id);
  }
}

/** The world of a process that goes on after each await only when it is its turn. */
function inTurns({ scheduler }: There, name: string, world: World): World {
  const turn = (what: string): Promise<void> => scheduler.schedule(Promise.resolve(), `${name} ${what}`);
  const heard = async <Answer>(answer: Promise<Answer>, what: string): Promise<Answer> => {
    try {
      return await answer;
    } finally {
      await turn(what);
    }
  };
  const aws = world.aws as World['aws'] & Direct;
  return {
    ...world,
    aws: {
      handle: (request, options) => heard(aws.handle(request, options), 'hears'),
      direct(...call: Parameters<Direct['direct']>) {
        const send = aws.direct(...call);
        return send && ((input) => heard(send(input), 'hears'));
      },
    } as World['aws'] & Direct,
    clock: { ...world.clock, sleep: (...given) => heard(world.clock.sleep(...given), 'wakes') },
    async http(request) {
      await turn('asks');
      return heard(world.http(request), 'is told');
    },
  };
}
