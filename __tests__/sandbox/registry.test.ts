import { request } from 'node:http';
import { ECRClient, GetAuthorizationTokenCommand, GetDownloadUrlForLayerCommand } from '@aws-sdk/client-ecr';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createRepository } from '../../sandbox/ecr/repositories.js';
import {
  digestOf,
  errorOf,
  IMAGE,
  imageManifest,
  INDEX,
  NOWHERE,
  startRegistry,
  type Registry,
} from './registry-client.js';
import { sdkSettings } from './sdk.js';

let registry: Registry;

beforeEach(async () => {
  registry = await startRegistry();
});

afterEach(() => registry.close());

function push(manifest: string, reference: string, type = IMAGE): Promise<Response> {
  return registry.send('PUT', `/v2/app/manifests/${reference}`, manifest, { 'content-type': type });
}

function ecr(): ECRClient {
  return new ECRClient(sdkSettings(registry.cloud));
}

function tags(): readonly string[] {
  return [...registry.cloud.ecr.repositories.get('app')!.tags.keys()];
}

describe('who may use the registry', () => {
  it.each([
    ['nobody', {}],
    ['a wrong password', { authorization: `Basic ${btoa('AWS:guess')}` }],
    ['another user', { authorization: `Basic ${btoa('root:secret')}` }],
    ['a bearer token', { authorization: 'Bearer secret' }],
  ])('is not %s', async (_who, headers) => {
    const response = await fetch(`${registry.origin}/v2/`, { headers });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Basic realm="https:\/\/127\.0\.0\.1:\d+\/"/);
  });

  it('is who has a token of GetAuthorizationToken, for twelve hours', async () => {
    const { authorizationData } = await ecr().send(new GetAuthorizationTokenCommand({}));
    const { authorizationToken } = authorizationData![0]!;
    const login = () =>
      fetch(`${registry.origin}/v2/`, { headers: { authorization: `Basic ${authorizationToken!}` } });
    const response = await login();
    expect(response.status).toBe(200);
    expect(response.headers.get('docker-distribution-api-version')).toBe('registry/2.0');
    await registry.clock.advance(12 * 3_600_000);
    const late = await login();
    expect(late.status).toBe(403);
    expect(await errorOf(late)).toEqual({
      code: 'DENIED',
      message: 'Your authorization token has expired. Reauthenticate and try again.',
    });
  });
});

describe('a repository that does not exist', () => {
  it.each([
    ['POST', '/v2/team/other/blobs/uploads/'],
    ['GET', '/v2/team/other/manifests/v1'],
    ['PUT', '/v2/team/other/manifests/v1'],
    ['GET', `/v2/team/other/blobs/${NOWHERE}`],
    ['GET', '/v2/team/other/tags/list'],
  ])('is NAME_UNKNOWN to %s %s', async (method, path) => {
    const response = await registry.send(method, path, method === 'PUT' ? '{}' : undefined);
    expect(response.status).toBe(404);
    expect(await errorOf(response)).toEqual({
      code: 'NAME_UNKNOWN',
      message: "The repository with name 'team/other' does not exist in the registry with id '123456789012'",
    });
    expect([...registry.cloud.ecr.repositories.keys()]).toEqual(['app']);
  });

  it('with a name that none can have is NAME_INVALID', async () => {
    const response = await registry.send('POST', '/v2/Team/App/blobs/uploads/');
    expect([response.status, (await errorOf(response)).code]).toEqual([400, 'NAME_INVALID']);
  });
});

describe('an image', () => {
  it('is pushed by tag and pulled by tag and by digest, byte for byte', async () => {
    const manifest = await imageManifest(registry, 'one');
    const pushed = await push(manifest, 'v1');
    expect(pushed.status).toBe(201);
    expect(pushed.headers.get('docker-content-digest')).toBe(digestOf(manifest));
    for (const reference of ['v1', digestOf(manifest)]) {
      const path = `/v2/app/manifests/${reference}`;
      const pulled = await registry.send('GET', path, undefined, { accept: `${INDEX}, ${IMAGE}` });
      expect(pulled.status).toBe(200);
      expect(pulled.headers.get('content-type')).toBe(IMAGE);
      expect(pulled.headers.get('docker-content-digest')).toBe(digestOf(manifest));
      expect(await pulled.text()).toBe(manifest);
      const head = await registry.send('HEAD', path);
      expect(head.headers.get('content-length')).toBe(String(Buffer.byteLength(manifest)));
    }
  });

  it('pushed by digest has no tag', async () => {
    const manifest = await imageManifest(registry, 'one');
    expect((await push(manifest, digestOf(manifest))).status).toBe(201);
    expect(tags()).toEqual([]);
  });

  it('pushed again is no error', async () => {
    const manifest = await imageManifest(registry, 'one');
    expect((await push(manifest, 'v1')).status).toBe(201);
    expect((await push(manifest, 'v1')).status).toBe(201);
    expect((await push(manifest, digestOf(manifest))).status).toBe(201);
  });

  it('that is not there is MANIFEST_UNKNOWN', async () => {
    for (const reference of ['v1', NOWHERE]) {
      const response = await registry.send('GET', `/v2/app/manifests/${reference}`);
      expect(response.status).toBe(404);
      expect((await errorOf(response)).code).toBe('MANIFEST_UNKNOWN');
    }
  });

  it('is not given to a client that accepts other media types alone', async () => {
    await push(await imageManifest(registry, 'one'), 'v1');
    const response = await registry.send('GET', '/v2/app/manifests/v1', undefined, { accept: INDEX });
    expect(response.status).toBe(404);
  });

  it('under an immutable tag stays what it is', async () => {
    registry.cloud.ecr.repositories.get('app')!.mutability = 'IMMUTABLE';
    const [one, two] = [await imageManifest(registry, 'one'), await imageManifest(registry, 'two')];
    await push(one, 'v1');
    for (const manifest of [two, one]) {
      const response = await push(manifest, 'v1');
      expect(response.status).toBe(400);
      expect(await errorOf(response)).toEqual({
        code: 'TAG_INVALID',
        message:
          "The image tag 'v1' already exists in the 'app' repository and cannot be overwritten " +
          'because the tag is immutable.',
      });
    }
    expect(registry.cloud.ecr.repositories.get('app')!.tags.get('v1')).toBe(digestOf(one));
    expect((await push(two, 'v2')).status).toBe(201);
  });

  it.each([
    ['names a blob that is not there', 'v1', 'MANIFEST_BLOB_UNKNOWN', (text: string) => unknownLayer(text)],
    ['has another digest than asked for', NOWHERE, 'DIGEST_INVALID', (text: string) => text],
    ['has a tag that none can be', '-v1', 'TAG_INVALID', (text: string) => text],
    ['is no JSON', 'v1', 'MANIFEST_INVALID', () => 'nonsense'],
    ['is of schema 1', 'v1', 'MANIFEST_INVALID', () => '{"schemaVersion":1,"fsLayers":[]}'],
  ])('that %s is refused', async (_what, reference, code, change) => {
    const response = await push(change(await imageManifest(registry, 'one')), reference);
    expect([response.status, (await errorOf(response)).code]).toEqual([400, code]);
    expect(registry.cloud.ecr.repositories.get('app')!.manifests.size).toBe(0);
  });

  it('has its tags listed', async () => {
    const manifest = await imageManifest(registry, 'one');
    for (const tag of ['b', 'a']) await push(manifest, tag);
    const response = await registry.send('GET', '/v2/app/tags/list');
    expect(await response.json()).toEqual({ name: 'app', tags: ['a', 'b'] });
  });

  function unknownLayer(text: string): string {
    const content = JSON.parse(text) as { layers: { digest: string }[] };
    content.layers[0]!.digest = NOWHERE;
    return JSON.stringify(content);
  }
});

describe('an index with an attestation', () => {
  it('is accepted after what it names', async () => {
    const [image, attestation] = [
      await imageManifest(registry, 'one'),
      await imageManifest(registry, 'provenance'),
    ];
    const index = JSON.stringify({
      schemaVersion: 2,
      mediaType: INDEX,
      manifests: [
        {
          mediaType: IMAGE,
          digest: digestOf(image),
          size: 1,
          platform: { os: 'linux', architecture: 'amd64' },
        },
        {
          mediaType: IMAGE,
          digest: digestOf(attestation),
          size: 1,
          platform: { os: 'unknown', architecture: 'unknown' },
          annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
        },
      ],
    });
    const early = await push(index, 'v1', INDEX);
    expect([early.status, (await errorOf(early)).code]).toEqual([400, 'MANIFEST_BLOB_UNKNOWN']);
    await push(image, digestOf(image));
    await push(attestation, digestOf(attestation));
    expect((await push(index, 'v1', INDEX)).status).toBe(201);
    const pulled = await registry.send('GET', '/v2/app/manifests/v1');
    expect(pulled.headers.get('content-type')).toBe(INDEX);
    expect(tags()).toEqual(['v1']);
  });
});

describe('a blob', () => {
  it('is there once it was uploaded, whole or a range of it', async () => {
    const { digest } = await registry.upload('0123456789');
    const head = await registry.send('HEAD', `/v2/app/blobs/${digest}`);
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '10']);
    expect(head.headers.get('docker-content-digest')).toBe(digest);
    const path = `/v2/app/blobs/${digest.replace(':', '%3A')}`;
    expect(await (await registry.send('GET', path)).text()).toBe('0123456789');
    const part = await registry.send('GET', path, undefined, { range: 'bytes=2-4' });
    expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([
      206,
      'bytes 2-4/10',
      '234',
    ]);
    const rest = await registry.send('GET', path, undefined, { range: 'bytes=7-' });
    expect(await rest.text()).toBe('789');
    const beyond = await registry.send('GET', path, undefined, { range: 'bytes=10-' });
    expect(beyond.status).toBe(416);
  });

  it('of another repository is BLOB_UNKNOWN until it is mounted', async () => {
    createRepository(registry.cloud, 'other');
    const { digest } = await registry.upload('shared', 'other');
    const before = await registry.send('GET', `/v2/app/blobs/${digest}`);
    expect([before.status, (await errorOf(before)).code]).toEqual([404, 'BLOB_UNKNOWN']);
    const mounted = await registry.send('POST', `/v2/app/blobs/uploads/?mount=${digest}&from=other`);
    expect(mounted.status).toBe(201);
    expect((await registry.send('HEAD', `/v2/app/blobs/${digest}`)).status).toBe(200);
  });

  it('that cannot be mounted begins an upload instead', async () => {
    const response = await registry.send('POST', `/v2/app/blobs/uploads/?mount=${NOWHERE}&from=none`);
    expect(response.status).toBe(202);
    expect(response.headers.get('location')).toMatch(/^\/v2\/app\/blobs\/uploads\/[0-9a-f-]{36}$/);
  });

  it('has an address from GetDownloadUrlForLayer that needs no login, for an hour', async () => {
    const { digest } = await registry.upload('a layer');
    const command = new GetDownloadUrlForLayerCommand({ repositoryName: 'app', layerDigest: digest });
    const address = (await ecr().send(command)).downloadUrl!;
    expect(await (await fetch(address)).text()).toBe('a layer');
    expect((await fetch(address.replace(/signature=./, 'signature=x'))).status).toBe(401);
    const { digest: another } = await registry.upload('another layer');
    expect((await fetch(address.replace(digest, another))).status).toBe(401);
    await registry.clock.advance(3_600_000);
    expect((await fetch(address)).status).toBe(401);
  });
});

describe('an upload', () => {
  const begin = async () => (await registry.send('POST', '/v2/app/blobs/uploads/')).headers.get('location')!;

  it('in chunks ends with the digest of the whole', async () => {
    const location = await begin();
    const first = await registry.send('PATCH', location, 'abc', { 'content-range': '0-2' });
    expect([first.status, first.headers.get('range')]).toEqual([202, '0-2']);
    const second = await registry.send('PATCH', first.headers.get('location')!, 'def');
    expect(second.headers.get('range')).toBe('0-5');
    const progress = await registry.send('GET', location);
    expect([progress.status, progress.headers.get('range')]).toEqual([204, '0-5']);
    const done = await registry.send('PUT', `${location}?digest=${digestOf('abcdefghi')}`, 'ghi');
    expect(done.status).toBe(201);
    expect(done.headers.get('docker-content-digest')).toBe(digestOf('abcdefghi'));
    expect((await registry.send('GET', location)).status).toBe(404);
  });

  it('does not take a chunk that leaves a hole', async () => {
    const location = await begin();
    await registry.send('PATCH', location, 'abc', { 'content-range': '0-2' });
    const hole = await registry.send('PATCH', location, 'xyz', { 'content-range': '5-7' });
    expect([hole.status, (await errorOf(hole)).code]).toEqual([416, 'BLOB_UPLOAD_INVALID']);
    const done = await registry.send('PUT', `${location}?digest=${digestOf('abc')}`);
    expect(done.status).toBe(201);
  });

  it.each([NOWHERE, 'sha256:short', ''])('that should have the digest "%s" is refused', async (digest) => {
    const response = await registry.send('PUT', `${await begin()}?digest=${digest}`, 'something else');
    expect([response.status, (await errorOf(response)).code]).toEqual([400, 'DIGEST_INVALID']);
    expect(registry.cloud.ecr.repositories.get('app')!.layers.size).toBe(0);
  });

  it('belongs to its repository, and can be given up', async () => {
    createRepository(registry.cloud, 'other');
    const location = await begin();
    const elsewhere = await registry.send('PATCH', location.replace('/app/', '/other/'), 'abc');
    expect([elsewhere.status, (await errorOf(elsewhere)).code]).toEqual([404, 'BLOB_UPLOAD_UNKNOWN']);
    expect((await registry.send('DELETE', location)).status).toBe(204);
    expect((await registry.send('PATCH', location, 'abc')).status).toBe(404);
    expect(registry.cloud.ecr.blobs.uploads.size).toBe(0);
  });

  it('that broke off goes on where it stopped', async () => {
    const location = await begin();
    const { writer } = [...registry.cloud.ecr.blobs.uploads.values()][0]!;
    const broken = request(new URL(location, registry.origin), {
      method: 'PATCH',
      headers: { authorization: `Basic ${btoa('AWS:secret')}` },
    });
    const ended = new Promise((resolve) => broken.once('error', resolve));
    broken.write('abc');
    while (writer.size < 3) await new Promise((resolve) => setImmediate(resolve));
    broken.destroy();
    await ended;
    const done = await registry.send('PUT', `${location}?digest=${digestOf('abcdef')}`, 'def', {
      'content-range': '3-5',
    });
    expect(done.status).toBe(201);
  });
});

describe('what goes wrong on purpose', () => {
  it.each([
    ['ecr:InitiateLayerUpload', 'POST', '/v2/app/blobs/uploads/'],
    ['ecr:PutImage', 'PUT', '/v2/app/manifests/v1'],
    ['ecr:BatchGetImage', 'GET', '/v2/app/manifests/v1'],
  ])('a denied %s is DENIED to docker, with the resource in it', async (action, method, path) => {
    registry.cloud.faults.push({ action, kind: 'deny' });
    const response = await registry.send(method, path, method === 'PUT' ? '{}' : undefined);
    expect(response.status).toBe(403);
    const { code, message } = await errorOf(response);
    expect(code).toBe('DENIED');
    expect(message).toContain(
      `is not authorized to perform: ${action} on resource: arn:aws:ecr:us-east-1:123456789012:repository/app `,
    );
    expect(registry.cloud.calls.at(-1)).toMatchObject({ action, status: 403, error: 'DENIED' });
  });

  it.each([
    ['throttle', 429, 'TOOMANYREQUESTS'],
    ['expire', 403, 'DENIED'],
    ['server-error', 500, 'UNKNOWN'],
  ] as const)('%s is %i %s, once', async (kind, status, code) => {
    registry.cloud.faults.push({ action: 'ecr:*', kind, times: 1 });
    const response = await registry.send('POST', '/v2/app/blobs/uploads/');
    expect([response.status, (await errorOf(response)).code]).toEqual([status, code]);
    expect((await registry.send('POST', '/v2/app/blobs/uploads/')).status).toBe(202);
  });

  it('does not hide what was asked: pushes are recorded as calls of the API', async () => {
    await push(await imageManifest(registry, 'one'), 'v1');
    const actions = registry.cloud.calls.map(({ action }) => action);
    expect([...new Set(actions)]).toEqual(['ecr:InitiateLayerUpload', 'ecr:PutImage']);
    expect(registry.cloud.calls.at(-1)).toMatchObject({
      status: 201,
      input: { repositoryName: 'app', reference: 'v1' },
    });
  });

  it.each([
    ['GET', '/v2/_catalog', 404],
    ['DELETE', '/v2/app/manifests/v1', 405],
    ['GET', '/v2/app/manifests/%zz', 400],
  ])('%s %s is answered with %i', async (method, path, status) => {
    expect((await registry.send(method, path)).status).toBe(status);
  });
});
