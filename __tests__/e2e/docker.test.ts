import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ActionRun, StepResult } from '../../runner/run-action.js';
import { pull } from '../../sandbox/ecr/pull.js';
import { loopbackAddress } from '../../sandbox/hosts.js';
import { NAMES } from '../../sandbox/names.js';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.js';
import { buildMachine } from '../../scripts/demo/build-machine.js';
import { makeCheckout, type Checkout } from '../../scripts/demo/checkout.js';
import { changes } from '../ready-world.js';
import { runIn } from './account.js';
import { ON_GITHUB } from './nodes.js';
import { workspace } from './workspace.js';

/*
 * The same with a real Docker Engine: the action builds the example backend, pushes it to the local AWS's
 * registry, and two containers of it end up behind the load balancer.
 */
const machine = await buildMachine();
if (!machine.engine && process.env['REQUIRE_DOCKER'])
  throw new Error(`Docker has to be there. ${machine.why}`);
const buildKit = buildKitClient();
if (buildKit === undefined && process.env['REQUIRE_DOCKER'])
  throw new Error('A docker with BuildKit has to be there: the plugin buildx, or a client before 23.');

/** A docker of this machine that has BuildKit: by the plugin buildx, or as a client before 23 by the engine's own. */
function buildKitClient(): string | undefined {
  const works = (client: string, args: readonly string[]): string | undefined => {
    const { status, stdout } = spawnSync(client, args, { encoding: 'utf8' });
    return status === 0 ? stdout : undefined;
  };
  return ['/usr/bin/docker', '/usr/local/bin/docker'].find(
    (client) =>
      Number.parseInt(works(client, ['version', '--format', '{{.Client.Version}}']) ?? '', 10) < 23 ||
      works(client, ['buildx', 'version']) !== undefined,
  );
}

/** In CI the hosts file leads ECR's own name to the local registry, so that docker knows it by that name. */
async function requireNamedRegistry(registry: string): Promise<void> {
  const name = `${NAMES.account}.dkr.ecr.${NAMES.region}.amazonaws.com`;
  if (registry === name) return;
  const address = await loopbackAddress(name);
  throw new Error(
    address === undefined
      ? `The hosts file has to lead ${name} to a loopback address, as .ci/engine.sh makes it.`
      : `The registry needs ${address}:443, which another program holds or this user may not have.`,
  );
}
const whenThere = machine.engine ? describe : describe.skip;

whenThere(
  `the built action with a Docker Engine${machine.engine ? '' : ` (skipped: ${machine.why})`}`,
  () => {
    let sandbox: Sandbox;
    let checkout: Checkout;
    let home: string;
    const userConfig = JSON.stringify({ auths: { 'other.example': { auth: 'dTpw' } } });

    beforeAll(async () => {
      home = mkdtempSync(join(tmpdir(), 'deploy-backend-home-'));
      checkout = await makeCheckout();
      sandbox = await startSandbox({ runtime: 'docker', pace: 40, commit: checkout.first });
      writeFileSync(join(home, 'config.json'), userConfig);
      if (process.env['REQUIRE_DOCKER']) await requireNamedRegistry(sandbox.ready.registry);
    }, 120_000);
    afterEach(() => void (sandbox.cloud.faults.length = 0));
    afterAll(async () => {
      await sandbox.close();
      for (const folder of [checkout.folder, home]) rmSync(folder, { recursive: true, force: true });
    }, 60_000);

    const run = (
      inputs: Record<string, string>,
      folder = checkout.folder,
      more: Partial<ActionRun> = {},
    ): Promise<StepResult> => {
      sandbox.cloud.calls.length = 0;
      return runIn(
        sandbox,
        { image: '', 'ecr-repository': NAMES.repository, ...inputs },
        {
          workspace: folder,
          ...(ON_GITHUB.program === undefined ? {} : { node: ON_GITHUB.program }),
          ...more,
          env: { DOCKER_CONFIG: home, ...more.env },
        },
      );
    };
    const buildArgs = machine.engine ? machine.buildArgs.join('\n') : '';
    const docker = (...args: string[]): string => execFileSync('docker', args, { encoding: 'utf8' }).trim();
    /** An engine takes its time to notice that nobody listens any more. */
    const until = async (holds: () => boolean): Promise<void> => {
      const began = Date.now();
      while (!holds() && Date.now() - began < 15_000) await after(200);
      expect(holds()).toBe(true);
    };
    /** Ends the next run after the push, with nothing of the service changed. */
    const refuseRegistration = (): void =>
      void sandbox.cloud.faults.push({ action: 'ecs:RegisterTaskDefinition', kind: 'deny' });
    const pushes = (): readonly string[] =>
      changes(sandbox.cloud).filter((action) => action === 'ecr:PutImage');
    const versionServed = (): Promise<string> =>
      new Promise((resolve, reject) => {
        const ca = readFileSync(sandbox.ready.caFile);
        request(new URL('/api/v1/version', sandbox.ready.baseUrl), { ca, agent: false }, (response) => {
          response.setEncoding('utf8').on('data', resolve);
        })
          .on('error', reject)
          .end();
      });

    it('builds, pushes and pins the image, and users see the commit', async () => {
      const result = await run({ 'build-args': buildArgs });
      expect(result.annotations.filter(({ level }) => level === 'error')).toEqual([]);
      expect(result.outputs).toMatchObject({
        outcome: 'released',
        'git-sha': checkout.second,
        changed: 'true',
        'smoke-passed': '10',
      });
      const digest = result.outputs['image-digest'] ?? '';
      expect(result.outputs['image-uri']).toBe(`${sandbox.ready.registry}/${NAMES.repository}@${digest}`);
      const stored = await pull(
        sandbox.cloud,
        `${sandbox.ready.registry}/${NAMES.repository}:${checkout.second}`,
        'amd64',
      );
      expect(stored.digest).toBe(digest);
      expect(stored.config.labels).toMatchObject({ 'org.opencontainers.image.revision': checkout.second });
      const running = docker('ps', '--no-trunc', '--format', '{{.Image}}')
        .split('\n')
        .filter((image) => image.includes(digest));
      expect(running).toHaveLength(2);
      expect(JSON.parse(await versionServed())).toMatchObject({ gitSha: checkout.second, version: '2.0.0' });
      expect(result.orphans).toEqual([]);
      process.stdout.write(
        `released with Docker in ${String(Math.round(result.durationMs))} ms, peak memory ${String(Math.round((result.main?.peakMemoryBytes ?? 0) / 1e6))} MB\n`,
      );
    }, 180_000);

    it("leaves the user's own docker configuration as it was, and no login behind once it has pushed", async () => {
      const other = workspace({ Dockerfile: `FROM scratch\nCOPY Dockerfile /\n# ${randomUUID()}\n` });
      const temp = mkdtempSync(join(tmpdir(), 'deploy-backend-temp-'));
      const ours = (): readonly string[] =>
        readdirSync(temp).filter((name) => name.startsWith('deploy-backend-docker-'));
      const seen = { main: 0, afterMain: -1 };
      refuseRegistration();
      const result = await run({ platform: 'linux/amd64' }, other.folder, {
        contexts: { runner: { temp } },
        onLine: ({ stage }) => {
          if (stage === 'main') seen.main = Math.max(seen.main, ours().length);
          else if (seen.afterMain < 0) seen.afterMain = ours().length;
        },
      });
      const left = ours();
      for (const folder of [other.folder, temp]) rmSync(folder, { recursive: true, force: true });
      expect(pushes()).toEqual(['ecr:PutImage']);
      expect(result.outputs).toMatchObject({ 'git-sha': other.commit, 'failure-code': 'access-denied' });
      expect({ ...seen, left }).toEqual({ main: 1, afterMain: 0, left: [] });
      expect(readdirSync(home)).toEqual(['config.json']);
      expect(readFileSync(join(home, 'config.json'), 'utf8')).toBe(userConfig);
    }, 60_000);

    const withBuildKit = buildKit === undefined ? it.skip : it;
    withBuildKit(
      `builds with a secret in BuildKit${buildKit === undefined ? ' (skipped: no client of this machine has BuildKit)' : ''}`,
      async () => {
        const secret = randomUUID();
        const readIt = `require("fs").readFileSync("/run/secrets/key", "utf8")`;
        const hash = `require("crypto").createHash("sha256").update(${readIt}).digest("hex")`;
        const built = workspace({
          Dockerfile: [
            'ARG NODE_IMAGE=node:24-slim',
            'FROM ${NODE_IMAGE}',
            `RUN --mount=type=secret,id=key node -e 'require("fs").writeFileSync("/hash-${secret.slice(0, 8)}", ${hash})'`,
          ].join('\n'),
        });
        const bin = mkdtempSync(join(tmpdir(), 'deploy-backend-bin-'));
        symlinkSync(buildKit ?? '', join(bin, 'docker'));
        refuseRegistration();
        const result = await run(
          { 'build-args': buildArgs, 'build-secrets': 'id=key,env=BUILD_KEY' },
          built.folder,
          {
            env: { PATH: `${bin}:${process.env['PATH'] ?? ''}`, DOCKER_BUILDKIT: '1', BUILD_KEY: secret },
            secrets: [secret],
          },
        );
        for (const folder of [built.folder, bin]) rmSync(folder, { recursive: true, force: true });
        expect(pushes()).toEqual(['ecr:PutImage']);
        const reference = `${sandbox.ready.registry}/${NAMES.repository}:${built.commit}`;
        const stored = await pull(sandbox.cloud, reference, 'amd64');
        expect(stored.digest).toBe(result.outputs['image-digest']);
        const file = `/hash-${secret.slice(0, 8)}`;
        expect(docker('run', '--rm', '--entrypoint', 'cat', reference, file)).toBe(
          createHash('sha256').update(secret).digest('hex'),
        );
        expect(
          docker('image', 'inspect', reference) + docker('history', '--no-trunc', reference),
        ).not.toContain(secret);
        const said = result.main?.raw.filter(({ text }) => text !== `::add-mask::${secret}`);
        expect(said).toHaveLength((result.main?.raw.length ?? 0) - 1);
        expect(JSON.stringify([said, result.main?.summary])).not.toContain(secret);
      },
      60_000,
    );

    it('reuses the image of the same commit and inputs', async () => {
      const result = await run({ 'build-args': buildArgs });
      expect(result.outputs).toMatchObject({ outcome: 'released', changed: 'false' });
      expect(pushes()).toEqual([]);
    }, 60_000);

    it('ends before any change when the Dockerfile fails, and shows its last words', async () => {
      const broken = workspace({
        Dockerfile: `ARG NODE_IMAGE=node:24-slim\nFROM \${NODE_IMAGE}\nRUN echo these are the last words && exit 7\n`,
      });
      const result = await run({ 'build-args': buildArgs }, broken.folder);
      broken.remove();
      expect(result.outputs).toMatchObject({
        outcome: 'failed',
        'failure-code': 'build-failed',
        changed: 'false',
      });
      expect(result.lines.map(({ text }) => text).join('\n')).toMatch(/these are the last words/);
      expect(changes(sandbox.cloud)).toEqual([]);
    }, 60_000);

    it('ends before any change when the registry refuses the push', async () => {
      const other = workspace({ Dockerfile: 'FROM scratch\nCOPY Dockerfile /\n' });
      sandbox.cloud.faults.push(
        { action: 'ecr:InitiateLayerUpload', kind: 'deny' },
        { action: 'ecr:PutImage', kind: 'deny' },
      );
      const result = await run({}, other.folder);
      other.remove();
      expect(result.outputs).toMatchObject({
        outcome: 'failed',
        'failure-code': 'push-failed',
        changed: 'false',
      });
      expect(changes(sandbox.cloud).filter((action) => action.startsWith('ecs:'))).toEqual([]);
    }, 60_000);

    it('has its login removed by the post step when it is killed during the build, which the runner then ends', async () => {
      // Another name each time, because an engine keeps what it built before.
      const name = `building-${randomUUID()}`;
      const slow = workspace({
        Dockerfile: `ARG NODE_IMAGE=node:24-slim\nFROM \${NODE_IMAGE}\nRUN echo now-${name} && sleep 60\n`,
      });
      const result = await run({ 'build-args': buildArgs }, slow.folder, {
        killWhen: ({ text }) => text.trimEnd().endsWith(`now-${name}`),
      });
      slow.remove();
      expect(result.main?.signals).toEqual(['SIGKILL']);
      expect(result.post?.exitCode).toBe(0);
      expect(result.state['docker-config']).toBeDefined();
      expect(existsSync(result.state['docker-config'] ?? '')).toBe(false);
      expect(result.orphans.map((orphan) => orphan.name)).toEqual(['docker']);
      // BuildKit runs it without a container that the engine would show.
      await until(() => !execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).includes(name));
    }, 60_000);

    it('never lets the password of the registry into the log', async () => {
      const fresh = workspace({ Dockerfile: `FROM scratch\nCOPY Dockerfile /again\n# ${randomUUID()}\n` });
      refuseRegistration();
      const result = await run({ platform: 'linux/amd64' }, fresh.folder);
      fresh.remove();
      const said = [result.main, result.post].flatMap((stage) => stage?.raw ?? []).map(({ text }) => text);
      // What the runner masks is hidden anyway: the password may stand nowhere but where it is given to the runner.
      const elsewhere = said.filter((text) => !text.startsWith('::add-mask::')).join('\n');
      expect(pushes()).toEqual(['ecr:PutImage']);
      for (const password of sandbox.cloud.ecr.passwords) expect(elsewhere).not.toContain(password);
      expect(result.masks.some((mask) => sandbox.cloud.ecr.passwords.has(mask))).toBe(true);
    }, 60_000);
  },
);
