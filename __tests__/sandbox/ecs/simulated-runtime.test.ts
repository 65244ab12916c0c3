import { describe, expect, it } from '@jest/globals';
import { virtualClock } from '../../../sandbox/clock.js';
import type { Behaviour } from '../../../sandbox/runtime/behaviour.js';
import type { TaskEvents } from '../../../sandbox/runtime/runtime.js';
import { simulatedRuntime } from '../../../sandbox/runtime/simulated.js';
import type { Registry } from '../../../sandbox/runtime/simulated-containers.js';

const DIGEST = `sha256:${'a'.repeat(64)}`;

const REGISTRY: Registry = {
  host: 'registry.test',
  pull: (image) =>
    image.includes('missing')
      ? Promise.reject(new Error('CannotPullContainerError: not found'))
      : Promise.resolve({
          digest: DIGEST,
          config: {
            architecture: 'amd64',
            os: 'linux',
            env: ['GIT_SHA=fromimage', 'BUILD_TIME=2026-01-01T00:00:00Z=x'],
            entrypoint: [],
            cmd: [],
            workingDir: '/',
            labels: {},
          },
        }),
};

/** Launches one task of one container and writes down what is told of it. */
function launched(image: string, script: Record<string, Behaviour> = {}, container: object = {}) {
  const clock = virtualClock();
  const runtime = simulatedRuntime({ clock, script: new Map(Object.entries(script)), registry: REGISTRY });
  const told: string[] = [];
  const facts = { ip: '', digest: '' };
  const events: TaskEvents = {
    attached: (ip) => void told.push('attached', (facts.ip = ip)),
    pulled: (_, digest) => void told.push('pulled', (facts.digest = digest)),
    started: () => void told.push('started'),
    health: (_, status) => void told.push(status),
    exited: (_, { exitCode, reason }) => void told.push(`exited ${exitCode}${reason ? ` ${reason}` : ''}`),
    failed: (reason) => void told.push(reason),
    output: (_, line) => void told.push(`> ${line}`),
  };
  const task = runtime.launch(
    {
      id: 'a1',
      arn: 'arn',
      startedBy: 'ecs-svc/1',
      taskDefinition: {
        family: 'web',
        networkMode: 'awsvpc',
        containerDefinitions: [
          { name: 'app', image, portMappings: [{ containerPort: 3001, hostPort: 3001 }], ...container },
        ],
      },
    },
    events,
  );
  const get = (path: string, port = 3001) =>
    runtime.request({ ip: facts.ip, port }, { method: 'GET', path, headers: {}, timeout: 1_000 });
  return { clock, runtime, told, facts, task, get };
}

describe('a simulated task', () => {
  it('starts, answers, and stops when it is told to', async () => {
    const { clock, told, facts, task, get } = launched('example.test/web:v1');
    await clock.advance(9_000);
    await expect(get('/')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await clock.advance(1_000);
    expect(told).toEqual(['attached', facts.ip, 'pulled', facts.digest, 'started', '> app started']);
    expect(await get('/api/v1/health/live')).toMatchObject({
      status: 200,
      body: Buffer.from('{"status":"ok"}'),
    });
    expect(await get('/anything')).toMatchObject({ status: 404 });
    await expect(get('/', 81)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    task.stop();
    await clock.advance(1_000);
    expect(told.at(-1)).toBe('exited 0');
    await expect(get('/')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(clock.untilNext()).toBeUndefined();
  });

  it('takes image and environment from the registry, and the definition over those of the image', async () => {
    const { clock, facts, get } = launched(
      'registry.test/web:v1',
      {},
      {
        environment: [{ name: 'GIT_SHA', value: 'fromdefinition' }],
      },
    );
    await clock.advance(10_000);
    expect(facts.digest).toBe(DIGEST);
    const { body } = await get('/api/v1/version?x=1');
    expect(JSON.parse(body.toString())).toEqual({
      gitSha: 'fromdefinition',
      buildTime: '2026-01-01T00:00:00Z=x',
      nodeEnv: 'development',
      version: '1.0.0',
      service: 'mentalspace-backend',
    });
  });

  it('fails with the reason of the registry', async () => {
    const { clock, told } = launched('registry.test/missing:v1');
    await clock.advance(10_000);
    expect(told.at(-1)).toBe('CannotPullContainerError: not found');
    expect(clock.untilNext()).toBeUndefined();
  });

  it.each([
    ['tag', 'v1'],
    ['digest', DIGEST],
    ['whole reference', 'registry.test/web:v1'],
    ['wildcard', '*'],
  ])('follows what the script says of its %s', async (_, key) => {
    const { clock, told } = launched('registry.test/web:v1', {
      [key]: { exit: { after: 5_000, exitCode: 3, reason: 'boom' } },
    });
    await clock.advance(30_000);
    expect(told.at(-1)).toBe('exited 3 boom');
  });

  it('tells the verdict of its health check when a real one would have it', async () => {
    const healthCheck = { command: ['CMD', 'true'], interval: 10, retries: 3, startPeriod: 60 };
    const good = launched('a:v1', {}, { healthCheck });
    await good.clock.advance(19_000);
    expect(good.told).not.toContain('HEALTHY');
    await good.clock.advance(1_000);
    expect(good.told.at(-1)).toBe('HEALTHY');
    const bad = launched('a:v1', { v1: { unhealthyAfter: 0 } }, { healthCheck });
    await bad.clock.advance(99_000);
    expect(bad.told).not.toContain('UNHEALTHY');
    await bad.clock.advance(1_000);
    expect(bad.told.at(-1)).toBe('UNHEALTHY');
    expect((await bad.get('/')).status).toBe(503);
  });

  it('answers as the script wants, or not at all', async () => {
    const { clock, get } = launched('a:v1', {
      v1: {
        answer: ({ path }, { uptime }) =>
          path === '/hang'
            ? 'hang'
            : path === '/own'
              ? { status: 418, headers: { a: 'b', vary: 'Accept' }, body: `${uptime}` }
              : undefined,
        lacksHeaders: ['x-frame-options'],
      },
    });
    await clock.advance(15_000);
    const own = await get('/own');
    expect(own).toMatchObject({ status: 418, body: Buffer.from('5000') });
    expect(own.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      a: 'b',
      vary: 'Accept',
      'x-content-type-options': 'nosniff',
    });
    expect(own.headers).not.toHaveProperty('x-frame-options');
    expect((await get('/api/v1')).status).toBe(200);
    const silent = get('/hang').then(() => 'answered');
    expect(await Promise.race([silent, clock.advance(60_000).then(() => 'silent')])).toBe('silent');
  });

  it('leaves nothing behind when it is stopped before it runs', async () => {
    const { clock, told, task } = launched('a:v1');
    await clock.advance(4_000);
    task.stop();
    await clock.advance(60_000);
    expect(told).toHaveLength(2);
    expect(clock.untilNext()).toBeUndefined();
  });
});
