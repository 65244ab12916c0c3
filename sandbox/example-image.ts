import { join } from 'node:path';
import type { Cloud } from './cloud.js';
import { putImage } from './ecr/images.js';
import { packImage } from './ecr/pack.js';
import { object } from './ecs/fields.js';
import { EXAMPLE, exampleMachine, exampleProgram } from './example-program.js';
import type { JsonObject } from './json.js';
import { NAMES } from './names.js';

/** An image of the example backend to make. */
export interface ExampleWish {
  readonly tag: string;
  /** The commit that it says it was built from. */
  readonly commit: string;
  /** RFC 3339. */
  readonly buildTime: string;
  /** Beside those of the commit. */
  readonly labels?: Readonly<Record<string, string>>;
  /** What it runs instead of the backend. */
  readonly command?: readonly string[] | undefined;
}

/** The container's health check as `examples/backend/task-definition.json` has it; it needs no curl. */
export const EXAMPLE_HEALTH_CHECK: JsonObject = {
  command: ['CMD', 'node', 'dist/healthcheck.js'],
  interval: 30,
  timeout: 5,
  retries: 3,
  startPeriod: 60,
};

/**
 * Puts an image of the example backend into the ready-made repository, as its Dockerfile would make it but
 * without a docker engine, and with what the runtime needs of it. Returns its digest.
 */
export async function packExample(cloud: Cloud, wish: ExampleWish): Promise<string> {
  const { tag } = wish;
  const content = await contentFor(cloud.runtime.name);
  return packImage(cloud, { repository: NAMES.repository, tag, ...content, config: configOf(wish) });
}

/**
 * Puts another image of the same files beside one of the example backend, as a `FROM` with other settings would make
 * it. Returns its digest.
 */
export async function deriveExample(cloud: Cloud, from: string, wish: ExampleWish): Promise<string> {
  const { blobs, repositories } = cloud.ecr;
  const repository = repositories.get(NAMES.repository);
  const base = repository?.manifests.get(from);
  if (!repository || !base) throw new Error(`There is no image ${from}.`);
  const manifest = JSON.parse(base.body) as { readonly config: { readonly digest: string } };
  const image = JSON.parse(String(await blobs.read(manifest.config.digest))) as JsonObject;
  const { cmd, env, labels, created } = configOf(wish);
  const config = {
    ...object(image, 'config'),
    Cmd: cmd,
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    Labels: labels,
  };
  const bytes = Buffer.from(JSON.stringify({ ...image, created, config }));
  const digest = await blobs.write(bytes);
  repository.layers.add(digest);
  const body = JSON.stringify({ ...manifest, config: { ...manifest.config, digest, size: bytes.length } });
  return putImage(cloud, repository, { body, tag: wish.tag }).digest;
}

function configOf({ commit, buildTime, labels, command = ['node', 'dist/server.js'] }: ExampleWish) {
  return {
    workingDir: '/app',
    cmd: command,
    env: { PATH: '/bin', NODE_ENV: 'production', GIT_SHA: commit, BUILD_TIME: buildTime },
    exposedPorts: [`${NAMES.port}/tcp`],
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    created: buildTime,
    labels: {
      'org.opencontainers.image.revision': commit,
      'org.opencontainers.image.created': buildTime,
      ...labels,
    },
  };
}

/** A container needs a Node inside; a process is started by this one; a simulated task starts nothing. */
async function contentFor(runtime: Cloud['runtime']['name']): Promise<{ folder: string; place: string }> {
  switch (runtime) {
    case 'simulated':
      return { folder: join(EXAMPLE, 'src'), place: '/app/src' };
    case 'process':
      return { folder: await exampleProgram(), place: '/app' };
    case 'docker':
      return { folder: await exampleMachine(), place: '/' };
  }
}
