/**
 * `npm start`: a commit is released, from the built action to a real HTTP service, with nothing mocked between.
 * A local AWS comes up with the example backend live in version 1; then the action releases version 2 as
 * GitHub's runner would run it. With a Docker Engine the image is built and pushed for real.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { node24 } from '../runner/node-24.js';
import { runAction, type StepResult } from '../runner/run-action.js';
import { showOn } from '../runner/show.js';
import { NAMES } from '../sandbox/names.js';
import { packExample } from '../sandbox/example-image.js';
import { startSandbox, type Ready, type Sandbox } from '../sandbox/sandbox.js';
import { hashBuildInputs, INPUTS_LABEL } from '../src/model/build-inputs.js';
import { buildMachine, type BuildMachine } from './demo/build-machine.js';
import { makeCheckout, type Checkout } from './demo/checkout.js';
import { renderSummary } from './demo/render-summary.js';

const ACTION = fileURLToPath(new URL('..', import.meta.url));
const PACE = 10;
/** Where reports stay after the demo; git ignores it. */
const REPORTS = join(process.cwd(), 'deployment-reports');

/** Ctrl-C cancels the release and then takes everything down. */
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** What the demo's release is told, as a workflow would have it under `with`. */
function inputsFor(ready: Ready, machine: BuildMachine): Record<string, string> {
  return {
    'aws-region': ready.region,
    cluster: ready.cluster ?? '',
    service: ready.service ?? '',
    'ecr-repository': ready.repository ?? '',
    'base-url': ready.baseUrl,
    'http-url': ready.httpUrl,
    'protected-path': '/api/v1/patients',
    'cors-origin': NAMES.corsOrigin,
    'build-args': machine.engine ? machine.buildArgs.join('\n') : '',
    environment: 'production',
    'github-token': 'demo',
    'report-dir': REPORTS,
  };
}

/** Without an engine the image of the commit has to be there already, with the labels that a build would give it. */
async function putImage(sandbox: Sandbox, { second }: Checkout): Promise<void> {
  const platform = process.arch === 'arm64' ? 'linux/arm64' : 'linux/amd64';
  const nothing = { target: undefined, buildArgs: [], secrets: [], cacheFrom: [], cacheTo: [] };
  const hash = hashBuildInputs({ context: '.', dockerfile: 'Dockerfile', platform, ...nothing }, []);
  await packExample(sandbox.cloud, {
    tag: second,
    commit: second,
    buildTime: new Date().toISOString().replace(/\.\d{3}Z$/, 'Z'),
    labels: { [INPUTS_LABEL]: hash },
  });
}

async function release(sandbox: Sandbox, checkout: Checkout, machine: BuildMachine): Promise<StepResult> {
  const { ready } = sandbox;
  const node = node24();
  return runAction({
    action: ACTION,
    workspace: checkout.folder,
    inputs: inputsFor(ready, machine),
    env: {
      AWS_ACCESS_KEY_ID: 'AKIADEMO',
      AWS_SECRET_ACCESS_KEY: 'demo',
      AWS_ENDPOINT_URL: ready.endpoint,
      NODE_EXTRA_CA_CERTS: ready.caFile,
    },
    contexts: {
      github: { sha: checkout.second, api_url: ready.githubApi, repository: ready.githubRepository },
    },
    cancel: stop.signal,
    onLine: showOn(process.stdout),
    ...(node === undefined ? {} : { node }),
  });
}

async function demo(checkout: Checkout): Promise<boolean> {
  const machine = await buildMachine();
  say(
    machine.engine
      ? 'A Docker Engine answers: the image is built and pushed for real.'
      : `${machine.why} The image is not built: it is in the repository already.`,
  );
  say('The local AWS starts, with the example backend live in version 1 …');
  const sandbox = await startSandbox({
    pace: PACE,
    runtime: machine.engine ? 'docker' : 'process',
    commit: checkout.first,
    nextCommit: checkout.second,
    signal: stop.signal,
  });
  try {
    if (!machine.engine) await putImage(sandbox, checkout);
    say(
      `Version 1 (${checkout.first.slice(0, 12)}) answers at ${sandbox.ready.baseUrl}. The action releases version 2 (${checkout.second.slice(0, 12)}); AWS is ${String(PACE)} times as fast here.\n`,
    );
    const result = await release(sandbox, checkout, machine);
    say('\nOutputs of the step:');
    for (const [name, value] of Object.entries(result.outputs))
      say(`  ${name} = ${value.length > 100 ? `${value.slice(0, 99)}…` : value}`);
    say(`\nThe job summary, as GitHub would show it: ${await renderSummary(result.main?.summary ?? '')}`);
    say(`The report: ${(result.outputs['report-path'] ?? '').replace(/md$/, 'html')}`);
    return result.conclusion === 'success';
  } finally {
    await sandbox.close();
  }
}

const checkout = await makeCheckout();
try {
  process.exitCode = (await demo(checkout)) ? 0 : 1;
} catch (error) {
  say(stop.signal.aborted ? 'Stopped.' : String(error));
  process.exitCode = 1;
} finally {
  await rm(checkout.folder, { recursive: true, force: true });
}
