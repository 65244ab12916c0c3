import { describe, expect, it } from '@jest/globals';
import { sourceOf } from '../../src/adapters/git.js';
import { hostOf } from '../../src/checks/https.js';
import { shownCommand } from '../../src/model/build-command.js';
import { labelledTime } from '../../src/model/build-inputs.js';
import { insideOfKeys } from '../../src/model/key-lines.js';
import { unfinishedRun } from '../../src/model/run-tags.js';
import { chooseContainer } from '../../src/model/service-checks.js';
import { groupHealth, readTargets } from '../../src/model/target-health.js';
import { difference } from '../../src/model/task-definition-difference.js';
import { runUrl } from '../../src/report/run-identity.js';

/* Names, reasons and labels that anybody may choose, where the action repeats them. */

const TOKEN = 'ghp_0123456789abcdefghijABCDEFGHIJ012345';
const GROUP = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/api/0123456789abcdef';
const TARGETS = { targetGroupArn: GROUP, targets: [{ id: '10.0.0.4', port: 80 }] };
const HEALTH = [
  { id: '10.0.0.4', port: 80, state: 'unhealthy', reason: TOKEN, description: 'ssn 123-45-6789' },
];
const task = (name: string) => ({ containerDefinitions: [{ name, environment: [{ name, value: 'x' }] }] });
const tags = (run: string) => unfinishedRun({ tags: new Map([['deploy-backend:run', run]]) });

describe('the words of others', () => {
  it.each<[string, unknown]>([
    ['a target', readTargets(TARGETS, HEALTH).waitingFor],
    ['a target group', groupHealth(TARGETS, 1, HEALTH).reasons],
    ['a container', difference({ containerDefinitions: [] }, task(TOKEN))],
    [
      'a variable',
      difference(task('api'), { containerDefinitions: [{ name: 'api', environment: [{ name: TOKEN }] }] }),
    ],
    ['containers to choose from', String(chooseContainer(task(TOKEN), 'api'))],
    ['a tag of a run', tags(`a/${TOKEN}/1`)],
    ['the host of a redirect', hostOf(new URL('https://203.0.113.7/x'))],
    ['the path of a remote', sourceOf(`https://example.org/${TOKEN}/x.git`)],
    ['an argument for docker', shownCommand(['build', '--target', TOKEN])],
    ['a label that is no time', labelledTime({ 'org.opencontainers.image.created': TOKEN })],
    [
      "GitHub's address",
      runUrl({
        GITHUB_SERVER_URL: `https://app:${TOKEN}@github.example.com`,
        GITHUB_REPOSITORY: 'o/r',
        GITHUB_RUN_ID: '1',
      }),
    ],
  ])('of %s are redacted', (_, shown) => {
    expect(`${String(shown)} ${JSON.stringify(shown)}`).not.toMatch(/ghp_|123-45|203\.0/);
  });

  it('stay as they are where they are harmless', () => {
    expect(tags('mentalspace/backend/1658821493/2')).toBe('mentalspace/backend/1658821493/2');
    expect(labelledTime({ 'org.opencontainers.image.created': '2026-11-01T00:00:00Z' })).toBe(
      '2026-11-01T00:00:00Z',
    );
    expect(difference(task('patient-api'), { containerDefinitions: [] })).toEqual([
      'container patient-api: removed',
    ]);
    expect(
      readTargets(TARGETS, [{ ...HEALTH[0]!, reason: 'Target.Timeout', description: 'Request timed out' }])
        .waitingFor,
    ).toEqual(['target 10.0.0.4:80 is unhealthy (Target.Timeout, Request timed out)']);
  });

  it('that are the lines of a key are known as its inside until it ends', () => {
    const isInside = insideOfKeys();
    const lines = [
      '-----BEGIN PRIVATE KEY-----',
      'MIIE',
      'Zk9vQx==',
      '-----END PRIVATE KEY-----',
      'Zk9vQx==',
    ];
    expect(lines.map(isInside)).toEqual([false, true, true, false, false]);
  });
});
