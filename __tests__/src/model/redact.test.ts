import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import * as ecs from '../../../sandbox/ecs/events.js';
import { EVERY } from '../../e2e/every-scenario.js';
import { redact } from '../../../src/model/redact.js';
import { worstCases } from '../../../bench/redact.js';
import { CANARIES } from '../../canaries.js';

const TASK = '0123456789abcdef0123456789abcdef';
const DEPLOYMENT = 'ecs-svc/1234567890123456789';
const TARGET_GROUP =
  'arn:aws:elasticloadbalancing:us-east-1:706704660887:targetgroup/mentalspace-tg/a6a9aee5b6beffdd';
const SECRET_ARN = 'arn:aws:secretsmanager:us-east-1:706704660887:secret:prod/database-AbCdEf';

/** What ECS itself says, which a person needs to the last word. */
const ECS: readonly string[] = [
  `(service api, taskSet ${DEPLOYMENT}) has begun draining connections on 2 tasks.`,
  `ECS deployment ${DEPLOYMENT} in progress.`,
  'ECS deployment circuit breaker: tasks failed to start.',
  'Essential container in task exited',
  'Task failed container health checks',
  `Task failed ELB health checks in (target-group ${TARGET_GROUP})`,
  `Scaling activity initiated by (deployment ${DEPLOYMENT})`,
  'OutOfMemoryError: Container killed due to memory usage',
  'Timeout waiting for network interface provisioning to complete.',
  'exec /bin/node: exec format error',
  'Spot Task was terminated: Your Spot Task was interrupted.',
  'DockerTimeoutError: Could not transition to stopped; timed out after waiting 2m0s',
  `ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret ${SECRET_ARN} from secrets manager: AccessDeniedException: User: arn:aws:sts::706704660887:assumed-role/ecsTaskExecutionRole/${TASK} is not authorized to perform: secretsmanager:GetSecretValue on resource: ${SECRET_ARN} because no identity-based policy allows the secretsmanager:GetSecretValue action status code: 400, request id: 550e8400-e29b-41d4-a716-446655440000`,
  'ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. : exit status 1',
  `CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref 706704660887.dkr.ecr.us-east-1.amazonaws.com/mentalspace-backend@sha256:${TASK}${TASK}: not found`,
  'CannotPullContainerError: ref pull has been retried 1 time(s): failed to do request: Get "https://706704660887.dkr.ecr.us-east-1.amazonaws.com/v2/api/blobs/sha256:01": dial tcp: lookup: no such host',
  'CannotPullContainerError: Error response from daemon: Head "https://registry-1.docker.io/v2/library/nginx/manifests/latest": toomanyrequests: You have reached your pull rate limit.',
  "ECS was unable to assume the role 'arn:aws:iam::706704660887:role/ecsTaskRole' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.",
  'The security token included in the request is expired',
  'Signature expired: 20260101T000000Z is now earlier than 20260101T005500Z (20260101T010000Z - 5 min.)',
  ...[
    ecs.startedTasks([{ id: TASK }, { id: TASK }] as unknown as Parameters<typeof ecs.startedTasks>[0], 1),
    ecs.stoppedRunning([{ id: TASK }] as unknown as Parameters<typeof ecs.stoppedRunning>[0]),
    ecs.stoppedPending(2),
    ecs.registeredTargets(2, TARGET_GROUP),
    ecs.deregisteredTargets(2, TARGET_GROUP),
    ecs.deploymentCompleted(DEPLOYMENT),
    ecs.deploymentFailed(DEPLOYMENT, 'tasks failed to start.'),
    ecs.rollingBack(DEPLOYMENT),
    ecs.STEADY,
    ecs.unhealthyTarget(`task ${TASK}`, 3001, TARGET_GROUP, 'Health checks failed with these codes: [500]'),
    ecs.unhealthyTarget('instance i-0123456789abcdef0', 32_768, TARGET_GROUP, 'Request timed out'),
    ecs.failedHealthCheck(TASK),
    ecs.NO_CAPACITY,
    ecs.NO_INSTANCE,
    ecs.portInUse(TASK),
    ecs.insufficientCpu(TASK),
    ecs.INCONSISTENT_STARTS,
    ecs.HELD_BY_CONFIGURATION,
  ].map((message) => `(service api) ${message}`),
];

/** What programs say when they do not start, and other things without which nobody finds the cause. */
const CAUSES: readonly string[] = [
  '[24/Nov/2026:03:05:45 +0000] "GET /api/v1/health/live HTTP/1.1" 200 12',
  '{"time":1764000000000,"level":30,"msg":"ready"}',
  "TypeError: Cannot read properties of undefined (reading 'patient')\n    at Object.<anonymous> (/usr/src/app/dist/server.js:12:34)\n    at file:///app/dist/main.js:1:2\n    at node:internal/process/task_queues:95:5",
  'connect ECONNREFUSED 127.0.0.1:5432',
  'listen EADDRINUSE: address already in use :::3001',
  'password authentication failed for user "app"',
  'DATABASE_URL is not set',
  'JWT_SECRET is required',
  'password: undefined',
  '"token":null,"x":1',
  'npm warn deprecated express@4.18.2: use another',
  'error: relation "patients" does not exist',
  'getaddrinfo ENOTFOUND db.internal',
  'http://localhost:3001/api/v1/health/live',
  'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/x.html',
  "Cannot find module '@aws-sdk/client-ecs'",
  'SyntaxError: Unexpected token } in JSON at position 5',
  '"name":"mentalspace-backend"',
  'service: mentalspace-backend, container: app, user: app',
  'x509: certificate signed by unknown authority',
  'panic: runtime error: invalid memory address or nil pointer dereference',
  'Node.js v20.11.1',
];

describe('redaction', () => {
  it.each<[string, string, string]>([
    ['an AWS key', 'key AKIAIOSFODNN7EXAMPLE used', 'AKIAIOSFODNN7EXAMPLE'],
    [
      'a secret key',
      'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY is it',
      'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    ],
    ['a JWT', 'got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl!', 'eyJzdWIiOiIxMjM0In0'],
    ['a GitHub token', 'ghp_0123456789abcdefghijABCDEFGHIJ012345', 'ghp_0123456789'],
    ['a bearer token', 'Authorization: Bearer abc.def-ghi_jkl', 'abc.def-ghi_jkl'],
    ['a connection string', 'postgres://app:hunter2@db.internal:5432/x', 'hunter2'],
    ['a password in JSON', '{"password":"hunter 2","x":1}', 'hunter 2'],
    ['a password in an assignment', 'DB_PASSWORD=hunter2 next', 'hunter2'],
    ['a private key', '-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----', 'MIIabc'],
    ['half a private key', 'x -----BEGIN PRIVATE KEY-----\nMIIabc', 'MIIabc'],
    ['a social security number', 'patient 987-65-4321 seen', '987-65-4321'],
    ['an e-mail address', 'mail to jane.doe@example.org now', 'jane.doe@example.org'],
    ['a telephone number', 'call (555) 123-4567', '123-4567'],
    ['another telephone number', 'call +1 555-123-4567', '555-123'],
    ['a medical record number', 'mrn: 00123456', '00123456'],
    ['a date of birth', '"dateOfBirth":"1980-02-29"', '1980-02-29'],
    ['a name with its key', '"patientName": "Jane Doe"', 'Jane Doe'],
    ['an IP address', 'from 203.0.113.7:443', '203.0.113.7'],
    ['an IPv6 address', 'from 2001:db8::8a2e:370:7334 to', '2001:db8::8a2e'],
    ['an address of a street', 'address: "12 Main Street"', '12 Main'],
    ['an address of a street after a loopback one', '"address":"127.0.0.1, 12 Main Street"', '12 Main'],
    ['an IP address with its key', '{"address":"203.0.113.7","port":3001}', '203.0.113.7'],
    ['an IP address that begins as loopback does', '"address":"127.0.0.1.example.org"', 'example.org'],
    ['an IP address that ends as the unspecified one does', 'from 10.0.0.0', '10.0.0.0'],
    ['a loopback address as something else', 'patient: 127.0.0.1', '127.0.0.1'],
    ['a long number', 'card 4111111111111111 ok', '4111111111111111'],
  ])('removes %s', (_, text, secret) => {
    expect(redact(text)).not.toContain(secret);
    expect(redact(text)).toMatch(/\[[a-z ]+\]/);
  });

  it.each([
    'GET /api/v1/version 200 12ms',
    '{"level":"info","msg":"listening","address":"0.0.0.0","family":"IPv4","port":3001}',
    '{"msg":"listening","address":"127.0.0.1"}',
    "listening { address: '::', family: 'IPv6', port: 3001 }",
    'address=127.64.0.3:3001 and 0.0.0.0:3001, 127.0.0.1',
    'address: ::1',
    'Listening on port 3001 with commit 0123456789abcdef0123456789abcdef01234567',
    'sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
    'CannotPullContainerError: pull image manifest has been retried 5 time(s)',
    '2026-11-24T03:05:45.123Z started in 1.25 s',
    '(service api) has begun draining connections on 2 tasks.',
  ])('leaves %j as it is', (text) => {
    expect(redact(text)).toBe(text);
  });

  it.each(ECS)('leaves what ECS says as it is: %s', (text) => {
    expect(redact(text)).toBe(text);
  });

  it.each(CAUSES)('leaves what tells a cause as it is: %j', (text) => {
    expect(redact(text)).toBe(text);
  });

  it('removes every canary, also among other text, and takes no hole for a value', () => {
    const around = ['', ' ', '\n', '; ', '"} ', ' 2026-01-01T00:00:00Z INFO x '];
    for (const { kind, text, secret } of CANARIES) {
      expect(text).toContain(secret);
      for (const other of around) {
        const shown = redact(`${other}${text}${other}`);
        if (shown.includes(secret))
          throw new Error(`${kind} is shown: ${JSON.stringify([other, text, shown])}`);
        expect(redact(shown)).toBe(shown);
      }
    }
  });

  it('has canaries of all 18 kinds of the Safe Harbor, and of secrets', () => {
    const letters = CANARIES.map(({ kind }) => /^([A-R]) /.exec(kind)?.[1] ?? '').filter(
      (letter) => letter !== '',
    );
    expect([...new Set(letters)].sort().join('')).toBe('ABCDEFGHIJKLMNOPQR');
    expect(new Set(CANARIES.map(({ kind }) => kind)).size).toBe(45);
  });

  it('removes every canary among random text', () => {
    const random = fc.string({ maxLength: 40 });
    fc.assert(
      fc.property(fc.constantFrom(...CANARIES), random, random, ({ text, secret }, before, after) => {
        const shown = redact(`${before}\n${text}\n${after}`);
        return (before + after).includes(secret) || !shown.includes(secret);
      }),
      { numRuns: 3_000 },
    );
  });

  it.each([
    ['https://example.org/people/jane?x=1#y.', 'https://example.org/[path]?[query].'],
    ['https://user:pw@example.org:8443/', 'https://[credentials]@example.org:8443/'],
    ['http://127.0.0.1:3001/api?x=1', 'http://127.0.0.1:3001/api?[query]'],
    ['GET /api/v1/patients/12345/notes?from=x 500', 'GET /api/v1/patients/[id]/notes?[query] 500'],
    ['{"password":"a b","x":1}', '{"password":"[secret]","x":1}'],
    ['{\\"ssn\\":\\"1\\",\\"x\\":1}', '{\\"ssn\\":\\"[personal data]\\",\\"x\\":1}'],
    ['patient: Jane Doe, status: 500', 'patient: [personal data], status: 500'],
    ['mrn: 123 took 5 ms', 'mrn: [personal data] took 5 ms'],
  ])('takes no more than it must: %s', (text, shown) => {
    expect(redact(text)).toBe(shown);
  });

  it(`ends on ${EVERY ? 'a mebibyte' : 'an eighth of a mebibyte'} of each worst case`, () => {
    let tried = 0;
    redact('_'.repeat(2 ** 20));
    for (const { text } of worstCases(EVERY ? 2 ** 20 : 2 ** 17, () => 0.5, 0)) {
      redact(text);
      tried++;
    }
    expect(tried).toBeGreaterThan(150);
  });

  it('reads as much of an endless line as could be shown, and shows no half of a secret at its end', () => {
    const filler = 'word '.repeat(52_424);
    for (const secret of ['987-65-4321', 'jane.doe@example.org', `AKIA${'Q'.repeat(16)}`]) {
      for (let shift = 0; shift < 30; shift++) {
        const shown = redact(`${filler}${' '.repeat(shift)}${secret} and more ${'x'.repeat(2 ** 20)}`);
        expect(shown.length).toBeLessThan(2 ** 18 + 10);
        expect(shown.slice(-60)).not.toMatch(/987|jane|AKIA/);
      }
    }
    expect(redact(`${'x'.repeat(2 ** 20)}\nssn: 987-65-4321`)).toMatch(/ …\nssn: \[personal data\]$/);
  });

  it('says where a line was cut, and only there', () => {
    const longest = 'x'.repeat(2 ** 18);
    expect(redact(longest)).toBe(longest);
    expect(redact(`${longest}\na`)).toBe(`${longest}\na`);
    expect(redact(`${longest}x`)).toMatch(/^x+ …$/);
  });

  it('finds a canary wherever it stands', () => {
    const around = fc
      .string({ maxLength: 30 })
      .map((text) => text.replace(/[\w-]$/, ' ').replace(/^[\w-]/, ' '));
    fc.assert(
      fc.property(
        around,
        around,
        (before, after) => !redact(`${before} 987-65-4321 ${after}`).includes('987-65-4321'),
      ),
    );
  });
});
