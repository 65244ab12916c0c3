import { describe, expect, it } from '@jest/globals';
import { ecsOperations } from '../../../sandbox/ecs/operations.js';
import type { JsonObject } from '../../../sandbox/json.js';
import { NAMES } from '../../../sandbox/names.js';
import { run } from '../../../src/run.js';
import { changes, readyWorld, type ReadyWorld } from '../../ready-world.js';
import { takeShortCuts } from '../../simulation/direct.js';
import { inputs } from '../../world.js';

takeShortCuts();

const revisions = ({ cloud }: ReadyWorld) => cloud.ecs.families.get(NAMES.family)!;
const release = (there: ReadyWorld) => there.during(run(there.world));
/** What a file may hold of the live revision: all but what only AWS writes. */
const fileOf = (body: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(body).filter(([field]) => !/^(taskDefinitionArn|revision|status|registered)/.test(field)),
  );

describe('a release from a task definition file', () => {
  it("sets the file's tags beside its own", async () => {
    const there = await readyWorld({ env: inputs({ 'task-definition': 'td.json' }) });
    const file = { ...fileOf(revisions(there)[0]!.body), tags: [{ key: 'team', value: 'ehr' }] };
    there.files.set('td.json', JSON.stringify(file));
    expect(await release(there)).toEqual({ kind: 'released' });
    expect(revisions(there)[1]!.tags.map(({ key }) => key)).toEqual([
      'team',
      'deploy-backend:git-sha',
      'deploy-backend:image-digest',
      'deploy-backend:run',
      'deploy-backend:result',
    ]);
  });

  it('changes nothing the second time, tags or not', async () => {
    const there = await readyWorld({ env: inputs({ 'task-definition': 'td.json' }) });
    const file = { ...fileOf(revisions(there)[0]!.body), tags: [{ key: 'team', value: 'ehr' }] };
    there.files.set('td.json', JSON.stringify(file));
    await release(there);
    there.cloud.calls.length = 0;
    expect(await release(there)).toEqual({ kind: 'released' });
    expect(changes(there.cloud)).toEqual([]);
  });

  it('may be what DescribeTaskDefinition answers', async () => {
    const there = await readyWorld({ env: inputs({ 'task-definition': 'td.json' }) });
    there.files.set('td.json', JSON.stringify(revisions(there)[0]!.body));
    expect(await release(there)).toEqual({ kind: 'released' });
    expect(there.logged.join('\n')).toMatch(
      /left out, since only AWS writes it: taskDefinitionArn, revision/,
    );
  });
});

describe('a release from the live revision', () => {
  it("carries its tags but AWS's own, and says which it left out", async () => {
    const there = await readyWorld({ env: inputs() });
    const [live] = revisions(there);
    live!.tags.push({ key: 'team', value: 'ehr' }, { key: 'aws:cloudformation:stack-name', value: 'x' });
    expect(await release(there)).toEqual({ kind: 'released' });
    expect(revisions(there)[1]!.tags.map(({ key }) => key)).toContain('team');
    expect(revisions(there)[1]!.tags.map(({ key }) => key)).not.toContain('aws:cloudformation:stack-name');
    expect(there.logged.join('\n')).toMatch(/tag aws:cloudformation:stack-name/);
  });
});

describe('a rollout in flight that ECS undoes while the release waits for it', () => {
  it('is no starting point: the release starts from what is live then', async () => {
    const there = await readyWorld({ env: inputs({ 'in-flight': 'wait' }) });
    const [live] = revisions(there);
    const [container] = live!.body['containerDefinitions'] as readonly JsonObject[];
    await ecsOperations['RegisterTaskDefinition']!(there.cloud, {
      ...fileOf(live!.body),
      containerDefinitions: [{ ...container, command: ['broken'] }],
    });
    const update = (taskDefinition: string) =>
      ecsOperations['UpdateService']!(there.cloud, {
        cluster: NAMES.cluster,
        service: NAMES.service,
        taskDefinition,
      });
    await update(`${NAMES.family}:2`);
    there.clock.after(10_000, () => void update(`${NAMES.family}:1`));
    expect(await release(there)).toEqual({ kind: 'released' });
    const next = revisions(there)[2]!.body['containerDefinitions'] as readonly JsonObject[];
    expect(next[0]!['command']).toBeUndefined();
    expect(there.outputs.get('previous-task-definition-arn')).toBe(live!.arn);
  });

  it('is the end when the service is deleted meanwhile', async () => {
    const there = await readyWorld({ env: inputs({ 'in-flight': 'wait' }) });
    const place = { cluster: NAMES.cluster, service: NAMES.service };
    await ecsOperations['UpdateService']!(there.cloud, { ...place, forceNewDeployment: true });
    there.clock.after(
      10_000,
      () => void ecsOperations['DeleteService']!(there.cloud, { ...place, force: true }),
    );
    expect(await release(there)).toMatchObject({ kind: 'failed', error: { code: 'service-inactive' } });
    expect(changes(there.cloud)).toEqual([]);
  });
});
