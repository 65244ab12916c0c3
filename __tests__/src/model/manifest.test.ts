import { describe, expect, it } from '@jest/globals';
import { acceptedDigests, parseConfiguration, parseManifest } from '../../../src/model/manifest.js';

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;

const IMAGE = {
  schemaVersion: 2,
  mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
  config: { mediaType: 'application/vnd.docker.container.image.v1+json', digest: digest('c'), size: 1 },
  layers: [],
};

// As buildx pushes it with provenance (Docker documentation, "Image attestation storage").
const INDEX = {
  schemaVersion: 2,
  mediaType: 'application/vnd.oci.image.index.v1+json',
  manifests: [
    { digest: digest('1'), platform: { os: 'linux', architecture: 'amd64' } },
    { digest: digest('2'), platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } },
    {
      digest: digest('3'),
      platform: { os: 'unknown', architecture: 'unknown' },
      annotations: {
        'vnd.docker.reference.type': 'attestation-manifest',
        'vnd.docker.reference.digest': digest('1'),
      },
    },
    { digest: digest('4'), platform: { os: 'unknown', architecture: 'unknown' } },
  ],
};

describe('a manifest', () => {
  it('of one image names its configuration, and stands for itself', () => {
    const manifest = parseManifest(JSON.stringify(IMAGE));
    expect(manifest).toEqual({ kind: 'image', config: digest('c') });
    expect(manifest && acceptedDigests(digest('a'), manifest)).toEqual([digest('a')]);
  });

  it('of several platforms accepts the index and its images, attestations aside', () => {
    const manifest = parseManifest(JSON.stringify(INDEX));
    expect(manifest).toEqual({
      kind: 'index',
      images: [
        { digest: digest('1'), platform: { os: 'linux', architecture: 'amd64', variant: undefined } },
        { digest: digest('2'), platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } },
      ],
    });
    expect(manifest && acceptedDigests(digest('a'), manifest)).toEqual([
      digest('a'),
      digest('1'),
      digest('2'),
    ]);
  });

  it('keeps an image that says little of itself, and none without a digest', () => {
    const manifests = [
      { digest: digest('1') },
      { digest: digest('2'), platform: { os: 'linux', architecture: 'unknown' } },
      { digest: digest('3'), platform: { os: 'unknown', architecture: 'wasm' } },
      { digest: digest('4'), platform: {} },
      { digest: digest('5'), annotations: { 'vnd.docker.reference.type': 'sbom' } },
      { digest: digest('6'), annotations: { 'vnd.docker.reference.type': 'attestation-manifest' } },
      { platform: { os: 'linux', architecture: 'amd64' } },
    ];
    const index = parseManifest(JSON.stringify({ manifests }));
    expect(index?.kind === 'index' && index.images).toEqual([
      { digest: digest('1'), platform: undefined },
      { digest: digest('2'), platform: { os: 'linux', architecture: 'unknown', variant: undefined } },
      { digest: digest('3'), platform: { os: 'unknown', architecture: 'wasm', variant: undefined } },
      { digest: digest('4'), platform: { os: 'linux', architecture: 'amd64', variant: undefined } },
      { digest: digest('5'), platform: undefined },
    ]);
  });

  it.each(['', 'null', '[]', '{}', '{"schemaVersion":1,"fsLayers":[]}', '{"config":{}}'])(
    'is not %s',
    (text) => {
      expect(parseManifest(text)).toBeUndefined();
    },
  );
});

describe('an image configuration', () => {
  it('gives platform and labels', () => {
    const text = JSON.stringify({ os: 'linux', architecture: 'arm64', config: { Labels: { a: 'b', c: 1 } } });
    expect(parseConfiguration(text)).toEqual({
      platform: { os: 'linux', architecture: 'arm64', variant: undefined },
      labels: { a: 'b' },
    });
  });

  it('may have no labels', () => {
    expect(parseConfiguration('{"config":{"Labels":null}}')?.labels).toEqual({});
  });

  it('is undefined when it is no JSON', () => {
    expect(parseConfiguration('<html>')).toBeUndefined();
  });
});
