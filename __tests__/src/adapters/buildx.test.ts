import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installBuildx } from '../../../src/adapters/buildx.js';
import { parseBuildxVersion } from '../../../src/model/buildx-version.js';

const BINARY = '#!/bin/sh\necho buildx\n';
const SHA256 = createHash('sha256').update(BINARY).digest('hex');
const MACHINE = { platform: 'linux', arch: 'x64' };
const before = { ...process.env };
let release: Record<string, string> = {};
let asked: string[] = [];
let server: Server;
let root = '';
let folder = '';

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const body = release[request.url ?? ''];
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(() => new Promise((resolve) => server.close(resolve)));

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'buildx-'));
  folder = join(root, 'config');
  mkdirSync(folder);
  asked = [];
  release = {
    '/v0.31.1/buildx-v0.31.1.linux-amd64': BINARY,
    '/v0.31.1/checksums.txt': `${'0'.repeat(64)} *buildx-v0.31.1.linux-arm64\n${SHA256} *buildx-v0.31.1.linux-amd64\n`,
  };
  // The tool cache says each of its steps to the runner, here to whoever reads the tests' output.
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  // The tool cache reads where it is from the process itself.
  process.env['RUNNER_TOOL_CACHE'] = join(root, 'cache');
  process.env['RUNNER_TEMP'] = join(root, 'temp');
});

afterEach(() => {
  jest.restoreAllMocks();
  process.env = { ...before };
  rmSync(root, { recursive: true, force: true });
});

function install(version: string, machine = MACHINE) {
  const { port } = server.address() as AddressInfo;
  const log = {
    info: quiet,
    warning: quiet,
    error: quiet,
    quote: quiet,
    group: quiet,
    endGroup: quiet,
    status: () => false,
    mask: quiet,
  };
  const env = { DEPLOY_BACKEND_BUILDX_URL: `http://127.0.0.1:${port}/` };
  return installBuildx({ env, log }, parseBuildxVersion(version), { folder }, machine);
}

const quiet = () => undefined;
const installed = () => readFileSync(join(folder, 'cli-plugins/docker-buildx'), 'utf8');

describe('installing buildx', () => {
  it('puts the release binary into the configuration, ready to run', async () => {
    await install('v0.31.1');
    expect(installed()).toBe(BINARY);
    expect(statSync(join(folder, 'cli-plugins/docker-buildx')).mode & 0o777).toBe(0o755);
  });

  it('takes it from the tool cache the next time', async () => {
    await install('v0.31.1');
    expect(asked).toHaveLength(2);
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    await install(`v0.31.1@sha256:${SHA256}`);
    expect(asked).toHaveLength(2);
    expect(installed()).toBe(BINARY);
  });

  it('works without a tool cache, as by hand', async () => {
    delete process.env['RUNNER_TOOL_CACHE'];
    delete process.env['RUNNER_TEMP'];
    await install('v0.31.1');
    expect(installed()).toBe(BINARY);
  });

  it("leaves the user's own plugin folder as it is", async () => {
    const theirs = join(root, 'theirs');
    mkdirSync(theirs);
    writeFileSync(join(theirs, 'docker-compose'), 'compose');
    writeFileSync(join(theirs, 'docker-buildx'), 'broken');
    symlinkSync(theirs, join(folder, 'cli-plugins'));
    await install('v0.31.1');
    expect(installed()).toBe(BINARY);
    expect(readFileSync(join(folder, 'cli-plugins/docker-compose'), 'utf8')).toBe('compose');
    expect(readFileSync(join(theirs, 'docker-buildx'), 'utf8')).toBe('broken');
  });

  it('refuses a binary that the release does not vouch for, and does not keep it', async () => {
    release['/v0.31.1/buildx-v0.31.1.linux-amd64'] = 'evil';
    await expect(install('v0.31.1')).rejects.toMatchObject({
      code: 'docker-unavailable',
      message: expect.stringContaining(`the release says SHA-256 ${SHA256}`) as unknown,
    });
    expect(installed).toThrow('ENOENT');
    release['/v0.31.1/buildx-v0.31.1.linux-amd64'] = BINARY;
    await install('v0.31.1');
    expect(installed()).toBe(BINARY);
  });

  it('refuses a release whose checksums do not name the file', async () => {
    release['/v0.31.1/checksums.txt'] = `${SHA256} *buildx-v0.31.1.linux-amd64.sbom.json\n`;
    await expect(install('v0.31.1')).rejects.toThrow('the release says SHA-256 nothing');
  });

  it('refuses what differs from the pin, also when the release vouches for it', async () => {
    const pin = 'f'.repeat(64);
    await expect(install(`v0.31.1@sha256:${pin}`)).rejects.toThrow(`pins SHA-256 ${pin}`);
    expect(installed).toThrow('ENOENT');
  });

  it('does not trust a cached binary that differs from the pin', async () => {
    await install('v0.31.1');
    writeFileSync(join(root, 'cache/buildx/0.31.1', process.arch, 'docker-buildx'), 'tampered');
    await install(`v0.31.1@sha256:${SHA256}`);
    expect(installed()).toBe(BINARY);
  });

  it.each([
    ['v9.9.9', MACHINE, 'v9.9.9/buildx-v9.9.9.linux-amd64: HTTP status 404'],
    ['v0.31.1', { platform: 'linux', arch: 'riscv64' }, 'linux-riscv64: HTTP status 404'],
  ])('says that there is no %s for %j', async (version, machine, message) => {
    await expect(install(version, machine)).rejects.toMatchObject({
      code: 'docker-unavailable',
      message: expect.stringContaining(message) as unknown,
      hint: expect.stringContaining('correct buildx-version') as unknown,
    });
  });
});

describe('the input buildx-version', () => {
  it.each(['0.31.1', 'latest', 'v1', 'v1.2.3@sha256:abc', 'v1.2.3/../x', 'v1.2.3 '])('is not %s', (text) => {
    expect(() => parseBuildxVersion(text)).toThrow('not a release of buildx');
  });

  it('may be a release candidate, and may be pinned', () => {
    expect(parseBuildxVersion(`v0.31.0-rc1@sha256:${SHA256}`)).toEqual({
      version: 'v0.31.0-rc1',
      sha256: SHA256,
    });
  });
});
