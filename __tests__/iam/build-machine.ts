import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Cloud } from '../../sandbox/cloud.js';
import { registryHandler } from '../../sandbox/registry.js';
import { ProgramMissing } from '../../src/adapters/process.js';
import type { RunProcess } from '../../src/world.js';
import { digestOf, IMAGE } from '../sandbox/registry-client.js';

/** A machine with a clean checkout of a commit and a docker that builds from nothing and really pushes. */
export interface BuildMachine {
  readonly run: RunProcess;
  /** Begins to serve the registry of an account, which docker pushes to. */
  serve(cloud: Cloud): Promise<void>;
  close(): void;
}

const said = (stdout: string) => ({ exitCode: 0, stdout, stderr: '' });

export function buildMachine(commit: string): BuildMachine {
  const server = createServer();
  let password = '';
  let labels: Readonly<Record<string, string>> = {};
  const docker = async (
    args: readonly string[],
    { input = '', onLine }: NonNullable<Parameters<RunProcess>[2]>,
  ) => {
    switch (args[0]) {
      case 'version':
        return said(
          '{"Client":{"Version":"28.1.0"},"Server":{"Version":"28.1.0","Os":"linux","Arch":"amd64"}}',
        );
      case 'login':
        password = input;
        return said('Login Succeeded');
      case 'build':
        labels = labelsOf(args);
        return said('');
      case 'push': {
        const { port } = server.address() as AddressInfo;
        const digest = await push(`http://127.0.0.1:${port}`, args[1] ?? '', password, labels);
        onLine?.(`latest: digest: ${digest} size: 1234`);
        return said('');
      }
      default:
        return { exitCode: 1, stdout: '', stderr: '' };
    }
  };
  return {
    run: (command, args, options = {}) => {
      if (command === 'docker') return docker(args, options);
      if (command !== 'git') return Promise.reject(new ProgramMissing(`no ${command}`));
      const head = `${commit}\u00002222222\u00001767225600\u0000A change\n`;
      return Promise.resolve(said(args.includes('log') ? head : ''));
    },
    async serve(cloud) {
      server.on('request', registryHandler(cloud)).listen(0, '127.0.0.1');
      await once(server, 'listening');
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function labelsOf(args: readonly string[]): Readonly<Record<string, string>> {
  const given = args.flatMap((arg, index) => (args[index - 1] === '--label' ? [arg] : []));
  return Object.fromEntries(
    given.map((label) => [label.slice(0, label.indexOf('=')), label.slice(label.indexOf('=') + 1)]),
  );
}

/**
 * Sends what docker sends (moby, `distribution/push_v2.go`; containerd's pusher asks for the manifest first): each blob is
 * asked for, begun, sent and completed, then the manifest is put. Rejects when the registry refuses.
 */
async function push(
  origin: string,
  reference: string,
  password: string,
  labels: Readonly<Record<string, string>>,
): Promise<string> {
  const [, name = '', tag = ''] = /^[^/]+\/(.+):([^:]+)$/.exec(reference) ?? [];
  const send = async (
    method: string,
    path: string,
    status: number,
    body?: string | Uint8Array,
    type?: string,
  ) => {
    const authorization = `Basic ${btoa(`AWS:${password}`)}`;
    const headers = { authorization, ...(type ? { 'content-type': type } : {}) };
    const url = new URL(path, origin);
    const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
    if (response.status !== status) throw new Error(`${method} ${path}: ${await response.text()}`);
    return response.headers.get('location') ?? '';
  };
  const upload = async (content: string | Uint8Array) => {
    const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
    await send('HEAD', `/v2/${name}/blobs/${digest}`, 404);
    const begun = await send('POST', `/v2/${name}/blobs/uploads/`, 202);
    const sent = await send('PATCH', begun, 202, content);
    await send('PUT', `${sent}?digest=${digest}`, 201);
    return { digest, size: content.length };
  };
  const config = {
    os: 'linux',
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    config: { Labels: labels },
  };
  const layer = {
    mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    ...(await upload(randomBytes(8))),
  };
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: IMAGE,
    config: {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      ...(await upload(JSON.stringify(config))),
    },
    layers: [layer],
  });
  await send('HEAD', `/v2/${name}/manifests/${tag}`, 404);
  await send('PUT', `/v2/${name}/manifests/${tag}`, 201, manifest, IMAGE);
  return digestOf(manifest);
}
