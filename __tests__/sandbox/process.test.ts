import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../sandbox/json.js';
import { claimAddresses } from '../../sandbox/runtime/addresses.js';
import { processRuntime } from '../../sandbox/runtime/process.js';
import { lives, oneContainer, putImage, taskWorld, until, type TaskWorld } from './running-tasks.js';

/** Listens where it is told; `/sick` and `/well` change what its health check finds. */
const SERVER = `
  const { writeFileSync, rmSync } = require('node:fs');
  const path = 'well-' + process.env.HOST;
  require('node:http').createServer((request, response) => {
    if (request.url === '/sick') rmSync(path, { force: true });
    if (request.url === '/well') writeFileSync(path, '');
    response.end(process.env.NAME + ' ' + process.pid);
  }).listen(process.env.PORT ?? 3001, process.env.HOST, () => {
    writeFileSync(path, '');
    console.log('listening');
  });
`;
const IMAGE = 'registry.test/app:1';
const node = (script: string): JsonObject => ({ image: IMAGE, command: ['node', '-e', script] });
const server = (container: JsonObject = {}): JsonObject => ({
  image: IMAGE,
  command: ['node', 'server.js'],
  portMappings: [{ containerPort: 3001 }],
  ...container,
});

describe('tasks as processes', () => {
  let world: TaskWorld;

  beforeEach(async () => {
    const addresses = await claimAddresses();
    world = await taskWorld((cloud, folder) =>
      processRuntime(cloud, { folder: join(folder, 'images'), addresses }),
    );
    await putImage(
      world,
      '1',
      {
        'server.js': SERVER,
        'where.sh': '#!/bin/sh\necho "$0 in $PWD"\n',
        'health.sh': '#!/bin/sh\ntest -f "well-$HOST"\n',
      },
      { cmd: ['node', '-p', '"the command of the image"'], env: { FROM: 'image', KEPT: 'yes' } },
    );
  });
  afterEach(() => world.close());

  it('give a program the environment of image and task definition and nothing of the machine but PATH', async () => {
    process.env['AWS_SECRET_ACCESS_KEY'] = 'of the machine';
    const task = world.launch(
      oneContainer({
        ...node('console.log(JSON.stringify(process.env))'),
        environment: [{ name: 'FROM', value: 'task definition' }],
      }),
    );
    expect(await task.end).toBe('app exited 0');
    const { PATH, HOST, ...environment } = JSON.parse(task.lines.join('')) as Record<string, string>;
    expect(environment).toEqual({ FROM: 'task definition', KEPT: 'yes' });
    expect(HOST).toBe(task.ip);
    expect(PATH?.split(':')[0]).toBe(dirname(process.execPath));
  });

  it("tell the digest, then each line of output, then the program's own exit code", async () => {
    const digest = await putImage(world, '2', {
      'fail.js': 'console.log("one\\ntwo"); console.error("oops"); process.exitCode = 3',
    });
    const task = world.launch(
      oneContainer({ image: `registry.test/app@${digest}`, command: ['node', 'fail.js'] }),
    );
    await task.end;
    expect(task.told).toEqual([`app pulled ${digest}`, 'app started', 'app exited 3']);
    expect([...task.lines].sort()).toEqual(['one', 'oops', 'two']);
  });

  it("run the image's command unless the task definition has another, in the image's working directory", async () => {
    const plain = world.launch(oneContainer({ image: IMAGE }));
    const other = world.launch(oneContainer({ image: IMAGE, entryPoint: ['/srv/where.sh'] }));
    await Promise.all([plain.end, other.end]);
    expect(plain.lines).toEqual(['the command of the image']);
    expect(other.lines).toEqual([expect.stringMatching(/images\/sha256-\w+\/srv\/where\.sh in .*\/srv$/)]);
  });

  it('follow the health check of the task definition into sickness and back', async () => {
    const healthCheck = { command: ['CMD', './health.sh'], interval: 5, retries: 2 };
    const task = world.launch(oneContainer(server({ healthCheck })));
    await until(() => task.told.includes('app HEALTHY'));
    await task.ask('/sick');
    await until(() => task.told.includes('app UNHEALTHY'));
    await task.ask('/well');
    await until(() => task.told.filter((one) => one === 'app HEALTHY').length === 2);
    expect(task.told.filter((one) => one.startsWith('app H') || one.startsWith('app U'))).toEqual([
      'app HEALTHY',
      'app UNHEALTHY',
      'app HEALTHY',
    ]);
  });

  it('take a health check that never ends for a failed one, and end it', async () => {
    const command = ['CMD-SHELL', 'echo $$ > checking; exec sleep 600'];
    const task = world.launch(
      oneContainer(server({ healthCheck: { command, interval: 5, timeout: 2, retries: 1 } })),
    );
    await until(() => task.told.includes('app UNHEALTHY'));
    const shown = world.launch(oneContainer(node('console.log(fs.readFileSync("checking", "utf8").trim())')));
    await shown.end;
    const pid = Number(shown.lines[0]);
    task.stop();
    await task.end;
    await until(() => !lives(pid));
    expect(task.told.at(-1)).toBe('app exited 143');
  });

  it('do not count failed checks within the start period', async () => {
    const late = `setTimeout(() => fs.writeFileSync('well-' + process.env.HOST, ''), 1000); setInterval(() => 0, 1e6)`;
    const healthCheck = { command: ['CMD', './health.sh'], interval: 5, retries: 1, startPeriod: 300 };
    const task = world.launch(oneContainer({ ...node(late), healthCheck }));
    await until(() => task.told.some((one) => one.endsWith('HEALTHY')));
    expect(task.told.at(-1)).toBe('app HEALTHY');
  });

  it('end with the exit code that the program gives to SIGTERM', async () => {
    const task = world.launch(
      oneContainer(
        node(`process.on('SIGTERM', () => process.exit(7)); setInterval(() => 0, 1e6); console.log('up')`),
      ),
    );
    await until(() => task.lines.includes('up'));
    task.stop();
    expect(await task.end).toBe('app exited 7');
  });

  it('are killed after the stop timeout when they ignore SIGTERM, with all that they started', async () => {
    const stubborn = `
      process.on('SIGTERM', () => console.log('not now'));
      const { pid } = require('node:child_process').spawn('sleep', ['600']);
      setInterval(() => 0, 1e6);
      console.log(pid);
    `;
    const task = world.launch(oneContainer({ ...node(stubborn), stopTimeout: 4 }));
    await until(() => task.lines.length > 0);
    const child = Number(task.lines[0]);
    expect(lives(child)).toBe(true);
    task.stop();
    expect(await task.end).toBe('app exited 137');
    expect(task.lines).toContain('not now');
    await until(() => !lives(child));
  });

  it('cannot be started without their image, in the words of ECS', async () => {
    const task = world.launch(oneContainer({ image: 'registry.test/app:missing' }));
    expect(await task.end).toBe(
      'CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref ' +
        'registry.test/app:missing: registry.test/app:missing: not found',
    );
  });

  it.each([
    [['no-such-program'], 'exec: "no-such-program": executable file not found in $PATH: unknown'],
    [['./missing.sh'], 'exec: "./missing.sh": stat ./missing.sh: no such file or directory: unknown'],
  ])('cannot be started with the command %j', async (command, reason) => {
    const task = world.launch(oneContainer({ image: IMAGE, command }));
    const end = await task.end;
    expect(end).toMatch(/^CannotStartContainerError: /);
    expect(end.endsWith(reason)).toBe(true);
    expect(task.told).not.toContain('app started');
  });

  it('listen on one port at once, each at an address of its own', async () => {
    const tasks = ['a', 'b'].map((value) =>
      world.launch(oneContainer(server({ environment: [{ name: 'NAME', value }] }))),
    );
    await until(() => tasks.every(({ lines }) => lines.includes('listening')));
    const answers = await Promise.all(tasks.map((task) => task.ask('/')));
    expect(answers.map((answer) => answer.split(' ')[0])).toEqual(['a', 'b']);
    expect(new Set(tasks.map(({ ip }) => ip)).size).toBe(2);
  });

  it('are told a free port of the machine in bridge mode', async () => {
    const environment = [{ name: 'NAME', value: 'bridged' }];
    const task = world.launch(oneContainer(server({ environment }), { networkMode: 'bridge' }));
    await until(() => task.lines.includes('listening'));
    expect(task.bindings).toEqual([
      { bindIP: '0.0.0.0', containerPort: 3001, hostPort: expect.any(Number), protocol: 'tcp' },
    ]);
    expect(await task.ask('/')).toMatch(/^bridged /);
  });

  it('start a container when what it depends on has come far enough', async () => {
    const containerDefinitions = [
      { name: 'app', ...node('0'), dependsOn: [{ containerName: 'migration', condition: 'SUCCESS' }] },
      { name: 'migration', essential: false, ...node('0') },
    ];
    const task = world.launch({ networkMode: 'awsvpc', containerDefinitions });
    await until(() => task.told.includes('app exited 0'));
    expect(task.told.filter((one) => !one.includes('pulled'))).toEqual([
      'migration started',
      'migration exited 0',
      'app started',
      'app exited 0',
    ]);
  });

  it('fail when what they depend on did not succeed', async () => {
    const containerDefinitions = [
      { name: 'app', ...node('0'), dependsOn: [{ containerName: 'migration', condition: 'SUCCESS' }] },
      { name: 'migration', essential: false, ...node('process.exitCode = 1') },
    ];
    const task = world.launch({ networkMode: 'awsvpc', containerDefinitions });
    await until(() => task.told.length > 0 && task.told.at(-1)?.startsWith('dependency graph') === true);
    expect(task.told).not.toContain('app started');
  });

  it('leave neither a process nor a file behind', async () => {
    const tasks = [1, 2].map(() => world.launch(oneContainer(server())));
    const stopping = world.launch(
      oneContainer(
        node(`process.on('SIGTERM', () => 0); setInterval(() => 0, 1e6); console.log(process.pid)`),
      ),
    );
    await until(() => tasks.every(({ lines }) => lines.includes('listening')) && stopping.lines.length > 0);
    const pids = await Promise.all(tasks.map(async (task) => Number((await task.ask('/')).split(' ')[1])));
    stopping.stop();
    const starting = world.launch(oneContainer(server()));
    await world.cloud.runtime.close();
    expect([...pids, Number(stopping.lines[0])].filter(lives)).toEqual([]);
    expect(existsSync(join(world.folder, 'images'))).toBe(false);
    expect(starting.told).toEqual([]);
  });
});
