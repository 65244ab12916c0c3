import { describe, expect, it } from '@jest/globals';
import { NAMES } from '../../../sandbox/names.js';
import { run } from '../../../src/run.js';
import { changes, readyWorld } from '../../ready-world.js';
import { inputs } from '../../world.js';

describe('a dry run of a release', () => {
  it('shows differences by name and the calls it would make, and changes nothing', async () => {
    const env = inputs({ 'dry-run': 'true', 'environment-variables': 'PASSPHRASE=open-sesame' });
    const there = await readyWorld({ env });
    const outcome = await there.during(run(there.world));
    expect(outcome).toEqual({
      kind: 'planned',
      state:
        'Nothing of mentalspace-backend was changed: a release would make these calls: ecs:RegisterTaskDefinition, ecs:UpdateService.',
    });
    expect(changes(there.cloud)).toEqual([]);
    expect(there.cloud.ecs.families.get(NAMES.family)).toHaveLength(1);
    expect(Object.fromEntries(there.outputs)).toMatchObject({ outcome: 'planned', changed: 'false' });
    const shown = [...there.logged, ...there.summaries].join('\n');
    expect(shown).toMatch(/container mentalspace-backend: image changed/);
    expect(shown).toMatch(/variable PASSPHRASE added/);
    expect(shown).not.toContain('open-sesame');
    expect(there.saved.has('intent')).toBe(false);
  });

  it('says that a release would call nothing when nothing differs', async () => {
    const there = await readyWorld({ env: inputs() });
    await there.during(run(there.world));
    there.cloud.calls.length = 0;
    const outcome = await there.during(run({ ...there.world, env: inputs({ 'dry-run': 'true' }) }));
    expect(outcome.state).toMatch(/would call nothing/);
    expect(changes(there.cloud)).toEqual([]);
  });

  it.each([
    ['any', 'version, health, database, security-headers, response-time'],
    ['regression', 'version, health, database'],
  ])('warns of what fails now and would fail a release with fail-on: %s', async (failOn, names) => {
    const elsewhere = { 'version-path': '/version', 'health-path': '/healthz', 'ready-path': '/readyz' };
    const env = inputs({ 'dry-run': 'true', 'fail-on': failOn, ...elsewhere });
    const there = await readyWorld({ env });
    expect(await there.during(run(there.world))).toMatchObject({ kind: 'planned' });
    expect(there.warnings).toContain(
      `A release fails unless the new version passes what the live one does not: ${names}.`,
    );
  });

  it('warns of nothing when the live version passes every check', async () => {
    const there = await readyWorld({ env: inputs({ 'dry-run': 'true' }) });
    await there.during(run(there.world));
    expect(there.warnings.join()).not.toMatch(/A release fails/);
  });

  it('makes every check of a release', async () => {
    const there = await readyWorld({ env: inputs({ 'dry-run': 'true', image: `${NAMES.repository}:v9` }) });
    expect(await there.during(run(there.world))).toMatchObject({
      kind: 'failed',
      error: { code: 'image-missing' },
    });
  });
});
