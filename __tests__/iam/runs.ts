import type { Call } from '../../sandbox/cloud.js';
import { ecsOperations } from '../../sandbox/ecs/operations.js';
import type { JsonObject } from '../../sandbox/json.js';
import { NAMES } from '../../sandbox/names.js';
import { builtFrom } from '../../sandbox/runtime/example-answers.js';
import { SCENARIOS, type ScenarioName } from '../../sandbox/scenarios/table.js';
import { run } from '../../src/run.js';
import { runCutOff } from '../src/modes/cut-off.js';
import { EVERY } from '../e2e/every-scenario.js';
import { SCENARIO_TABLE } from '../e2e/scenario-table.js';
import { image, NEW_COMMIT, OLD_COMMIT, readyWorld, type ReadyWorld } from '../ready-world.js';
import { inputs } from '../world.js';
import { buildMachine } from './build-machine.js';
import { policyFor, type Kind, type Policy } from './policies.js';

/** A run, or several, which make calls that a policy has to allow. */
export interface Run {
  readonly name: string;
  readonly kind: Kind;
  /** Plays it where a policy is enforced; resolves with how the runs ended and the calls that they made. */
  readonly play: (policy: Policy) => Promise<Played>;
}

export interface Played {
  readonly outcomes: readonly (string | undefined)[];
  readonly wanted: readonly (string | undefined)[];
  readonly calls: readonly Call[];
}

type Inputs = Readonly<Record<string, string>>;

const HOST = `${NAMES.account}.dkr.ecr.${NAMES.region}.amazonaws.com`;
const WRONG = { answer: builtFrom('9'.repeat(40)) };
const CRASHES = { exit: { after: 1_000, exitCode: 1 } };

const ecs = ({ cloud }: ReadyWorld, operation: string, input: JsonObject) =>
  ecsOperations[operation]!(cloud, { cluster: NAMES.cluster, service: NAMES.service, ...input });
const revision = ({ cloud }: ReadyWorld, number: number) =>
  cloud.ecs.families.get(NAMES.family)![number - 1]!;

/** Runs the action under a policy in a world; nothing that was called before counts. */
async function act(there: ReadyWorld, given: Inputs, policy?: Policy): Promise<string> {
  there.cloud.calls.length = 0;
  if (policy) there.cloud.policy = policy;
  const { kind } = await there.during(run({ ...there.world, env: inputs(given) }));
  delete there.cloud.policy;
  return kind;
}

/** Has a release that needs no policy go before. */
const released = (there: ReadyWorld, more: Inputs = {}): Promise<string> => act(there, more);

/** One run in a world that is made ready for it. */
function one(
  name: string,
  kind: Kind,
  wanted: string,
  given: Inputs,
  {
    prepare = () => undefined,
    ...wish
  }: Parameters<typeof readyWorld>[0] & { readonly prepare?: (there: ReadyWorld) => unknown } = {},
): Run {
  return {
    name,
    kind,
    async play(policy) {
      const there = await readyWorld(wish);
      await prepare(there);
      const outcome = await act(there, given, policy);
      return { outcomes: [outcome], wanted: [wanted], calls: [...there.cloud.calls] };
    },
  };
}

/** Limits of the table are of real time, which is not this world's. */
const untimed = (given: Inputs = {}): Inputs =>
  Object.fromEntries(Object.entries(given).filter(([name]) => !name.endsWith('-timeout')));

const scenarios: readonly Run[] = (Object.keys(SCENARIOS) as ScenarioName[])
  .filter((scenario) => EVERY || SCENARIO_TABLE[scenario].always)
  .map((scenario) => ({
    name: `the scenario ${scenario}`,
    kind: 'release',
    async play(policy) {
      const there = await readyWorld({ scenario });
      const calls: Call[] = [];
      const outcomes: string[] = [];
      for (const { inputs: given } of SCENARIO_TABLE[scenario].cases) {
        outcomes.push(await act(there, untimed(given), policy));
        calls.push(...there.cloud.calls);
      }
      return { outcomes, wanted: SCENARIO_TABLE[scenario].cases.map(({ outcome }) => outcome), calls };
    },
  }));

/** The definition of the live revision with a role for its task beside the one for its start. */
function withTaskRole(there: ReadyWorld): void {
  const { family, containerDefinitions, cpu, memory, networkMode, executionRoleArn, runtimePlatform } =
    revision(there, 1).body;
  const taskRoleArn = `arn:aws:iam::${NAMES.account}:role/mentalspace-backend-task`;
  const body = { family, containerDefinitions, cpu, memory, networkMode, executionRoleArn, runtimePlatform };
  there.files.set('td.json', JSON.stringify({ ...body, taskRoleArn, requiresCompatibilities: ['FARGATE'] }));
}

/** Builds, pushes and releases; then once more, which finds the image. */
const building: Run = {
  name: 'a release that builds and pushes, and one that finds what was built',
  kind: 'release',
  async play(policy) {
    const machine = buildMachine(NEW_COMMIT);
    try {
      const there = await readyWorld({ run: machine.run });
      await machine.serve(there.cloud);
      const given = { image: '', 'ecr-repository': NAMES.repository };
      const outcomes = [await act(there, given, policy)];
      const calls = [...there.cloud.calls];
      outcomes.push(await act(there, given, policy));
      return { outcomes, wanted: ['released', 'released'], calls: [...calls, ...there.cloud.calls] };
    } finally {
      machine.close();
    }
  },
};

/** A run that is killed right after a call, and its post step. */
function killed(kind: Kind, given: Inputs, prepare: (there: ReadyWorld) => unknown = () => undefined): Run {
  return {
    name: `a ${kind} that is killed after its update, and its post step`,
    kind,
    async play(policy) {
      const [probe, there] = [await readyWorld(), await readyWorld({ env: inputs(given) })];
      for (const world of [probe, there]) await prepare(world);
      await act(probe, given);
      const call = probe.cloud.calls.findIndex(({ action }) => action === 'ecs:UpdateService') + 3;
      there.cloud.calls.length = 0;
      there.cloud.policy = policy;
      const world = { ...there, world: { ...there.world, env: inputs(given) } };
      const { main, post } = await runCutOff(world, { call, when: 'after', how: 'kill' });
      return {
        outcomes: [main?.kind, post?.kind],
        wanted: [undefined, 'rolled-back'],
        calls: [...there.cloud.calls],
      };
    },
  };
}

const BACK: Inputs = { mode: 'rollback', image: '' };
const onEC2 = { service: { network: 'bridge' } } as const;

const releases: readonly Run[] = [
  ...scenarios,
  building,
  one('a release on EC2', 'release', 'released', {}, onEC2),
  one(
    'a release of a task with two roles',
    'release',
    'released',
    { 'task-definition': 'td.json' },
    { prepare: withTaskRole },
  ),
  one(
    'a release that waits for a rollout in flight',
    'release',
    'released',
    { 'in-flight': 'wait' },
    {
      prepare: (there) => ecs(there, 'UpdateService', { forceNewDeployment: true }),
    },
  ),
  one(
    'a release that replaces a rollout in flight',
    'release',
    'released',
    { 'in-flight': 'replace' },
    {
      prepare: (there) => ecs(there, 'UpdateService', { forceNewDeployment: true }),
    },
  ),
  one(
    'a release that goes back to a pinned copy',
    'release',
    'rolled-back',
    {},
    {
      service: { image: `${HOST}/${NAMES.repository}:v1` },
      prepare: (there) => there.script.set(there.newDigest, WRONG),
    },
  ),
  one(
    'a release that goes back to an equal copy',
    'release',
    'rolled-back',
    {},
    {
      prepare(there) {
        there.script.set(there.newDigest, WRONG);
        there.clock.after(
          10_000,
          () => void ecs(there, 'DeregisterTaskDefinition', { taskDefinition: revision(there, 1).arn }),
        );
      },
    },
  ),
  one(
    'a release after one that was never proven',
    'release',
    'released',
    { image: `${NAMES.repository}:v3` },
    {
      async prepare(there) {
        await released(there);
        const { tags } = revision(there, 2);
        tags.splice(
          tags.findIndex(({ key }) => key === 'deploy-backend:result'),
          1,
        );
        await image(there.cloud, 'v3', '3'.repeat(40));
      },
    },
  ),
  killed('release', {}),
];

const rollbacks: readonly Run[] = [
  one('a rollback to the previous revision', 'rollback', 'rolled-back', BACK, { prepare: released }),
  one(
    'a rollback to a revision',
    'rollback',
    'rolled-back',
    { ...BACK, 'rollback-to': '1' },
    { prepare: released },
  ),
  one(
    'a rollback to a commit',
    'rollback',
    'rolled-back',
    { ...BACK, 'rollback-to': OLD_COMMIT },
    { prepare: released },
  ),
  one('a rollback further back than the history of the service', 'rollback', 'rolled-back', BACK, {
    async prepare(there) {
      await released(there);
      await image(there.cloud, 'v3', '3'.repeat(40));
      await released(there, { image: `${NAMES.repository}:v3` });
      // ECS keeps service deployments for ninety days: only the last one is left.
      there.service().serviceDeployments.splice(1);
    },
  }),
  one('a rollback on EC2', 'rollback', 'rolled-back', BACK, { ...onEC2, prepare: released }),
  one('a rollback out of a stuck rollout', 'rollback', 'rolled-back', BACK, {
    async prepare(there) {
      there.script.set(there.newDigest, { unhealthyAfter: 0 });
      await released(there, { 'auto-rollback': 'false' });
    },
  }),
  one('a rollback whose target fails', 'rollback', 'rollback-failed', BACK, {
    async prepare(there) {
      await released(there);
      there.script.set(there.oldDigest, CRASHES);
    },
  }),
  one(
    'a rollback to a revision with two roles that was deregistered',
    'rollback',
    'rolled-back',
    { ...BACK, 'rollback-to': '2' },
    {
      async prepare(there) {
        withTaskRole(there);
        await released(there, { 'task-definition': 'td.json' });
        await image(there.cloud, 'v3', '3'.repeat(40));
        await released(there, { image: `${NAMES.repository}:v3` });
        await ecs(there, 'DeregisterTaskDefinition', { taskDefinition: revision(there, 2).arn });
      },
    },
  ),
  killed('rollback', BACK, released),
];

const rehearsals: readonly Run[] = [
  one('a dry run of a release', 'dry-run', 'planned', { 'dry-run': 'true' }),
  one('a dry run of a release on EC2', 'dry-run', 'planned', { 'dry-run': 'true' }, onEC2),
  one(
    'a dry run of a release that would build',
    'dry-run',
    'planned',
    { 'dry-run': 'true', image: '', 'ecr-repository': NAMES.repository },
    { run: buildMachine(NEW_COMMIT).run },
  ),
  one(
    'a dry run of a release that would replace a stuck rollout',
    'dry-run',
    'planned',
    { 'dry-run': 'true', 'in-flight': 'replace' },
    { scenario: 'stuck' },
  ),
  one('a dry run of a rollback', 'dry-run', 'planned', { ...BACK, 'dry-run': 'true' }, { prepare: released }),
  one(
    'a dry run of a rollback to a commit',
    'dry-run',
    'planned',
    { ...BACK, 'dry-run': 'true', 'rollback-to': OLD_COMMIT },
    { prepare: released },
  ),
  one(
    'a dry run of a rollback on EC2',
    'dry-run',
    'planned',
    { ...BACK, 'dry-run': 'true' },
    { ...onEC2, prepare: released },
  ),
];

/** Every situation in which the action calls AWS otherwise than in another. */
export const RUNS: readonly Run[] = [...releases, ...rollbacks, ...rehearsals];

/** The runs of a kind under its own policy. */
export async function playAll(kind: Kind): Promise<ReadonlyMap<string, Played>> {
  const policy = policyFor(kind);
  const played = new Map<string, Played>();
  for (const one of RUNS.filter((run) => run.kind === kind)) played.set(one.name, await one.play(policy));
  return played;
}
