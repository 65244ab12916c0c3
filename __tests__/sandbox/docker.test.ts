import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { packImage } from '../../sandbox/ecr/pack.js';
import { exampleMachine } from '../../sandbox/example-program.js';
import type { JsonObject } from '../../sandbox/json.js';
import { claimAddresses } from '../../sandbox/runtime/addresses.js';
import { dockerEngine, engineAnswers, field } from '../../sandbox/runtime/docker-engine.js';
import { dockerRuntime, LABEL } from '../../sandbox/runtime/docker.js';
import { serveCloud, openEndpoint, type Endpoint } from '../../sandbox/server.js';
import { oneContainer, PACE, taskWorld, until, type TaskWorld } from './running-tasks.js';

const why = await whyNot();
if (why && process.env['REQUIRE_DOCKER']) throw new Error(`Docker has to be there. ${why}`);

async function whyNot(): Promise<string | undefined> {
  try {
    return (await engineAnswers(dockerEngine())) ? undefined : 'no Docker Engine answers';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const SERVER = `
  const { writeFileSync, rmSync } = require('node:fs');
  const server = require('node:http').createServer((request, response) => {
    if (request.url === '/sick') rmSync('/well', { force: true });
    response.end(process.env.NAME);
  });
  server.listen(3001, process.env.HOST, () => { writeFileSync('/well', ''); console.log('listening'); });
`;

(why ? describe.skip : describe)(`tasks as containers${why ? ` (skipped: ${why})` : ''}`, () => {
  const engine = dockerEngine(why ? 'unix:///nowhere' : undefined);
  let world: TaskWorld;
  let endpoint: Endpoint;
  let image: string;

  beforeAll(async () => {
    const addresses = await claimAddresses();
    endpoint = await openEndpoint({ host: '127.0.0.1', port: 0 });
    world = await taskWorld(
      (cloud) => dockerRuntime(cloud, { engine, addresses, pace: () => PACE }),
      `127.0.0.1:${endpoint.port}`,
    );
    endpoint.serve(serveCloud(world.cloud, () => undefined));
    const digest = await packImage(world.cloud, {
      repository: 'app',
      tag: '1',
      folder: await exampleMachine(),
      place: '/',
      config: {
        cmd: ['node', '-p', '"of the image"'],
        env: { PATH: '/bin', FROM: 'image' },
        workingDir: '/app',
      },
    });
    image = `${world.cloud.ecr.host}/app@${digest}`;
  }, 120_000);
  afterAll(async () => {
    await world.close();
    await endpoint.close();
  }, 60_000);

  const node = (script: string): JsonObject => ({ image, command: ['node', '-e', script] });
  const leftovers = async (): Promise<unknown> => {
    const filters = JSON.stringify({ label: [`${LABEL}=${process.pid}`] });
    return engine.call('GET', '/containers/json', { query: { all: '1', filters } });
  };

  it("tell digest, output and exit code, and run the image's command where there is no other", async () => {
    const plain = world.launch(oneContainer({ image }));
    const failing = world.launch(
      oneContainer({
        ...node('console.log(process.env.FROM); console.error(process.env.HOST); process.exitCode = 3'),
        environment: [{ name: 'FROM', value: 'task definition' }],
      }),
    );
    await Promise.all([plain.end, failing.end]);
    expect(plain.lines).toEqual(['of the image']);
    expect(failing.told).toEqual([`app pulled ${image.split('@')[1] ?? ''}`, 'app started', 'app exited 3']);
    expect([...failing.lines].sort()).toEqual([failing.ip, 'task definition']);
  }, 60_000);

  it('listen on one port at once, each at an address of its own', async () => {
    const tasks = ['a', 'b'].map((value) =>
      world.launch(oneContainer({ ...node(SERVER), environment: [{ name: 'NAME', value }] })),
    );
    await until(() => tasks.every(({ lines }) => lines.includes('listening')));
    expect(await Promise.all(tasks.map((task) => task.ask('/')))).toEqual(['a', 'b']);
    for (const task of tasks) task.stop();
    await Promise.all(tasks.map(({ end }) => end));
  }, 60_000);

  it('follow the health check of the task definition', async () => {
    const command = ['CMD', 'node', '-e', 'fs.statSync("/well")'];
    const healthCheck = { command, interval: 5, retries: 1, timeout: 5 };
    const task = world.launch(oneContainer({ ...node(SERVER), healthCheck }));
    await until(() => task.told.includes('app HEALTHY'));
    await task.ask('/sick');
    await until(() => task.told.includes('app UNHEALTHY'));
    task.stop();
    await task.end;
  }, 60_000);

  it('are killed after the stop timeout when they ignore SIGTERM', async () => {
    const stubborn = `process.on('SIGTERM', () => console.log('not now')); setInterval(() => 0, 1e6); console.log('up')`;
    const task = world.launch(oneContainer({ ...node(stubborn), stopTimeout: 2 }));
    await until(() => task.lines.includes('up'));
    task.stop();
    expect(await task.end).toBe('app exited 137');
    expect(task.lines).toEqual(['up', 'not now']);
  }, 60_000);

  it('say that they were killed for their memory', async () => {
    const hungry = 'const all = []; for (;;) all.push(Buffer.alloc(8 * 1024 * 1024, 1))';
    const task = world.launch(oneContainer({ ...node(hungry), memory: 96 }));
    expect(await task.end).toBe('app exited 137 OutOfMemoryError: Container killed due to memory usage');
  }, 60_000);

  it('cannot be started without their image or their program, in the words of ECS', async () => {
    const missing = world.launch(oneContainer({ image: `${world.cloud.ecr.host}/app:missing` }));
    const wrong = world.launch(oneContainer({ image, entryPoint: ['no-such-program'] }));
    expect(await missing.end).toMatch(/^CannotPullContainerError: .*app:missing: not found$/);
    expect(await wrong.end).toMatch(
      /^CannotStartContainerError: Error response from daemon: .*no-such-program/,
    );
    expect(await leftovers()).toEqual([]);
  }, 60_000);

  it('leave neither a container nor an image behind', async () => {
    const task = world.launch(oneContainer(node(SERVER)));
    await until(() => task.lines.includes('listening'));
    expect(await leftovers()).toHaveLength(1);
    expect(field(await engine.call('GET', `/images/${image}/json`), 'Config')).toMatchObject({
      WorkingDir: '/app',
    });
    await world.cloud.runtime.close();
    expect(await leftovers()).toEqual([]);
    await expect(engine.call('GET', `/images/${image}/json`)).rejects.toThrow(/[Nn]o such image/);
  }, 60_000);
});
