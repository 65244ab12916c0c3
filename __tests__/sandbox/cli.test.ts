import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
} from '@aws-sdk/client-ecs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { NAMES } from '../../sandbox/names.js';
import type { Ready } from '../../sandbox/sandbox.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const running = new Set<ChildProcess>();

afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
});

interface Command {
  readonly child: ChildProcess;
  /** Settles with the exit status and all that was written to standard error. */
  readonly end: Promise<{ readonly status: number | null; readonly errors: string }>;
}

/** The command as `npm run sandbox` starts it. */
function sandbox(...args: string[]): Command {
  const child = spawn(process.execPath, ['--import', 'tsx', 'sandbox/cli.ts', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const end = Promise.all([exit, text(child.stderr)]).then(([status, errors]) => ({ status, errors }));
  return { child, end };
}

/** The facts of the ready line; rejects when the command ends without one. */
async function readiness({ child, end }: Command): Promise<Ready> {
  if (!child.stdout) throw new Error('no output');
  for await (const line of createInterface({ input: child.stdout })) {
    const facts = /^sandbox ready (\{.*\})$/.exec(line)?.[1];
    if (facts) return JSON.parse(facts) as Ready;
  }
  throw new Error((await end).errors);
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

function get(url: string, ca: string, headers: OutgoingHttpHeaders = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(url, { ca, agent: false, headers }, (answer) => {
      const { statusCode: status, headers: sent } = answer;
      text(answer).then((body) => resolve({ status, headers: sent, body }), reject);
    })
      .on('error', reject)
      .end();
  });
}

function listens(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

describe('npm run sandbox', () => {
  it('serves a real application over HTTPS and AWS over HTTP, and SIGTERM ends all of it', async () => {
    const command = sandbox('--pace', '20');
    const ready = await readiness(command);
    const ca = readFileSync(ready.caFile, 'utf8');
    const version = await get(`${ready.baseUrl}/api/v1/version`, ca, { origin: NAMES.corsOrigin });
    expect(version.headers).toMatchObject({
      'access-control-allow-origin': NAMES.corsOrigin,
      'strict-transport-security': expect.stringMatching(/^max-age=31536000\b/),
    });
    expect(JSON.parse(version.body)).toMatchObject({
      gitSha: '1'.repeat(40),
      service: 'mentalspace-backend',
    });
    const database = await get(`${ready.baseUrl}/api/v1/health/ready`, ca);
    expect(database.status).toBe(200);
    const patients = (authorization: string) =>
      get(`${ready.baseUrl}/api/v1/patients`, ca, { authorization });
    expect(await patients(`Bearer ${NAMES.apiToken}`)).toMatchObject({ status: 200 });
    expect(await patients('Bearer wrong')).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': expect.stringMatching(/^Bearer /) },
    });

    const places = await placesOf(ready);
    expect(places).toHaveLength(3);
    expect(await Promise.all(places.map(({ host, port }) => listens(host, port)))).toEqual([
      true,
      true,
      true,
    ]);

    command.child.kill('SIGTERM');
    expect(await command.end).toEqual({ status: 0, errors: '' });
    expect(await Promise.all(places.map(({ host, port }) => listens(host, port)))).toEqual([
      false,
      false,
      false,
    ]);
    expect(existsSync(dirname(ready.caFile))).toBe(false);
  }, 60_000);

  it('has nothing in it with --empty, and SIGINT ends it', async () => {
    const command = sandbox('--empty', '--runtime', 'simulated');
    const { cluster, service, targetGroup, endpoint } = await readiness(command);
    expect([cluster, service, targetGroup]).toEqual([null, null, null]);
    expect(new URL(endpoint).hostname).toBe('127.0.0.1');
    command.child.kill('SIGINT');
    expect((await command.end).status).toBe(0);
  }, 30_000);

  it('refuses a wrong flag with one line and exit status 2', async () => {
    expect(await sandbox('--pace', '0').end).toEqual({
      status: 2,
      errors: "sandbox: --pace 0: the pace is a number above 0 and at most 1000; 1 is AWS's own speed.\n",
    });
  }, 30_000);

  it('says in one line that its port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const { status, errors } = await sandbox('--empty', '--runtime', 'simulated', '--port', String(port)).end;
    server.close();
    expect(status).toBe(1);
    expect(errors).toBe(`sandbox: listen EADDRINUSE: address already in use 127.0.0.1:${port}\n`);
  }, 30_000);
});

/** Where the tasks and their database listen, as the SDK tells it. */
async function placesOf(ready: Ready): Promise<{ host: string; port: number }[]> {
  const { endpoint, region } = ready;
  const cluster = ready.cluster ?? '';
  const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'test' };
  const ecs = new ECSClient({ endpoint, region, credentials });
  const { services = [] } = await ecs.send(
    new DescribeServicesCommand({ cluster, services: [ready.service ?? ''] }),
  );
  const { taskDefinition } = await ecs.send(
    new DescribeTaskDefinitionCommand({ taskDefinition: services[0]?.taskDefinition }),
  );
  const environment = taskDefinition?.containerDefinitions?.[0]?.environment ?? [];
  const database = new URL(environment.find(({ name }) => name === 'DATABASE_URL')?.value ?? '');
  const { taskArns } = await ecs.send(new ListTasksCommand({ cluster }));
  const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
  ecs.destroy();
  const hosts = tasks.map(
    ({ containers }) => containers?.[0]?.networkInterfaces?.[0]?.privateIpv4Address ?? '',
  );
  return [
    ...hosts.map((host) => ({ host, port: 3001 })),
    { host: database.hostname, port: Number(database.port) },
  ];
}
