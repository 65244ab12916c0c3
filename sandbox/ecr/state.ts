/** What ECR remembers. */
export interface EcrState {
  readonly repositories: Map<string, Repository>;
  /** Layers and configurations by digest, in a folder of their own or in memory. */
  readonly blobs: Blobs;
  /** `host[:port]` in image references of this registry. */
  readonly host: string;
  /** Passwords that GetAuthorizationToken gave and that are still good. */
  readonly passwords: Set<string>;
}

export interface Repository {
  readonly name: string;
  readonly arn: string;
  readonly uri: string;
  readonly createdAt: number;
  mutability: 'MUTABLE' | 'IMMUTABLE';
  /** Manifests by digest. */
  readonly manifests: Map<string, Manifest>;
  /** Digest by tag. */
  readonly tags: Map<string, string>;
  /** Digests of the layers that were uploaded into this repository. */
  readonly layers: Set<string>;
}

export interface Manifest {
  readonly digest: string;
  readonly mediaType: string;
  /** Exactly as pushed: the digest is that of these bytes. */
  readonly body: string;
  readonly pushedAt: number;
}

/** A store of bytes named by their SHA-256. */
export interface Blobs {
  has(digest: string): boolean;
  size(digest: string): number;
  read(digest: string): Promise<Buffer>;
  /** Stores bytes and returns their digest, `sha256:` and 64 hexadecimal digits. */
  write(bytes: Buffer): Promise<string>;
  /** Removes all of it. */
  close(): Promise<void>;
}
