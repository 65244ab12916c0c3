import { DeployError } from '../../src/errors.js';
import type { Outcome } from '../../src/outcome.js';
import type { AwsRequest, AwsTransport, World } from '../../src/world.js';
import { runOf } from '../../src/model/run-tags.js';
import { objects, text as textAt } from '../../sandbox/ecs/fields.js';
import type { JsonObject } from '../../sandbox/json.js';
import { inputs, memoryFiles, memoryLog } from '../world.js';
import { authorizationsOf } from '../../sandbox/iam/authorization.js';
import type { AuthorizationRequest } from '../../sandbox/iam/policy.js';
import { NAMES } from '../../sandbox/names.js';
import { directCalls, SERVICES, type Direct } from './direct.js';
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
  const told = {
    files: memoryFiles(sinks.files),
    runner: {
      output: (name, value) => alive(() => Promise.resolve(void sinks.outputs.set(name, value))),
      save: (name, value) => alive(() => Promise.resolve(void sinks.saved.set(name, value))),
      summary: (markdown) => alive(() => Promise.resolve(void sinks.summaries.push(markdown))),
    },
  } satisfies Pick<World, 'files' | 'runner'>;
  const world: World = {
    ...stage.world,
    env,
    signal: cancelling.signal,
    aws: transport(stage, wish, state, sinks.saved),
    http: (request) => alive(() => stage.world.http(request)),
    clock: {
      // As a machine's clock gives it, in whole milliseconds.
      now: () => Math.floor(clock.now()),
      monotonic: () => Math.floor(clock.now()),
      sleep: (ms, signal) => alive(() => counted(state, () => stage.world.clock.sleep(ms, signal))),
    },
    log: memoryLog(sinks),
    ...(stage.schedule.told === 'nowhere' ? withoutSpace(told) : told),
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

/** The same where the disk is full; what is saved for post is a file of its own. */
function withoutSpace({ files, runner }: Pick<World, 'files' | 'runner'>): Pick<World, 'files' | 'runner'> {
  const full = (): Promise<never> => Promise.reject(new Error('ENOSPC: no space left on device, write'));
  return {
    files: { ...files, write: full, create: full },
    runner: { ...runner, output: full, summary: full },
  };
}

interface State {
  dead: boolean;
  endedAt: number | undefined;
  cancelledAt: number | undefined;
  outcome: Outcome | undefined;
  sleeping: number;
  whole: number;
  readonly calls: Sent[];
  readonly asked: Map<string, AuthorizationRequest>;
  /** The last answer that told of the service. */
  view: { readonly at: number; readonly service: JsonObject } | undefined;
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
  const counts = { sleeping: 0, whole: 0, calls: [], asked: new Map(), view: undefined };
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

/** Sends what the process asks, and keeps what it did and saw. */
function transport(
  stage: Stage,
  wish: ProcessWish,
  state: State,
  saved: ReadonlyMap<string, string>,
): AwsTransport & Direct {
  const wire = stage.world.aws;
  const direct = stage.schedule.wired ? () => undefined : directCalls(stage.cloud);
  let count = 0;
  const isDead = (): boolean => state.dead;
  const carry = async <Answer extends Answered>(
    asked: Asked,
    send: () => Promise<Answer>,
  ): Promise<Answer> => {
    if (isDead()) return never();
    await wish.beforeCall?.(++count);
    if (isDead()) return never();
    const call = {
      ...callOf(asked, stage.clock.now(), state, saved),
      status: undefined as number | undefined,
    };
    state.calls.push(call);
    keepAsked(asked, state);
    const update = { run: wish.run, taskDefinition: textAt(call.input, 'taskDefinition') ?? '' };
    if (call.operation === 'UpdateService') stage.pending.push(update);
    const answered = (status: number): void => {
      call.status = status;
      // Refused, or carried out and claimed already.
      if (stage.pending.includes(update)) stage.pending.splice(stage.pending.indexOf(update), 1);
    };
    const answer = await send().catch((error: unknown) => {
      const status = refusedWith(error);
      if (status !== undefined) answered(status);
      throw error;
    });
    answered(answer.status);
    if (call.operation === 'DescribeServices') look(stage, state, answer.told);
    return isDead() ? never() : answer;
  };
  return {
    async handle(request, options) {
      if (!wire) return never();
      state.whole++;
      const { response } = await carry(askedBy(request), async () => {
        const answer = await wire.handle(request, options);
        const { statusCode, body } = answer.response;
        return { response: answer.response, status: statusCode, told: () => bodyOf(textOf(body)) };
      });
      return { response };
    },
    direct(service, operation) {
      const send = direct(service, operation);
      return (
        send &&
        ((input) =>
          carry({ service: SERVICES[service]?.[0] ?? '', operation, input: () => input }, () => send(input)))
      );
    },
  };
}

/** The status of an answer that is an error in the shape of the SDK; undefined where there was none. */
function refusedWith(error: unknown): number | undefined {
  return (error as { readonly $metadata?: { readonly httpStatusCode?: number } }).$metadata?.httpStatusCode;
}

/** What came back, as far as it is kept. */
interface Answered {
  readonly status: number;
  readonly told: () => JsonObject | undefined;
}

/** A call before it is sent. */
interface Asked {
  /** As IAM names it: `ecs`. */
  readonly service: string;
  readonly operation: string;
  readonly input: () => JsonObject;
}

function askedBy({ headers, body }: AwsRequest): Asked {
  const text = textOf(body);
  const operation = headers['x-amz-target']?.split('.')[1] ?? new URLSearchParams(text).get('Action') ?? '';
  // Requests are signed for the service that they are for (AWS Signature Version 4, "credential scope").
  const [, , , service = ''] =
    /Credential=([^,]+)/.exec(headers['authorization'] ?? '')?.[1]?.split('/') ?? [];
  return { service, operation, input: () => bodyOf(text) ?? {} };
}

/** Keeps what a call asks of the policies of its caller. */
function keepAsked({ service, operation, input }: Asked, { asked }: State): void {
  for (const request of authorizationsOf(NAMES, { action: `${service}:${operation}`, input: input() }))
    asked.set(`${request.action} ${request.resource} ${Object.values(request.context).join(' ')}`, request);
}

const CHANGES = /^(?!Describe|List|Get|BatchGet|Filter)/;

function callOf(
  { operation, input }: Asked,
  at: number,
  { view }: State,
  saved: ReadonlyMap<string, string>,
): Sent {
  const common = { at, operation, status: undefined };
  if (!CHANGES.test(operation))
    return { ...common, input: {}, view: undefined, viewedAt: undefined, saved: [] };
  return { ...common, input: input(), view: view?.service, viewedAt: view?.at, saved: [...saved.keys()] };
}

function textOf(body: unknown): string {
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? new TextDecoder().decode(body) : '';
}

/** The JSON object that a text is; undefined for anything else. */
function bodyOf(text: string): JsonObject | undefined {
  try {
    return JSON.parse(text) as JsonObject;
  } catch {
    return undefined;
  }
}

function look(stage: Stage, state: State, told: () => JsonObject | undefined): void {
  const truth = truthOf(stage.cloud);
  state.lastLook = truth;
  if (isGood(truth)) state.lastGood = truth;
  const [service] = objects(told() ?? {}, 'services');
  if (service) state.view = { at: truth.at, service };
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
