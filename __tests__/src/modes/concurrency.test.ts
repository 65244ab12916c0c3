import { describe, expect, it } from '@jest/globals';
import { ecsOperations } from '../../../sandbox/ecs/operations.js';
import { NAMES } from '../../../sandbox/names.js';
import { builtFrom } from '../../../sandbox/runtime/example-answers.js';
import { deployCopy } from '../../../sandbox/scenarios/release.js';
import type { Outcome } from '../../../src/outcome.js';
import { run } from '../../../src/run.js';
import { changes, image, readyWorld, type ReadyWorld } from '../../ready-world.js';
import { takeShortCuts } from '../../simulation/direct.js';
import { inputs } from '../../world.js';

takeShortCuts();

const THIRD = '3'.repeat(40);
const RUN = { GITHUB_REPOSITORY: 'o/r', GITHUB_RUN_ATTEMPT: '1' };

/** A run on the same account, as another job would make it. */
function another({ world }: ReadyWorld, tag: string, id: string, more: Record<string, string> = {}) {
  const outputs = new Map<string, string>();
  const runner = {
    ...world.runner,
    output: (name: string, value: string) => Promise.resolve(void outputs.set(name, value)),
  };
  const given = inputs({ image: `${NAMES.repository}:${tag}`, ...more });
  const env = { ...given, ...RUN, GITHUB_RUN_ID: id };
  return { world: { ...world, env, runner }, outputs };
}

const live = (there: ReadyWorld): string | undefined => there.service().deployments[0]?.id;

async function inTwo(there: ReadyWorld, delay: number, inFlight: string) {
  const [one, other] = [
    another(there, 'v2', '1', { 'in-flight': inFlight }),
    another(there, 'v3', '2', { 'in-flight': inFlight }),
  ];
  const later = there.world.clock.sleep(delay).then(() => run(other.world));
  const ended = await there.during(Promise.all([run(one.world), later]));
  return { ended, ids: [one.outputs.get('deployment-id'), other.outputs.get('deployment-id')] };
}

describe('two releases of a service at once', () => {
  it.each([0, 1, 4_000, 20_000, 40_000, 60_000])(
    'end with one success, which is live, and the other touches nothing of it (%d ms apart)',
    async (delay) => {
      for (const inFlight of ['refuse', 'replace']) {
        const there = await readyWorld();
        await image(there.cloud, 'v3', THIRD);
        const { ended, ids } = await inTwo(there, delay, inFlight);
        await there.clock.advance(600_000);
        const kinds = ended.map(({ kind }) => kind);
        const winner = ids.indexOf(live(there));
        expect([inFlight, kinds, winner >= 0]).toEqual([inFlight, kinds, true]);
        expect([inFlight, kinds[winner]]).toEqual([inFlight, 'released']);
        const loser = ended[1 - winner]!;
        expect(allowed(loser)).toBe(true);
        expect(changes(there.cloud).filter((action) => action === 'ecs:StopServiceDeployment')).toEqual([]);
      }
    },
  );

  /** The other one was overtaken, refused before it began, or was done before. */
  const allowed = ({ kind, error }: Outcome): boolean =>
    kind === 'superseded' || error?.code === 'rollout-in-flight' || kind === 'released';
});

describe('a release that replaces a rollout in flight and fails', () => {
  /** Until it registers its revision, as a build may take long. */
  const slowly = ({ world, ...rest }: ReturnType<typeof another>, ms: number) => ({
    ...rest,
    world: {
      ...world,
      aws: {
        async handle(...[request, options]: Parameters<NonNullable<typeof world.aws>['handle']>) {
          if (request.headers['x-amz-target']?.endsWith('.RegisterTaskDefinition'))
            await world.clock.sleep(ms);
          return world.aws!.handle(request, options);
        },
      },
    },
  });
  const leading = (there: ReadyWorld): string | undefined => there.service().deployments[0]?.taskDefinition;
  const WRONG = { answer: builtFrom('9'.repeat(40)) };

  it('goes back to what was released while it was built, and not further', async () => {
    const there = await readyWorld();
    there.script.set(await image(there.cloud, 'v3', THIRD), WRONG);
    const one = another(there, 'v2', '1');
    const other = slowly(another(there, 'v3', '2', { 'in-flight': 'replace' }), 120_000);
    const later = there.world.clock.sleep(4_000).then(() => run(other.world));
    const ended = await there.during(Promise.all([run(one.world), later]));
    expect(ended.map(({ kind }) => kind)).toEqual(['released', 'rolled-back']);
    await there.clock.advance(600_000);
    expect(leading(there)).toBe(one.outputs.get('task-definition-arn'));
  });

  it('goes back to what a person deployed while it was built, once that is complete', async () => {
    const there = await readyWorld();
    there.script.set(await image(there.cloud, 'v3', THIRD), WRONG);
    await deployCopy(there.cloud, () => ({
      image: `${there.cloud.ecr.host}/${NAMES.repository}@${there.newDigest}`,
    }));
    const theirs = leading(there);
    const other = slowly(another(there, 'v3', '2', { 'in-flight': 'replace' }), 120_000);
    expect(await there.during(run(other.world))).toMatchObject({ kind: 'rolled-back' });
    await there.clock.advance(600_000);
    expect(leading(there)).toBe(theirs);
  });

  it('goes back to what was complete before where the rollout is not complete yet', async () => {
    const there = await readyWorld();
    there.script.set(await image(there.cloud, 'v3', THIRD), WRONG);
    const before = leading(there);
    there.script.set(there.newDigest, { start: 300_000 });
    await deployCopy(there.cloud, () => ({
      image: `${there.cloud.ecr.host}/${NAMES.repository}@${there.newDigest}`,
    }));
    const other = slowly(another(there, 'v3', '2', { 'in-flight': 'replace' }), 1_000);
    expect(await there.during(run(other.world))).toMatchObject({ kind: 'rolled-back' });
    await there.clock.advance(600_000);
    expect(leading(there)).toBe(before);
  });
});

describe('a release whose deployment is complete', () => {
  it.each(['health', 'identity', 'smoke'])(
    'is superseded by a person who deploys during %s',
    async (step) => {
      const there = await readyWorld({ env: inputs() });
      let deployed = false;
      const log = {
        ...there.world.log,
        group(title: string) {
          there.world.log.group(title);
          if (title !== step || deployed) return;
          deployed = true;
          void ecsOperations['UpdateService']!(there.cloud, {
            cluster: NAMES.cluster,
            service: NAMES.service,
            taskDefinition: `${NAMES.family}:1`,
          });
        },
      };
      const outcome = await there.during(run({ ...there.world, log }));
      expect(outcome).toMatchObject({ kind: 'superseded', error: { code: 'superseded' } });
      expect(changes(there.cloud)).toEqual(['ecs:RegisterTaskDefinition', 'ecs:UpdateService']);
      const tags = there.cloud.ecs.families.get(NAMES.family)![1]!.tags.map(({ key }) => key);
      expect(tags).not.toContain('deploy-backend:result');
    },
  );
});

describe('a release while a person changes the service by hand', () => {
  it.each([0, 2_000, 10_000, 25_000, 40_000])(
    'never rolls back over it (%d ms after the start)',
    async (delay) => {
      const there = await readyWorld({ env: inputs() });
      there.clock.after(
        delay,
        () =>
          void ecsOperations['UpdateService']!(there.cloud, {
            cluster: NAMES.cluster,
            service: NAMES.service,
            forceNewDeployment: true,
          }),
      );
      const outcome = await there.during(run(there.world));
      const [own, leader] = [there.outputs.get('deployment-id'), live(there)];
      await there.clock.advance(600_000);
      if (outcome.kind === 'released') expect(leader).toBe(own);
      else expect(outcome.kind === 'superseded' || outcome.error?.code === 'rollout-in-flight').toBe(true);
      const updates = changes(there.cloud).filter((action) => /UpdateService|StopService/.test(action));
      expect(updates.length).toBeLessThanOrEqual(1);
    },
  );
});

describe('a rollback that first copies the revision before', () => {
  it('touches no deployment that a person started meanwhile', async () => {
    const there = await readyWorld({
      env: inputs(),
      service: { image: `${NAMES.account}.dkr.ecr.${NAMES.region}.amazonaws.com/${NAMES.repository}:v1` },
    });
    there.script.set(there.newDigest, { answer: builtFrom('9'.repeat(40)) });
    let registered = 0;
    there.cloud.afterCall.push(({ action }) => {
      if (action !== 'ecs:RegisterTaskDefinition' || ++registered !== 2) return;
      void ecsOperations['UpdateService']!(there.cloud, {
        cluster: NAMES.cluster,
        service: NAMES.service,
        forceNewDeployment: true,
      });
    });
    const outcome = await there.during(run(there.world));
    expect(registered).toBe(2);
    expect(outcome).toMatchObject({ kind: 'superseded' });
    expect(changes(there.cloud).filter((action) => action === 'ecs:UpdateService')).toHaveLength(1);
  });
});

describe('an update of the service that AWS turned away unseen', () => {
  const redeploy = ({ cloud }: ReadyWorld): void =>
    void ecsOperations['UpdateService']!(cloud, {
      cluster: NAMES.cluster,
      service: NAMES.service,
      forceNewDeployment: true,
    });

  /** A world in which something happens while the answer to the n-th update, counted from 1, is on its way. */
  const atUpdate = (there: ReadyWorld, at: number, happens: () => void): ReadyWorld['world'] => {
    let updates = 0;
    return {
      ...there.world,
      aws: {
        async handle(...[request, options]: Parameters<NonNullable<typeof there.world.aws>['handle']>) {
          const answer = await there.world.aws!.handle(request, options);
          if (request.headers['x-amz-target']?.endsWith('.UpdateService') && ++updates === at) happens();
          return answer;
        },
      },
    };
  };
  const updates = (there: ReadyWorld): number =>
    changes(there.cloud).filter((action) => action === 'ecs:UpdateService').length;

  it.each(['throttle', 'skew'] as const)(
    'is not sent again over what a person deployed meanwhile (%s)',
    async (kind) => {
      const there = await readyWorld({ env: inputs() });
      there.cloud.faults.push({ action: 'ecs:UpdateService', kind, times: 1 });
      const outcome = await there.during(run(atUpdate(there, 1, () => redeploy(there))));
      expect(outcome).toMatchObject({ kind: 'superseded', error: { code: 'superseded' } });
      expect(updates(there)).toBe(1);
      expect(there.outputs.get('changed')).not.toBe('true');
      expect(there.service().deployments[0]!.taskDefinition).toMatch(/:1$/);
    },
  );

  it('is sent again over it by a release that replaces what is in flight', async () => {
    const there = await readyWorld({ env: inputs({ 'in-flight': 'replace' }) });
    there.cloud.faults.push({ action: 'ecs:UpdateService', kind: 'throttle', times: 1 });
    const outcome = await there.during(run(atUpdate(there, 1, () => redeploy(there))));
    expect(outcome).toMatchObject({ kind: 'released' });
    expect(updates(there)).toBe(2);
  });

  it('is not sent again by a rollback over what a person deployed meanwhile', async () => {
    const there = await readyWorld({ env: inputs() });
    there.script.set(there.newDigest, { answer: builtFrom('9'.repeat(40)) });
    there.cloud.faults.push({ action: 'ecs:UpdateService', kind: 'throttle', after: 1, times: 1 });
    const outcome = await there.during(run(atUpdate(there, 2, () => redeploy(there))));
    expect(outcome).toMatchObject({ kind: 'superseded', error: { code: 'superseded' } });
    expect(updates(there)).toBe(2);
  });

  it('is sent again by a rollback where nobody came between', async () => {
    const there = await readyWorld({ env: inputs() });
    there.script.set(there.newDigest, { answer: builtFrom('9'.repeat(40)) });
    there.cloud.faults.push({ action: 'ecs:UpdateService', kind: 'throttle', after: 1, times: 2 });
    expect(await there.during(run(there.world))).toMatchObject({ kind: 'rolled-back' });
    expect(updates(there)).toBe(4);
  });

  it('was certainly not taken, whatever the look after it comes to', async () => {
    const there = await readyWorld({ env: inputs() });
    there.cloud.faults.push({ action: 'ecs:UpdateService', kind: 'throttle', times: 1 });
    const broken = { action: 'ecs:DescribeServices', kind: 'server-error', times: 6 } as const;
    const outcome = await there.during(run(atUpdate(there, 1, () => there.cloud.faults.push(broken))));
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'aws-unavailable' } });
    expect(outcome.error!.message).toMatch(/UpdateService failed \(ThrottlingException\)/);
    expect(updates(there)).toBe(1);
  });
});
