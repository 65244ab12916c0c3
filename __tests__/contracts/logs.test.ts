import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  paginateDescribeLogGroups,
  paginateDescribeLogStreams,
  paginateFilterLogEvents,
  PutLogEventsCommand,
  type FilterLogEventsCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { virtualClock } from '../../sandbox/clock.js';
import { answeringRuntime, emptyCloud } from '../sandbox/balanced-cloud.js';
import { sdkSettings } from '../sandbox/sdk.js';

const NOW = Date.UTC(2026, 2, 4, 5, 6, 7);
const GROUP = '/ecs/app';

let logs: CloudWatchLogsClient;

beforeEach(async () => {
  logs = freshLogs();
  await logs.send(new CreateLogGroupCommand({ logGroupName: GROUP }));
});

function freshLogs(): CloudWatchLogsClient {
  return new CloudWatchLogsClient(sdkSettings(emptyCloud(answeringRuntime(new Map()), virtualClock(NOW))));
}

async function stream(logStreamName: string, events: readonly (readonly [number, string])[] = []) {
  await logs.send(new CreateLogStreamCommand({ logGroupName: GROUP, logStreamName }));
  if (events.length > 0) await put(logStreamName, events);
}

function put(logStreamName: string, events: readonly (readonly [number, string])[]) {
  const logEvents = events.map(([offset, message]) => ({ timestamp: NOW + offset, message }));
  return logs.send(new PutLogEventsCommand({ logGroupName: GROUP, logStreamName, logEvents }));
}

async function read(
  options: Omit<ConstructorParameters<typeof GetLogEventsCommand>[0], 'logStreamName'> = {},
) {
  const command = new GetLogEventsCommand({ logGroupName: GROUP, logStreamName: 'one', ...options });
  const { events, nextForwardToken, nextBackwardToken } = await logs.send(command);
  return { lines: events!.map(({ message }) => message!), nextForwardToken, nextBackwardToken };
}

async function filter(options: Omit<FilterLogEventsCommandInput, 'logGroupName'>, pageSize?: number) {
  const lines: string[] = [];
  let pages = 0;
  const paging = { client: logs, ...(pageSize !== undefined && { pageSize }) };
  for await (const page of paginateFilterLogEvents(paging, { logGroupName: GROUP, ...options })) {
    pages += 1;
    lines.push(...page.events!.map(({ logStreamName, message }) => `${logStreamName!}: ${message!}`));
  }
  return { lines, pages };
}

describe('log groups', () => {
  it('are described with both forms of their ARN', async () => {
    const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/ecs' }));
    expect(logGroups).toEqual([
      expect.objectContaining({
        logGroupName: GROUP,
        creationTime: NOW,
        arn: `arn:aws:logs:us-east-1:123456789012:log-group:${GROUP}:*`,
        logGroupArn: `arn:aws:logs:us-east-1:123456789012:log-group:${GROUP}`,
      }),
    ]);
  });

  it('are made once, and not under any name', async () => {
    await expect(logs.send(new CreateLogGroupCommand({ logGroupName: GROUP }))).rejects.toMatchObject({
      name: 'ResourceAlreadyExistsException',
      message: 'The specified log group already exists',
    });
    await expect(logs.send(new CreateLogGroupCommand({ logGroupName: 'a b' }))).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
    expect((await logs.send(new DescribeLogGroupsCommand({}))).logGroups).toHaveLength(1);
  });

  it('are listed in order of name over pages', async () => {
    for (const name of ['c', 'a', 'b']) {
      await logs.send(new CreateLogGroupCommand({ logGroupName: name }));
    }
    const names: (string | undefined)[] = [];
    for await (const page of paginateDescribeLogGroups({ client: logs, pageSize: 3 }, {})) {
      names.push(...page.logGroups!.map(({ logGroupName }) => logGroupName));
    }
    expect(names).toEqual([GROUP, 'a', 'b', 'c']);
    await expect(logs.send(new DescribeLogGroupsCommand({ limit: 51 }))).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringContaining('less than or equal to 50'),
    });
  });

  it('take their streams along when they are deleted', async () => {
    await stream('one', [[0, 'a']]);
    await logs.send(new DeleteLogGroupCommand({ logGroupName: GROUP }));
    const refusal = {
      name: 'ResourceNotFoundException',
      message: 'The specified log group does not exist.',
      $metadata: { httpStatusCode: 400 },
    };
    await expect(read()).rejects.toMatchObject(refusal);
    await expect(filter({})).rejects.toMatchObject(refusal);
    await expect(logs.send(new DeleteLogGroupCommand({ logGroupName: GROUP }))).rejects.toMatchObject(
      refusal,
    );
    await expect(logs.send(new DescribeLogStreamsCommand({ logGroupName: GROUP }))).rejects.toMatchObject(
      refusal,
    );
  });
});

describe('log streams', () => {
  const names = async (options: object, pageSize = 50) => {
    const found: (string | undefined)[] = [];
    const input = { logGroupName: GROUP, ...options };
    for await (const page of paginateDescribeLogStreams({ client: logs, pageSize }, input)) {
      found.push(...page.logStreams!.map(({ logStreamName }) => logStreamName));
    }
    return found;
  };

  it('are listed by name or by their last event, up or down', async () => {
    await stream('b', [[-5, 'x']]);
    await stream('c', [[-9, 'x']]);
    await stream('a');
    expect(await names({})).toEqual(['a', 'b', 'c']);
    expect(await names({ descending: true }, 2)).toEqual(['c', 'b', 'a']);
    expect(await names({ orderBy: 'LastEventTime', descending: true }, 1)).toEqual(['b', 'c', 'a']);
    expect(await names({ logStreamNamePrefix: 'b' })).toEqual(['b']);
  });

  it('cannot be ordered by time under a prefix', async () => {
    await expect(names({ orderBy: 'LastEventTime', logStreamNamePrefix: 'a' })).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: 'Cannot order by LastEventTime with a logStreamNamePrefix.',
    });
  });

  it('tell the times of their events', async () => {
    await stream('one', [
      [-20, 'first'],
      [-10, 'last'],
    ]);
    const { logStreams } = await logs.send(new DescribeLogStreamsCommand({ logGroupName: GROUP }));
    expect(logStreams).toEqual([
      expect.objectContaining({
        logStreamName: 'one',
        firstEventTimestamp: NOW - 20,
        lastEventTimestamp: NOW - 10,
        lastIngestionTime: NOW,
      }),
    ]);
  });

  it('are made once in a group that exists', async () => {
    await stream('one');
    await expect(stream('one')).rejects.toMatchObject({ name: 'ResourceAlreadyExistsException' });
    await expect(stream('a:b')).rejects.toMatchObject({ name: 'InvalidParameterException' });
    const elsewhere = new CreateLogStreamCommand({ logGroupName: 'none', logStreamName: 'one' });
    await expect(logs.send(elsewhere)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(put('two', [[0, 'x']])).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'The specified log stream does not exist.',
    });
  });
});

describe('PutLogEvents', () => {
  it('refuses a batch that is not in order of time, and writes none of it', async () => {
    await stream('one');
    const batch = put('one', [
      [0, 'later'],
      [-1, 'earlier'],
    ]);
    await expect(batch).rejects.toMatchObject({ name: 'InvalidParameterException' });
    expect((await read({ startFromHead: true })).lines).toEqual([]);
  });

  it('sorts a later batch with older events in between', async () => {
    await stream('one', [[-10, 'b']]);
    await put('one', [
      [-20, 'a'],
      [-10, 'c'],
      [-5, 'd'],
    ]);
    expect((await read({ startFromHead: true })).lines).toEqual(['a', 'b', 'c', 'd']);
  });

  it('leaves out events that are too old or too far ahead, and says which', async () => {
    await stream('one');
    const hour = 3_600_000;
    const { rejectedLogEventsInfo } = await put('one', [
      [-15 * 24 * hour, 'old'],
      [0, 'good'],
      [3 * hour, 'new'],
    ]);
    expect(rejectedLogEventsInfo).toEqual({ tooOldLogEventEndIndex: 1, tooNewLogEventStartIndex: 2 });
    expect((await read({ startFromHead: true })).lines).toEqual(['good']);
  });
});

describe('GetLogEvents', () => {
  const five = (['a', 'b', 'c', 'd', 'e'] as const).map((line, place) => [place - 10, line] as const);

  it('gives the newest events unless it is to start from the head', async () => {
    await stream('one', five);
    expect((await read({ limit: 2 })).lines).toEqual(['d', 'e']);
    expect((await read({ limit: 2, startFromHead: true })).lines).toEqual(['a', 'b']);
  });

  it('goes forward to the end, stays there, and goes on when more was written', async () => {
    await stream('one', five);
    const first = await read({ limit: 3, startFromHead: true });
    const second = await read({ limit: 3, nextToken: first.nextForwardToken });
    expect(second.lines).toEqual(['d', 'e']);
    const end = await read({ nextToken: second.nextForwardToken });
    expect(end).toMatchObject({ lines: [], nextForwardToken: second.nextForwardToken });
    await put('one', [[0, 'f']]);
    expect((await read({ nextToken: end.nextForwardToken })).lines).toEqual(['f']);
    expect((await read({ limit: 2, nextToken: end.nextBackwardToken })).lines).toEqual(['d', 'e']);
  });

  it('goes backward to the beginning', async () => {
    await stream('one', five);
    const last = await read({ limit: 2 });
    const before = await read({ limit: 2, nextToken: last.nextBackwardToken });
    expect(before.lines).toEqual(['b', 'c']);
    const begin = await read({ limit: 2, nextToken: before.nextBackwardToken });
    expect(begin.lines).toEqual(['a']);
    const none = await read({ limit: 2, nextToken: begin.nextBackwardToken });
    expect(none).toMatchObject({ lines: [], nextBackwardToken: begin.nextBackwardToken });
  });

  it('gives no more than a megabyte at once, and the rest on further pages', async () => {
    const long = (letter: string) => letter.repeat(400_000);
    await stream('one', [
      [-3, long('a')],
      [-2, long('b')],
      [-1, long('c')],
    ]);
    const last = await read();
    expect(last.lines).toEqual([long('b'), long('c')]);
    const before = await read({ nextToken: last.nextBackwardToken });
    expect(before.lines).toEqual([long('a')]);
    const first = await read({ startFromHead: true });
    expect(first.lines).toEqual([long('a'), long('b')]);
    expect((await read({ nextToken: first.nextForwardToken })).lines).toEqual([long('c')]);
  });

  it('takes the start of a window with it and leaves its end out', async () => {
    await stream('one', five);
    const window = { startTime: NOW - 9, endTime: NOW - 7, startFromHead: true };
    expect((await read(window)).lines).toEqual(['b', 'c']);
  });

  it('follows a stream that was empty at first', async () => {
    await stream('one');
    const empty = await read({ startFromHead: true });
    expect(empty.lines).toEqual([]);
    await put('one', [[0, 'first']]);
    expect((await read({ nextToken: empty.nextForwardToken })).lines).toEqual(['first']);
  });

  it('takes the ARN of a group for its name', async () => {
    await stream('one', [[0, 'a']]);
    const arn = `arn:aws:logs:us-east-1:123456789012:log-group:${GROUP}`;
    const command = new GetLogEventsCommand({ logGroupIdentifier: arn, logStreamName: 'one' });
    expect((await logs.send(command)).events).toHaveLength(1);
  });

  it.each([{ nextToken: 'f/x/s' }, { limit: 0 }, { limit: 10_001 }])('refuses %j', async (options) => {
    await stream('one', five);
    await expect(read(options)).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });

  it('gives every event once, in order, whatever the sizes of batches and pages', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.integer({ min: -50, max: 0 }), { minLength: 1, maxLength: 6 }), {
          maxLength: 6,
        }),
        fc.integer({ min: 1, max: 7 }),
        fc.boolean(),
        async (batches, limit, startFromHead) => {
          logs = freshLogs();
          await logs.send(new CreateLogGroupCommand({ logGroupName: GROUP }));
          await stream('one');
          const all: { offset: number; line: string }[] = [];
          for (const batch of batches) {
            const sorted = [...batch].sort((one, other) => one - other);
            const events = sorted.map((offset, place) => ({ offset, line: `${all.length + place}` }));
            all.push(...events);
            await put(
              'one',
              events.map(({ offset, line }) => [offset, line]),
            );
          }
          const expected = [...all].sort((one, other) => one.offset - other.offset).map(({ line }) => line);
          const seen: string[] = [];
          for (let page = await read({ limit, startFromHead }); page.lines.length > 0;) {
            if (startFromHead) seen.push(...page.lines);
            else seen.unshift(...page.lines);
            const nextToken = startFromHead ? page.nextForwardToken : page.nextBackwardToken;
            page = await read({ limit, nextToken });
          }
          expect(seen).toEqual(expected);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('FilterLogEvents', () => {
  beforeEach(async () => {
    await stream('web/a', [
      [-9, 'GET / 200'],
      [-7, 'ERROR cannot connect'],
      [-5, 'GET / 500'],
    ]);
    await stream('web/b', [
      [-8, 'WARN slow'],
      [-6, 'ERROR timed out'],
    ]);
    await stream('job/c', [[-4, 'done']]);
  });

  it('interleaves the streams in order of time', async () => {
    expect((await filter({ logStreamNamePrefix: 'web/' })).lines).toEqual([
      'web/a: GET / 200',
      'web/b: WARN slow',
      'web/a: ERROR cannot connect',
      'web/b: ERROR timed out',
      'web/a: GET / 500',
    ]);
  });

  it('takes streams by name, and a window with both ends', async () => {
    expect((await filter({ logStreamNames: ['web/b', 'job/c'] })).lines).toHaveLength(3);
    expect((await filter({ startTime: NOW - 6, endTime: NOW - 5 })).lines).toEqual([
      'web/b: ERROR timed out',
      'web/a: GET / 500',
    ]);
  });

  it('has empty pages with more behind them', async () => {
    const { lines, pages } = await filter({ filterPattern: 'ERROR' }, 1);
    expect(lines).toEqual(['web/a: ERROR cannot connect', 'web/b: ERROR timed out']);
    expect(pages).toBe(6);
    const first = await logs.send(
      new FilterLogEventsCommand({ logGroupName: GROUP, filterPattern: 'ERROR', limit: 1 }),
    );
    expect(first).toMatchObject({ events: [], nextToken: expect.any(String) });
  });

  it('gives every event an id of its own', async () => {
    const { events } = await logs.send(new FilterLogEventsCommand({ logGroupName: GROUP }));
    const ids = events!.map(({ eventId }) => eventId!);
    expect(new Set(ids).size).toBe(6);
    expect(ids.every((id) => /^\d{56}$/.test(id))).toBe(true);
  });

  it.each([
    ['streams by name and by prefix', { logStreamNames: ['web/a'], logStreamNamePrefix: 'web' }],
    ['a token that was not given', { nextToken: 'zzz' }],
    ['a term with other characters outside quotes', { filterPattern: 'a/b' }],
  ])('refuses %s', async (_what, options) => {
    await expect(filter(options)).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });

  it('refuses a stream that is not there', async () => {
    await expect(filter({ logStreamNames: ['web/z'] })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'The specified log stream does not exist.',
    });
  });
});
