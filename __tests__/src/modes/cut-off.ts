import { DeployError } from '../../../src/errors.js';
import type { Outcome } from '../../../src/outcome.js';
import { finish, run } from '../../../src/run.js';
import type { AwsRequest, AwsTransport, World } from '../../../src/world.js';
import type { ReadyWorld } from '../../ready-world.js';

/** At which call of AWS a run is cut off: right before it is sent, or right after it was carried out. */
export interface Cut {
  /** Counted from 1. */
  readonly call: number;
  readonly when: 'before' | 'after';
  /** A cancel lets the run end by itself within seconds; a kill does not. */
  readonly how: 'cancel' | 'kill';
}

/** How main and post ended. */
export interface CutOff {
  /** Undefined when the run was killed, or ended before the cut. */
  readonly main: Outcome | undefined;
  readonly post: Outcome | undefined;
  /** The call at which it was cut, such as `UpdateService`; undefined when there were fewer. */
  readonly at: string | undefined;
}

const nameOf = ({ headers, body }: AwsRequest): string =>
  headers['x-amz-target']?.split('.')[1] ??
  new URLSearchParams(typeof body === 'string' ? body : '').get('Action') ??
  '';

/** Runs main, cuts it off, and lets post run as the runner does, with what main had saved by then. */
export async function runCutOff(
  there: ReadyWorld,
  { call, when, how }: Cut,
  between: () => unknown = () => undefined,
): Promise<CutOff> {
  const saved = new Map<string, string>();
  const cut = { at: undefined as string | undefined, dead: false };
  const cancel = new AbortController();
  let count = 0;
  let died: (none: undefined) => void = () => undefined;
  const death = new Promise<undefined>((resolve) => (died = resolve));
  const strike = (name: string): void => {
    cut.at = name;
    if (how === 'cancel') cancel.abort(new DeployError('cancelled', 'The run was cancelled (SIGINT).'));
    else {
      cut.dead = true;
      died(undefined);
    }
  };
  const never = (): Promise<never> => new Promise(() => undefined);
  const isDead = (): boolean => cut.dead;
  const alive = there.world.aws!;
  const aws: AwsTransport = {
    async handle(request, options) {
      if (isDead()) return never();
      const mine = ++count === call;
      if (mine && when === 'before') strike(nameOf(request));
      if (isDead()) return never();
      const answer = await alive.handle(request, options);
      if (mine && when === 'after') strike(nameOf(request));
      return isDead() ? never() : answer;
    },
  };
  const world: World = {
    ...there.world,
    aws,
    signal: cancel.signal,
    runner: {
      ...there.world.runner,
      save(name, value) {
        if (!cut.dead) saved.set(name, value);
        return Promise.resolve();
      },
    },
    http: (request) => (cut.dead ? never() : there.world.http(request)),
    clock: {
      ...there.world.clock,
      now: () => there.clock.now(),
      monotonic: () => there.clock.now(),
      sleep: (ms, signal) => (cut.dead ? never() : there.world.clock.sleep(ms, signal)),
    },
  };
  const main = await there.during(Promise.race([run(world), death]));
  await between();
  const state = Object.fromEntries([...saved].map(([name, value]) => [`STATE_${name}`, value]));
  const post = await there.during(finish({ ...there.world, env: { ...there.world.env, ...state } }));
  return { main, post, at: cut.at };
}
