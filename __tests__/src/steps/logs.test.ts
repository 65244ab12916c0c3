import { beforeEach, describe, expect, it } from '@jest/globals';
import type { FaultKind } from '../../../sandbox/faults.js';
import { createLogGroup, createLogStream } from '../../../sandbox/logs/groups.js';
import { appendEvent } from '../../../sandbox/logs/write.js';
import { connect } from '../../../src/adapters/aws/aws.js';
import type { LogRequest } from '../../../src/inputs/inputs.js';
import type { StepVoice } from '../../../src/journal.js';
import type { LogExcerpt } from '../../../src/model/log-excerpt.js';
import { lastLines, logs, type LogsOf } from '../../../src/steps/logs.js';
import { CANARIES } from '../../canaries.js';
import { testWorld, type TestWorld } from '../../world.js';

const GROUP = '/ecs/api';
const OPTIONS = { 'awslogs-group': GROUP, 'awslogs-region': 'us-east-1', 'awslogs-stream-prefix': 'ecs' };

let there: TestWorld;
beforeEach(() => {
  there = testWorld();
  createLogGroup(there.cloud, GROUP);
});

const task = (id: string) => ({ arn: `arn:aws:ecs:us-east-1:123456789012:task/prod/${id}` });

/** Events of a task, a millisecond apart. */
function write(id: string, messages: readonly string[], container = 'api'): void {
  const group = there.cloud.logs.groups.get(GROUP)!;
  const name = `ecs/${container}/${id}`;
  const stream = group.streams.get(name) ?? createLogStream(there.cloud, group, name);
  for (const message of messages) appendEvent(there.cloud, stream, 1_000 + stream.events.length, message);
}

interface Wish {
  readonly configuration?: unknown;
  readonly request?: Partial<LogRequest>;
  readonly tasks?: readonly string[];
}

function wanted({ configuration, request = {}, tasks = ['t1', 't2'] }: Wish): LogsOf {
  const logConfiguration = configuration ?? { logDriver: 'awslogs', options: OPTIONS };
  return {
    logs: { group: undefined, lines: 50, excerpt: 'redacted', ...request },
    next: { body: { containerDefinitions: [{ name: 'api', logConfiguration }] } },
    container: 'api',
    cluster: 'prod',
    service: { name: 'api' },
    own: { id: 'ecs-svc/1' },
    tasks: tasks.map(task),
  } as unknown as LogsOf;
}

/** What the step said, what it knows, and how many milliseconds it took. */
async function read(wish: Wish = {}) {
  const said = { notes: [] as string[], skips: [] as string[], warnings: [] as string[] };
  let excerpt: LogExcerpt | undefined;
  const voice = {
    note: (text: string) => void said.notes.push(text),
    skip: (text: string) => void said.skips.push(text),
    warn: (text: string) => void said.warnings.push(text),
    know: (facts: { logs?: LogExcerpt }) => Promise.resolve(void (excerpt = facts.logs)),
  } as unknown as StepVoice;
  const began = there.clock.now();
  await there.during(logs(wanted(wish), connect(there.world, 'us-east-1'), there.world, voice));
  const requests = there.cloud.calls.filter(({ action }) => action === 'logs:GetLogEvents');
  return { ...said, excerpt, took: there.clock.now() - began, requests };
}

const fault = (kind: FaultKind, more: object = {}) =>
  there.cloud.faults.push({ action: 'logs:GetLogEvents', kind, ...more });

describe('the last lines of the new tasks', () => {
  it('are those of our tasks and of the named container, in order of time', async () => {
    write('t1', ['one', 'three']);
    write('t2', ['two']);
    write('t9', ['foreign']);
    write('t1', ['sidecar'], 'proxy');
    const { excerpt, warnings, notes } = await read();
    expect([...excerpt!.lines].sort()).toEqual(['one', 'three', 'two']);
    expect(notes).toEqual([`0 errors, 0 warnings, 3 other lines among the last 3 in ${GROUP}`]);
    expect(warnings).toEqual([]);
  });

  it('find an error before many other lines', async () => {
    write('t1', ['error: the cause', ...Array.from({ length: 300 }, (_, place) => `info ${String(place)}`)]);
    const { excerpt } = await read({ request: { lines: 5 } });
    expect(excerpt!.lines).toEqual(['error: the cause', 'info 296', 'info 297', 'info 298', 'info 299']);
  });

  it('hide every canary in the log and in what is known', async () => {
    const alone = CANARIES.filter(({ text }) => !text.includes('\n'));
    write(
      't1',
      alone.map(({ text }) => text),
    );
    const { excerpt, notes } = await read({ request: { lines: 10_000 } });
    expect(excerpt!.lines.length).toBeGreaterThan(500);
    const shown = [...there.logged, ...notes, JSON.stringify(excerpt)].join('\n');
    expect(alone.filter(({ secret }) => secret.length > 6 && shown.includes(secret))).toEqual([]);
  });

  it.each([
    ['another driver', { logDriver: 'awsfirelens', options: {} }, /log driver awsfirelens is not CloudWatch/],
    ['no prefix', { logDriver: 'awslogs', options: { 'awslogs-group': GROUP } }, /no awslogs-stream-prefix/],
    [
      'no group',
      { logDriver: 'awslogs', options: { 'awslogs-stream-prefix': 'x' } },
      /names no awslogs-group/,
    ],
    ['nothing', 'x', /has no log configuration/],
  ])('are left out with %s, saying so', async (_, configuration, why) => {
    const { skips, requests, warnings } = await read({ configuration });
    expect(skips.join()).toMatch(why);
    expect([requests, warnings]).toEqual([[], []]);
  });

  it('are shown nowhere with counts, and not even read when they are off', async () => {
    write('t1', ['error: the cause']);
    const counted = await read({ request: { excerpt: 'counts' } });
    expect(counted.excerpt).toEqual({
      group: GROUP,
      counts: { error: 1, warn: 0, info: 0, debug: 0, other: 0 },
      lines: [],
    });
    expect(there.logged).toEqual([]);
    const before = there.cloud.calls.length;
    expect((await read({ request: { excerpt: 'off' } })).skips).toEqual(['log-excerpt is off']);
    expect((await read({ request: { lines: 0 } })).skips).toEqual(['log-lines is 0']);
    expect(there.cloud.calls.length).toBe(before);
  });
});

describe('the reading of CloudWatch', () => {
  it('looks again when there is no line yet', async () => {
    there.clock.after(2_000, () => write('t1', ['late']));
    const { excerpt, warnings } = await read();
    expect(excerpt!.lines).toEqual(['late']);
    // The other task has no stream, which is said once there is anything.
    expect(warnings.join()).toMatch(/logs of 1 of 2 tasks could not be read/);
  });

  it('gives up after some seconds when there never is one', async () => {
    write('t1', []);
    write('t2', []);
    const { excerpt, took } = await read();
    expect(excerpt!.lines).toEqual([]);
    expect(took).toBeLessThan(5_000);
  });

  it('follows empty and short pages backwards', async () => {
    write(
      't1',
      Array.from({ length: 5 }, (_, place) => `${String(place)} ${'x'.repeat(400_000)}`),
    );
    const { excerpt, requests, warnings } = await read({ tasks: ['t1'] });
    expect(excerpt!.lines.map((line) => line.charAt(0))).toEqual(['0', '1', '2', '3', '4']);
    expect(requests.length).toBeGreaterThan(2);
    expect(warnings).toEqual([]);
  });

  it('keeps no more than its share of a hundred megabytes, and says so', async () => {
    for (const id of ['t1', 't2', 't3'])
      write(
        id,
        Array.from({ length: 40 }, () => 'x '.repeat(500_000)),
      );
    const { warnings, requests, excerpt } = await read({ tasks: ['t1', 't2', 't3'] });
    expect(warnings.join()).toMatch(/^Not all of the last log lines were read: they (?:are too long|lie)/);
    expect(requests.length).toBeLessThanOrEqual(30);
    expect(excerpt!.lines.every((line) => line.length <= 400)).toBe(true);
  });

  it('ends after 15 seconds when CloudWatch hangs, with a warning', async () => {
    write('t1', ['one']);
    fault('hang');
    const { took, warnings } = await read();
    expect(took).toBeLessThanOrEqual(16_000);
    expect(warnings).toEqual([
      'The logs of 2 of 2 tasks could not be read: CloudWatch took longer than 15 s',
    ]);
  });

  it('shows what it has when CloudWatch hangs later', async () => {
    write(
      't1',
      Array.from({ length: 6 }, (_, place) => `${String(place)} ${'x'.repeat(400_000)}`),
    );
    fault('hang', { after: 1 });
    const { took, warnings, excerpt } = await read({ tasks: ['t1'] });
    expect(excerpt!.lines.map((line) => line.charAt(0))).toEqual(['4', '5']);
    expect(took).toBeLessThanOrEqual(16_000);
    expect(warnings).toEqual(['Not all of the last log lines were read: CloudWatch took longer than 15 s.']);
  });

  it.each<FaultKind>(['deny', 'html', 'no-body', 'empty', 'server-error', 'throttle', 'reset', 'truncated'])(
    'warns and goes on when every answer is spoiled: %s',
    async (kind) => {
      write('t1', ['one']);
      fault(kind);
      const { warnings } = await read();
      expect(warnings).toHaveLength(1);
      expect(warnings.join()).toMatch(/logs of 2 of 2 tasks could not be read/);
    },
  );

  it('does not follow a token that is always the same', async () => {
    write('t1', ['one']);
    write('t2', ['two']);
    fault('duplicate-token');
    expect((await read()).requests.length).toBeLessThanOrEqual(4);
  });
});

describe('the last words of a failed task', () => {
  const signal = new AbortController().signal;
  const words = (request: Partial<LogRequest> = {}) =>
    there.during(
      lastLines(wanted({ request }), task('t1') as never, connect(there.world, 'us-east-1'), signal),
    );

  it('are its last error, and the lines around it', async () => {
    write('t1', ['ready', 'TypeError: x is no function for mrn 12345', '    at f (a.js:1:2)', 'bye']);
    expect(await words()).toEqual({
      lines: ['ready', 'TypeError: x is no function for mrn [personal data]', '    at f (a.js:1:2)', 'bye'],
      words: 'TypeError: x is no function for mrn [personal data]',
    });
  });

  it('are found above a long trace, and with them the lines that follow', async () => {
    const trace = Array.from({ length: 9 }, (_, index) => `    at f (a.js:${index}:2)`);
    const error = 'Error: listen EADDRINUSE: address already in use';
    write('t1', [
      'node:events:502',
      '      throw er;',
      error,
      ...trace,
      "  code: 'EADDRINUSE'",
      '}',
      'Node.js v24.1.0',
    ]);
    expect(await words()).toEqual({ lines: [error, ...trace], words: error });
  });

  it('come with no more than ten lines', async () => {
    const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`);
    write('t1', [...lines, 'Error: no']);
    expect(await words()).toEqual({ lines: [...lines.slice(21), 'Error: no'], words: 'Error: no' });
  });

  it.each(['off', 'counts'] as const)('are none with log-excerpt %s', async (excerpt) => {
    write('t1', ['error: the cause']);
    expect(await words({ excerpt })).toEqual({ lines: [], words: undefined });
  });
});
