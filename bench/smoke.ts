import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { NAMES } from '../sandbox/names.js';
import type { Ready } from '../sandbox/sandbox.js';
import { clock } from '../src/adapters/clock.js';
import { httpSender } from '../src/adapters/http.js';
import { CHECKS, type CheckResult } from '../src/checks/check.js';
import { runSuite } from '../src/checks/suite.js';
import { readInputs } from '../src/inputs/inputs.js';
import { suiteOf } from '../src/steps/smoke.js';
import type { HttpRequest, SendHttp } from '../src/world.js';
import { range, type Range } from './statistics.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** How the smoke suite is measured. */
export interface SmokeMeasuring {
  readonly node: string;
  readonly rounds: number;
  /** Folder of the action.yml whose `dist` is measured. */
  readonly folder: string;
}

/** What one of the measurements gave; times in milliseconds. */
export interface SmokeFigures {
  /** The whole suite in a process that runs already. */
  readonly suite: Range;
  /** The slowest check alone, and its name. */
  readonly slowest: { readonly name: string; readonly took: Range };
  /** The command by hand, from the start of its process to its end. */
  readonly command: Range;
  /** Bytes that it had in memory at most. */
  readonly memory: Range;
  /** The same requests by curl, one after the other. */
  readonly curl: Range;
  readonly requests: number;
  /** Names of the checks that did not pass. */
  readonly failed: readonly string[];
}

/** Measures the suite against the example backend behind the local load balancer, beside the same requests by curl. */
export async function measureSmoke({ node, rounds, folder }: SmokeMeasuring): Promise<SmokeFigures> {
  const sandbox = await sandboxApart();
  try {
    const { ready } = sandbox;
    const ca = await readFile(ready.caFile, 'utf8');
    const sent: HttpRequest[] = [];
    const { took: suite, results } = await repeated(rounds, ready, ca, undefined, sent);
    const alone = await eachAlone(rounds, ready, ca);
    const requests = sent.slice(0, sent.length / rounds);
    const commands = await times(rounds, () => runCommand(node, folder, ready));
    return {
      suite,
      slowest: alone.reduce((one, other) => (other.took.median > one.took.median ? other : one)),
      command: range(commands.map(({ took }) => took)),
      memory: range(commands.map(({ memory }) => memory)),
      curl: range(await times(rounds, () => withCurl(requests, ready))),
      requests: requests.length,
      failed: results.filter(({ verdict }) => verdict !== 'pass').map(({ check }) => check),
    };
  } finally {
    sandbox.close();
  }
}

/** The local AWS in a process of its own, so that its load balancer does not wait for those who ask it. */
async function sandboxApart(): Promise<{ readonly ready: Ready; readonly close: () => void }> {
  const parameters = ['--import', 'tsx', 'sandbox/cli.ts', '--runtime', 'process'];
  const child = spawn(process.execPath, parameters, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface(child.stdout)) {
    const [, ready] = /^sandbox ready (\{.*\})$/.exec(line) ?? [];
    if (ready !== undefined) return { ready: JSON.parse(ready) as Ready, close: () => child.kill('SIGTERM') };
  }
  throw new Error('The local AWS did not start.');
}

function flagsFor({ baseUrl, httpUrl }: Ready): Readonly<Record<string, string>> {
  return {
    'base-url': baseUrl,
    'http-url': httpUrl,
    'protected-path': '/api/v1/patients',
    'cors-origin': NAMES.corsOrigin,
  };
}

async function times<Made>(rounds: number, work: () => Promise<Made>): Promise<readonly Made[]> {
  const made: Made[] = [];
  for (let round = 0; round < rounds; round++) made.push(await work());
  return made;
}

async function eachAlone(rounds: number, ready: Ready, ca: string) {
  const alone: { readonly name: string; readonly took: Range }[] = [];
  for (const name of CHECKS) {
    const { took } = await repeated(rounds, ready, ca, name, []);
    alone.push({ name, took });
  }
  return alone;
}

/** Runs the suite, or one of its checks, several times in this process; what is sent is added to `sent`. */
async function repeated(
  rounds: number,
  ready: Ready,
  ca: string,
  only: string | undefined,
  sent: HttpRequest[],
): Promise<{ readonly took: Range; readonly results: readonly CheckResult[] }> {
  const env = Object.entries({ mode: 'smoke', ...flagsFor(ready) }).map(
    ([name, value]) => [`INPUT_${name.toUpperCase()}`, value] as const,
  );
  const inputs = await readInputs(Object.fromEntries(env), { read: () => Promise.resolve(undefined) });
  if (inputs.mode !== 'smoke') throw new Error('The mode is smoke.');
  const suite = {
    ...suiteOf(inputs.smoke, { commit: undefined, consecutive: 5 }),
    includes: (name: string) => only === undefined || name === only,
  };
  const send = httpSender({ ca });
  const http: SendHttp = (request) => {
    sent.push(request);
    return send(request);
  };
  const signal = new AbortController().signal;
  let results: readonly CheckResult[] = [];
  const took = await times(rounds, async () => {
    const started = performance.now();
    results = await runSuite(suite, { http, clock, random: Math.random, signal });
    return performance.now() - started;
  });
  return { took: range(took), results };
}

/** Told to the command's process, which then says at its end how much memory it had at most, in KiB. */
const TELL_MEMORY = `data:text/javascript,process.on('exit',()=>console.error('peak',process.resourceUsage().maxRSS))`;

async function runCommand(node: string, folder: string, ready: Ready) {
  const flags = Object.entries(flagsFor(ready)).flatMap(([name, value]) => [`--${name}`, value]);
  const cwd = await mkdtemp(join(tmpdir(), 'bench-'));
  try {
    const started = performance.now();
    const child = spawn(node, ['--import', TELL_MEMORY, join(folder, 'dist/cli.js'), 'smoke', ...flags], {
      cwd,
      env: { PATH: process.env['PATH'], NODE_EXTRA_CA_CERTS: ready.caFile },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (part) => (said += String(part)));
    await once(child, 'close');
    if (child.exitCode !== 0) throw new Error(`The command ended with ${String(child.exitCode)}: ${said}`);
    const took = performance.now() - started;
    return { took, memory: Number(/peak (\d+)/.exec(said)?.[1]) * 1_024 };
  } finally {
    await rm(cwd, { recursive: true });
  }
}

/** Milliseconds that the requests take when curl sends one after the other. */
async function withCurl(requests: readonly HttpRequest[], { caFile }: Ready): Promise<number> {
  const started = performance.now();
  for (const { method, url, headers = {}, body } of requests) {
    const named = Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`]);
    const sent = body === undefined ? [] : ['--data-raw', body];
    const parameters = ['--silent', '--output', '/dev/null', '--cacert', caFile, '--request', method];
    const child = spawn('curl', [...parameters, ...named, ...sent, url], { stdio: 'ignore' });
    await once(child, 'close');
  }
  return performance.now() - started;
}
