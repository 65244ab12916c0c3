import { ECSClient } from '@aws-sdk/client-ecs';
import { virtualClock } from '../../sandbox/clock.js';
import { simulatedRuntime } from '../../sandbox/runtime/simulated.js';
import { emptyCloud } from '../sandbox/balanced-cloud.js';
import { sdkSettings } from '../sandbox/sdk.js';
import { ecsContract } from './ecs.js';

ecsContract(() => {
  const clock = virtualClock();
  const cloud = emptyCloud(simulatedRuntime({ clock }), clock);
  return Promise.resolve({
    client: new ECSClient(sdkSettings(cloud)),
    sleep: (milliseconds) => clock.advance(milliseconds),
    image: 'example.test/web:latest',
    subnets: ['subnet-0123456789abcdef0'],
    prefix: 'deploy-backend',
  });
});
