import { DeployError } from '../../src/errors.js';
import type { Outcome } from '../../src/outcome.js';
import type { AwsRequest, AwsTransport, World } from '../../src/world.js';
import { runOf } from '../../src/model/run-tags.js';
import { text as textAt } from '../../sandbox/ecs/fields.js';
import type { JsonObject } from '../../sandbox/json.js';
import { inputs, memoryFiles, memoryLog } from '../world.js';
import type { ProcessRecord, Sent, Truth } from './history.js';
import type { Stage } from './stage.js';
import { truthOf } from './truth.js';

/** Milliseconds from SIGINT to SIGKILL: 7.5 s to SIGTERM and 2.5 s more (the runner's ProcessInvoker.cs). */
const GRACE = 10_000;

/** What a process is made with. */
export interface ProcessWish {
  readonly name: ProcessRecord['name'];
  readonly run: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** Saved by the main process of its run. */
  readonly state?: ReadonlyMap<string, string>;
  /** Called before each call is sent, with its number from 1. */
  readonly beforeCall?: (call: number) => Promise<void>;
}

/** A process of the action that can be cancelled and killed. */
export interface Process {
  readonly world: World;
  cancel(): void;
  kill(): void;
  /** Lets it work until it has ended or is killed. */
  work(action: (world: World) => Promise<Outcome | undefined>): Promise<void>;
  record(): ProcessRecord;
}

/** Another process of the action in the world of a schedule. */
export function makeProcess(stage: Stage, wish: ProcessWish): Process {
  const { clock, cloud } = stage;
  const env = environmentOf(wish);
  const sinks = sinksOf();
  const state = { ...blank(), startedAt: clock.now(), before: truthOf(cloud) };
  let die: () => void = () => undefined;
  const death = new Promise<void>((resolve) => (die = resolve));
  const cancelling = new AbortController();
  const kill = (): void => {
    if (state.endedAt !== undefined) return;
    state.dead = true;
    die();
  };
  const alive = <T>(work: () => T): T | Promise<never> => (state.dead ? never() : work());
  const world: World = {
    ...stage.world,
    env,
    signal: cancelling.signal,
    aws: transport(stage, wish, state, sinks.saved),
    http: (request) => alive(() => stage.world.http(request)),
    clock: {
      now: () => clock.now(),
      monotonic: () => clock.now(),
      sleep: (ms, signal) => alive(() => counted(state, () => stage.world.clock.sleep(ms, signal))),
    },
    files: memoryFiles(sinks.files),
    log: memoryLog(sinks),
    runner: {
      output: (name, value) => alive(() => Promise.resolve(void sinks.outputs.set(name, value))),
      save: (name, value) => alive(() => Promise.resolve(void sinks.saved.set(name, value))),
      summary: (markdown) => alive(() => Promise.resolve(void sinks.summaries.push(markdown))),
    },
  };
  return {
    world,
    kill,
    cancel() {
      if (state.endedAt !== undefined || state.cancelledAt !== undefined) return;
      state.cancelledAt = clock.now();
      cancelling.abort(new DeployError('cancelled', 'The run was cancelled (SIGINT).'));
      clock.after(GRACE, kill);
    },
    async work(action) {
      const ended = action(world).then((outcome) => {
        if (state.dead) return;
        state.outcome = outcome;
        state.endedAt = clock.now();
      });
      await Promise.race([ended, death]);
    },
    record: () => ({
      ...{ name: wish.name, run: wish.run, inputs: wish.inputs, tag: runOf(env) },
      ...sinks,
      ...state,
    }),
  };
}

interface State {
  dead: boolean;
  endedAt: number | undefined;
  cancelledAt: number | undefined;
  outcome: Outcome | undefined;
  sleeping: number;
  readonly calls: Sent[];
  /** Of the service, newest last. */
  readonly views: { readonly at: number; readonly body: string }[];
  lastLook: Truth | undefined;
  lastGood: Truth | undefined;
}

function blank(): State {
  const [endedAt, cancelledAt, outcome, lastLook, lastGood] = [
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ];
  const counts = { sleeping: 0, calls: [], views: [] };
  return { dead: false, endedAt, cancelledAt, outcome, lastLook, lastGood, ...counts };
}

function sinksOf() {
  const lists = { summaries: [], logged: [], warnings: [], errors: [], masked: [], statuses: [] };
  const kept: Record<keyof typeof lists, string[]> = lists;
  return {
    ...kept,
    outputs: new Map<string, string>(),
    saved: new Map<string, string>(),
    files: new Map<string, string>(),
  };
}

const RUN_IDS: Readonly<Record<string, string>> = { main: '7', rival: '8', next: '9' };

function environmentOf({ run, inputs: given, state = new Map<string, string>() }: ProcessWish) {
  return {
    ...inputs(given),
    GITHUB_REPOSITORY: 'o/r',
    GITHUB_RUN_ID: RUN_IDS[run],
    GITHUB_RUN_ATTEMPT: '1',
    ...Object.fromEntries([...state].map(([name, value]) => [`STATE_${name}`, value])),
  };
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}

async function counted<T>(state: State, work: () => Promise<T>): Promise<T> {
  state.sleeping++;
  try {
    return await work();
  } finally {
    state.sleeping--;
  }
}

const CHANGES = /^(?!Describe|List|Get|BatchGet|Filter)/;

/** Sends what the process asks, and keeps what it did and saw. */
function transport(
  stage: Stage,
  { run, beforeCall }: ProcessWish,
  state: State,
  saved: ReadonlyMap<string, string>,
): AwsTransport {
  const sent = stage.world.aws;
  let count = 0;
  const isDead = (): boolean => state.dead;
  return {
    async handle(request, options) {
      if (isDead()) return never();
      await beforeCall?.(++count);
      if (isDead() || !sent) return never();
      const call = {
        ...callOf(request, stage.clock.now(), state, saved),
        status: undefined as number | undefined,
      };
      state.calls.push(call);
      if (call.operation === 'UpdateService')
        stage.pending.push({ run, taskDefinition: textAt(call.input, 'taskDefinition') ?? '' });
      const answer = await sent.handle(request, options);
      call.status = answer.response.statusCode;
      if (call.operation === 'DescribeServices') look(stage, state, answer.response.body);
      return isDead() ? never() : answer;
    },
  };
}

function callOf(request: AwsRequest, at: number, state: State, saved: ReadonlyMap<string, string>): Sent {
  const body = textOf(request.body);
  const operation =
    request.headers['x-amz-target']?.split('.')[1] ?? new URLSearchParams(body).get('Action') ?? '';
  const common = { at, operation, status: undefined };
  if (!CHANGES.test(operation))
    return { ...common, input: {}, view: undefined, viewedAt: undefined, saved: [] };
  const [view, viewedAt] = lastView(state);
  return { ...common, input: JSON.parse(body) as JsonObject, view, viewedAt, saved: [...saved.keys()] };
}

function textOf(body: unknown): string {
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? new TextDecoder().decode(body) : '';
}

function look(stage: Stage, state: State, body: unknown): void {
  const truth = truthOf(stage.cloud);
  state.views.push({ at: truth.at, body: textOf(body) });
  state.lastLook = truth;
  if (isGood(truth)) state.lastGood = truth;
}

/** Whether everything of the leading deployment is as it has to be. */
function isGood({ primary, tasks, desired }: Truth): boolean {
  const own = tasks.filter(({ deployment }) => deployment === primary?.id);
  return (
    primary?.rolloutState === 'COMPLETED' &&
    desired > 0 &&
    own.length === desired &&
    own.every(({ healthy }) => healthy)
  );
}

/** The last answer that told of the service, and when it came. */
function lastView({ views }: State): [JsonObject | undefined, number | undefined] {
  for (const { at, body } of [...views].reverse()) {
    try {
      const { services } = JSON.parse(body) as { readonly services?: readonly JsonObject[] };
      if (services?.[0]) return [services[0], at];
    } catch {
      // It told nothing.
    }
  }
  return [undefined, undefined];
}
