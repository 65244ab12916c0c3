import type { Behaviour } from '../../sandbox/runtime/behaviour.js';
import { builtFrom } from '../../sandbox/runtime/example-answers.js';
import * as programs from '../../sandbox/scenarios/programs.js';

/** How the tasks of an image live. `after` is in milliseconds from the start of the container. */
export interface Fate {
  readonly kind: keyof typeof FATES;
  readonly after: number;
}

/** How tasks live that bring the service back. */
export type WayBackFate = 'fine' | 'cannot-start' | 'crashes';

interface Meaning {
  readonly behaviour: (after: number) => Behaviour;
  /**
   * What it has to come to when nothing else goes wrong: `good` is released, `bad` is rolled back, `told` is bad only for
   * who asks over HTTP, `either` may be seen in time or not.
   */
  readonly ends: 'good' | 'bad' | 'told' | 'either';
}

const CANNOT_PULL =
  'CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref: not found';
const NO_SECRET =
  'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed';
const OOM = 'OutOfMemoryError: Container killed due to memory usage';

/** Every fate by its name. */
export const FATES = {
  good: { behaviour: () => ({}), ends: 'good' },
  'slow-start': { behaviour: (after) => ({ start: after }), ends: 'good' },
  'slow-pull': { behaviour: (after) => ({ pull: after }), ends: 'good' },
  'slow-stop': { behaviour: (after) => ({ stop: { after, exitCode: 0 } }), ends: 'good' },
  crashes: { behaviour: (after) => ({ exit: { after: after % 5_000, exitCode: 1 } }), ends: 'bad' },
  ends: { behaviour: (after) => ({ exit: { after: after % 5_000, exitCode: 0 } }), ends: 'bad' },
  'runs-out-of-memory': {
    behaviour: (after) => ({ exit: { after: after % 5_000, exitCode: 137, reason: OOM } }),
    ends: 'bad',
  },
  'crashes-later': {
    behaviour: (after) => ({ exit: { after: 5_000 + after, exitCode: 1 } }),
    ends: 'either',
  },
  'sick-later': { behaviour: (after) => ({ unhealthyAfter: after }), ends: 'either' },
  sick: { behaviour: () => ({ unhealthyAfter: 0 }), ends: 'told' },
  deaf: { behaviour: () => ({ listens: false }), ends: 'told' },
  'not-pullable': { behaviour: () => ({ failure: CANNOT_PULL }), ends: 'bad' },
  'without-secret': { behaviour: () => ({ failure: NO_SECRET }), ends: 'bad' },
  'tells-other-commit': { behaviour: () => ({ answer: builtFrom('3'.repeat(40)) }), ends: 'told' },
  'tells-two-commits': { behaviour: () => programs.TELLS_TWO_COMMITS.behaviour, ends: 'either' },
  'without-database': { behaviour: () => programs.LACKS_DATABASE.behaviour, ends: 'told' },
} as const satisfies Readonly<Record<string, Meaning>>;

/** The same as the runtime takes it; every task writes what must not be seen anywhere. */
export function behaviourOf({ kind, after }: Fate): Behaviour {
  return { output: CANARY_LINES, ...FATES[kind].behaviour(after) };
}

/** What no sink may hold. */
export const CANARIES: readonly string[] = ['hunter2canary', 'jane.canary@example.com', '078-05-1120'];

const CANARY_LINES: readonly string[] = [
  'starting',
  'ERROR password=hunter2canary rejected',
  'INFO patient jane.canary@example.com, SSN 078-05-1120',
];
