import type { Readable } from 'node:stream';

/** What ECR remembers. */
export interface EcrState {
  readonly repositories: Map<string, Repository>;
  /** Layers and configurations by digest, in a folder of their own or in memory. */
  readonly blobs: Blobs;
  /** `host[:port]` in image references of this registry. */
  readonly host: string;
  /** Where layers are downloaded from, such as `http://127.0.0.1:4566`; absent: `http://` and the host. */
  readonly endpoint?: string;
  /** Passwords that GetAuthorizationToken gave and that are still good. */
  readonly passwords: Set<string>;
}

/** Whether tags can be moved to another image (ECR API Reference, Repository, `imageTagMutability`). */
export type Mutability = 'MUTABLE' | 'IMMUTABLE' | 'MUTABLE_WITH_EXCLUSION' | 'IMMUTABLE_WITH_EXCLUSION';

export interface Repository {
  readonly name: string;
  readonly arn: string;
  readonly uri: string;
  readonly createdAt: number;
  mutability: Mutability;
  /** Wildcard patterns of tags for which the opposite holds. */
  exclusions?: readonly string[];
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
  /** Uploads under way by id. */
  readonly uploads: Map<string, Upload>;
  has(digest: string): boolean;
  size(digest: string): number;
  read(digest: string): Promise<Buffer>;
  /** The bytes, or those of a range, as they come off the store; throws when there is no such blob. */
  stream(digest: string, range?: ByteRange): Readable;
  /** Stores bytes and returns their digest, `sha256:` and 64 hexadecimal digits. */
  write(bytes: Buffer): Promise<string>;
  /** Begins a blob that arrives in parts. */
  begin(): BlobWriter;
  /** Removes all of it. */
  close(): Promise<void>;
}

/** First and last byte, both included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** A blob that is being written. */
export interface BlobWriter {
  /** Bytes so far. */
  readonly size: number;
  /** Appends what a source gives; what came before the source failed stays. */
  append(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void>;
  /** The digest of the bytes so far. */
  digest(): string;
  /** Puts the blob into the store and returns its digest. */
  finish(): Promise<string>;
  /** Forgets the bytes. */
  abandon(): Promise<void>;
}

/** A layer on its way into a repository. */
export interface Upload {
  /** Name of the repository. */
  readonly repository: string;
  readonly writer: BlobWriter;
}
