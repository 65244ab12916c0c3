import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMap, isScalar, parseDocument, visit } from 'yaml';
import { machineEnvironment } from '../../runner/environment.js';
import type { JobRun, StepRun, WorkflowRun } from '../../runner/workflow/results.js';
import { runWorkflow } from '../../runner/workflow/run-workflow.js';
import type { StandIn } from '../../runner/workflow/stand-in.js';
import type { WorkflowWish } from '../../runner/workflow/wish.js';
import type { Cloud } from '../../sandbox/cloud.js';
import { ecrOperations } from '../../sandbox/ecr/operations.js';
import { packImage } from '../../sandbox/ecr/pack.js';
import { NAMES } from '../../sandbox/names.js';
import type { Sandbox } from '../../sandbox/sandbox.js';
import { hashBuildInputs, INPUTS_LABEL } from '../../src/model/build-inputs.js';
import { ON_GITHUB } from './nodes.js';

/*
 * Workflows whose steps run this action, as built, in a local AWS, on GitHub's Node where it is installed; the actions of
 * others have stand-ins.
 */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A workflow of this repository, by its path there. */
export const workflowFile = (path: string): string => join(ROOT, path);

/** What a run of a workflow is told of the world around it. */
export interface Around {
  /** What `actions/checkout` gets: a repository, at its newest commit. */
  readonly checkout?: { readonly folder: string; readonly commit: string };
  /** Gets what `actions/upload-artifact` uploads. */
  readonly uploads?: Upload[];
}

/** What one step uploaded. */
export interface Upload {
  readonly name: string;
  /** Texts by path. */
  readonly files: Readonly<Record<string, string>>;
}

/** Runs a workflow as GitHub would in the repository of the ready-made service. */
export function runInAccount(
  sandbox: Sandbox,
  wish: Pick<WorkflowWish, 'file' | 'event'> & Partial<WorkflowWish>,
  { checkout, uploads = [] }: Around = {},
): Promise<WorkflowRun> {
  const { ready, identity } = sandbox;
  return runWorkflow({
    repositories: { 'mentalspace/deploy-backend': ROOT },
    ...(ON_GITHUB.program === undefined ? {} : { node: ON_GITHUB.program }),
    idToken: (environment) => {
      const { repository, ids, ref, immutable } = identity.job;
      const job = { repository, ids, ref, immutable };
      identity.job = environment === undefined ? job : { ...job, environment };
      return { url: ready.idTokenUrl, token: ready.idTokenSecret };
    },
    ...wish,
    machine: {
      ...machineEnvironment(process.env),
      AWS_ENDPOINT_URL: ready.endpoint,
      AWS_EC2_METADATA_DISABLED: 'true',
      NODE_EXTRA_CA_CERTS: ready.caFile,
      DOCKER_HOST: 'unix:///nowhere/docker.sock',
      ...wish.machine,
    },
    contexts: {
      ...wish.contexts,
      github: {
        repository: ready.githubRepository,
        api_url: ready.githubApi,
        ...(checkout ? { sha: checkout.commit } : {}),
        ...wish.contexts?.github,
      },
    },
    standIns: {
      'actions/checkout': checkOut(checkout?.folder),
      'actions/upload-artifact': uploadTo(uploads),
      'aws-actions/configure-aws-credentials': configureCredentials,
      ...wish.standIns,
    },
  });
}

/** In place of actions/checkout: clones into the workspace, with as much history as is asked for. */
function checkOut(source: string | undefined): StandIn {
  return ({ inputs, contexts: { github } }) => {
    if (source === undefined) throw new Error('There is nothing to check out.');
    const depth = inputs['fetch-depth'] === '0' ? [] : ['--depth', inputs['fetch-depth'] ?? '1'];
    execFileSync('git', ['clone', '--quiet', ...depth, `file://${source}`, github['workspace'] ?? '']);
    return {};
  };
}

/** In place of actions/upload-artifact: keeps what is in each folder, and each file, of those it is told. */
export function uploadTo(uploads: Upload[]): StandIn {
  return ({ inputs: { name = '', path = '' } }) => {
    const files = path
      .trim()
      .split('\n')
      .flatMap((each) =>
        statSync(each).isDirectory()
          ? readdirSync(each).map((file) => [file, readFileSync(join(each, file), 'utf8')] as const)
          : [[basename(each), readFileSync(each, 'utf8')] as const],
      );
    uploads.push({ name, files: Object.fromEntries(files) });
    return {};
  };
}

/**
 * In place of aws-actions/configure-aws-credentials with keys: exports and masks them, masks the account only when it is
 * asked to, and takes the variables away after the job (its helpers.ts exportCredentials and exportAccountId, cleanup/index.ts).
 */
const configureCredentials: StandIn = ({ inputs }) => {
  const {
    'aws-access-key-id': id = '',
    'aws-secret-access-key': secret = '',
    'aws-region': region = '',
  } = inputs;
  if (id === '' || secret === '') throw new Error('Could not load credentials from any providers');
  const masked = inputs['mask-aws-account-id'] === 'true' ? [NAMES.account] : [];
  const env = {
    AWS_ACCESS_KEY_ID: id,
    AWS_SECRET_ACCESS_KEY: secret,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
  };
  return {
    env,
    masks: [id, secret, ...masked],
    outputs: { 'aws-account-id': NAMES.account },
    post: () => ({ env: Object.fromEntries(Object.keys(env).map((name) => [name, ''])) }),
  };
};

/** The job of this action in a run, or in the workflow that is called. */
export function deployJob({ jobs }: WorkflowRun, id = 'deploy'): JobRun {
  const all = jobs.flatMap((job) => [job, ...(job.called?.jobs ?? [])]);
  const job = all.find((one) => one.id === id);
  if (!job) throw new Error(`There is no job ${id}.`);
  return job;
}

/** The step of this action in a job. */
export function deployStep({ steps }: JobRun): StepRun {
  const step = steps.find(({ name }) => name === 'Deploy Backend');
  if (!step) throw new Error('This action did not run.');
  return step;
}

/** The messages of the annotations of a level. */
export const messagesOf = ({ annotations }: JobRun, level: 'error' | 'warning'): readonly string[] =>
  annotations.filter((one) => one.level === level).map(({ message }) => message);

/** A repository with two commits, checked out at the second. */
export interface History {
  readonly folder: string;
  readonly first: string;
  readonly commit: string;
  remove(): void;
}

/** Makes a repository of files, whose second commit changes each of them. */
export function history(files: Readonly<Record<string, string>>): History {
  const folder = mkdtempSync(join(tmpdir(), 'deploy-backend-history-'));
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...args], {
      cwd: folder,
      encoding: 'utf8',
    }).trim();
  const commit = (subject: string, change: (text: string) => string): string => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), change(text));
    }
    git('add', '--all');
    git('commit', '--quiet', '--message', subject);
    return git('rev-parse', 'HEAD');
  };
  git('init', '--quiet', '--initial-branch', 'master');
  const first = commit('Begin', (text) => text);
  const second = commit('Go on', (text) => `${text}# second\n`);
  return { folder, first, commit: second, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A copy of a workflow that is removed with its folder. */
export interface Adapted {
  readonly file: string;
  remove(): void;
}

/**
 * Copies a workflow with values in place of those that it gives as `with` to this action or its workflow, by the name of the
 * input. Expressions stay, since they are what is tested. Throws where the workflow does not give an input as a plain value.
 */
export function adapted(path: string, values: Readonly<Record<string, string>>): Adapted {
  const document = parseDocument(readFileSync(workflowFile(path), 'utf8'));
  const unused = new Set(Object.keys(values));
  visit(document, {
    Map(_, node) {
      const given = node.get('with');
      if (!String(node.get('uses')).startsWith('mentalspace/deploy-backend') || !isMap(given)) return;
      for (const { key, value } of given.items) {
        const name = isScalar(key) ? String(key.value) : '';
        const replacement = values[name];
        if (replacement === undefined || !isScalar(value)) continue;
        if (String(value.value).includes('${{')) continue;
        value.value = replacement;
        unused.delete(name);
      }
    },
  });
  if (unused.size > 0) throw new Error(`${path} does not give ${[...unused].join(', ')}.`);
  const folder = mkdtempSync(join(tmpdir(), 'deploy-backend-workflow-'));
  const file = join(folder, 'workflow.yml');
  writeFileSync(file, document.toString());
  return { file, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/**
 * Puts the image into a repository that a release of this commit would build for it, so that it has nothing to build and
 * needs no docker. Makes the repository where it is not the ready-made one.
 */
export async function packBuild(
  cloud: Cloud,
  commit: string,
  places: { readonly context: string; readonly dockerfile: string },
  repository: string = NAMES.repository,
): Promise<string> {
  const lists = { buildArgs: [], secrets: [], cacheFrom: [], cacheTo: [] };
  const platform = process.arch === 'arm64' ? 'linux/arm64' : 'linux/amd64';
  const hash = hashBuildInputs({ ...places, ...lists, target: undefined, platform }, []);
  const buildTime = '2026-11-01T00:00:00Z';
  if (repository !== NAMES.repository)
    await ecrOperations['CreateRepository']?.(cloud, { repositoryName: repository });
  const labels = {
    'org.opencontainers.image.revision': commit,
    'org.opencontainers.image.created': buildTime,
    [INPUTS_LABEL]: hash,
  };
  const config = { cmd: ['node', 'dist/server.js'], labels, architecture: platform.slice('linux/'.length) };
  return packImage(cloud, { repository, tag: commit, folder: join(ROOT, 'examples/backend/src'), config });
}
