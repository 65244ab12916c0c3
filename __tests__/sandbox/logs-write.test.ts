import { expect, it } from '@jest/globals';
import { virtualClock } from '../../sandbox/clock.js';
import { createLogGroup } from '../../sandbox/logs/groups.js';
import { writeLog } from '../../sandbox/logs/write.js';
import { answeringRuntime, emptyCloud } from './balanced-cloud.js';

it("writes a container's lines with their time into a stream that it makes", async () => {
  const clock = virtualClock(1_000);
  const cloud = emptyCloud(answeringRuntime(new Map()), clock);
  const { streams } = createLogGroup(cloud, 'app');
  writeLog(cloud, 'app', 'web/app/1', 'up');
  await clock.advance(500);
  writeLog(cloud, 'app', 'web/app/1', 'ready');
  writeLog(cloud, 'app', 'web/app/2', 'up');
  expect([...streams.keys()]).toEqual(['web/app/1', 'web/app/2']);
  expect(streams.get('web/app/1')!.events.map(({ timestamp, message }) => [timestamp, message])).toEqual([
    [1_000, 'up'],
    [1_500, 'ready'],
  ]);
});

it('writes nothing when the group is missing', () => {
  const cloud = emptyCloud(answeringRuntime(new Map()));
  writeLog(cloud, 'app', 'web/app/1', 'up');
  expect(cloud.logs.groups.size).toBe(0);
});
