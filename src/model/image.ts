import { DeployError } from '../errors.js';
import { redact } from './redact.js';

/** An image as Docker writes it: `[host/]path[:tag][@sha256:…]`. */
export interface ImageReference {
  /** Registry host with its port; undefined means Docker Hub to docker, and nothing yet to us. */
  readonly host: string | undefined;
  readonly path: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/** What the input `ecr-repository` says: a name alone, or a URI that brings its registry. */
export interface RepositoryAddress {
  readonly name: string;
  /** Host of the URI, which is the one to log in to; undefined when only a name was given. */
  readonly host: string | undefined;
  /** Twelve digits; undefined unless the host is one of ECR's. */
  readonly account: string | undefined;
  readonly region: string | undefined;
}

/** A repository that exists, as ECR describes it. */
export interface Repository {
  readonly arn: string;
  readonly name: string;
  /** Host to log in to and to push to; with its port. */
  readonly host: string;
  /** `host/name`. */
  readonly uri: string;
  readonly account: string;
  readonly tags: TagMutability;
}

/** An image that can be released: it is in a registry, and known by its digest. */
export interface PushedImage {
  /** `repository@sha256:…`, for the task definition. */
  readonly uri: string;
  /** Without tag and digest. */
  readonly repository: string;
  readonly digest: string;
  /** What ECS may report for a task that runs it: the digest, and those of an index's images. */
  readonly acceptedDigests: readonly string[];
  /** As its label has it; undefined when that names no commit or cannot be read. */
  readonly gitSha: string | undefined;
  /** What the inputs or the run expect of an image whose label names no commit. */
  readonly expectedSha?: string | undefined;
  /** As its label has it, RFC 3339. */
  readonly buildTime: string | undefined;
  readonly tag: string | undefined;
  /** In Docker's words (`amd64`, `arm64`); empty when unknown. */
  readonly architectures: readonly string[];
  /** It was there before this run. */
  readonly reused: boolean;
}

/** The commit that an image is released as: its label's, else the one that is expected of it. */
export function releasedCommit({ gitSha, expectedSha }: PushedImage): string | undefined {
  return gitSha ?? expectedSha;
}

/** Reference grammar of the distribution project ("reference/regexp.go"): paths, tags and SHA-256 digests. */
const PATH = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const HOST =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9A-Fa-f:]+\])(?::\d{1,5})?$/;

/**
 * Host names of private ECR registries: IPv4, FIPS and dual-stack forms in every partition ("Making requests
 * to Amazon ECR registries"; the patterns are those of AWS's own docker credential helper).
 */
const ECR_HOST =
  /^(?<account>\d{12})\.dkr[.-]ecr(?:-fips)?\.(?<region>[a-z0-9]+(?:-[a-z0-9]+)+)\.(?:amazonaws\.(?:com(?:\.cn)?|eu)|on\.(?:aws|amazonwebservices\.(?:com\.cn|eu))|c2s\.ic\.gov|sc2s\.sgov\.gov|csp\.hci\.ic\.gov|cloud\.adc-e\.uk)$/;

/** CreateRepository, `repositoryName`: 2 to 256 characters. */
const MIN_NAME = 2;
const MAX_NAME = 256;

/** Whether a text is an image digest: `sha256:` and 64 hexadecimal digits. */
export function isDigest(text: string): boolean {
  return DIGEST.test(text);
}

/** Reads an image reference; throws a `DeployError` of code `inputs` that says what is wrong with it. */
export function parseImageReference(text: string): ImageReference {
  const [named = '', digest, ...rest] = text.split('@');
  if (rest.length > 0 || (digest !== undefined && !DIGEST.test(digest))) {
    throw wrong(text, 'what follows @ must be sha256: and 64 hexadecimal digits.');
  }
  const colon = named.lastIndexOf(':');
  const tagged = colon > named.lastIndexOf('/');
  const tag = tagged ? named.slice(colon + 1) : undefined;
  if (tag !== undefined && !TAG.test(tag)) {
    throw wrong(text, 'a tag has at most 128 letters, digits, dots, dashes and underscores.');
  }
  const { host, path } = splitHost(tagged ? named.slice(0, colon) : named);
  if (host !== undefined && !HOST.test(host)) throw wrong(text, `"${host}" is not a host name.`);
  if (!PATH.test(path)) {
    throw wrong(text, 'a repository name has lower-case letters, digits and single . _ - / between them.');
  }
  return { host, path, tag, digest };
}

/** Writes an image reference the way docker and ECS read it. */
export function formatImageReference({ host, path, tag, digest }: ImageReference): string {
  const named = host === undefined ? path : `${host}/${path}`;
  return `${named}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}

/**
 * Reads the name or URI of an ECR repository. A URI of another host is let through without account and
 * region: it holds only if ECR itself answers with that URI. Throws a `DeployError` of code `inputs`.
 */
export function parseRepository(text: string): RepositoryAddress {
  const { host, path, tag, digest } = parseImageReference(text.trim());
  if (tag !== undefined || digest !== undefined) {
    throw wrong(text, 'a repository has no tag and no digest; use image or image-tag for those.');
  }
  if (path.length < MIN_NAME || path.length > MAX_NAME) {
    throw wrong(text, `a repository name has ${MIN_NAME} to ${MAX_NAME} characters.`);
  }
  return { name: path, host, ...registryOf(host) };
}

/** Account and region of an ECR registry's host name; both undefined for any other host. */
export function registryOf(host: string | undefined): {
  readonly account: string | undefined;
  readonly region: string | undefined;
} {
  const groups = host === undefined ? undefined : ECR_HOST.exec(host.toLowerCase())?.groups;
  return { account: groups?.['account'], region: groups?.['region'] };
}

/** What says whether ECR lets a tag be moved to another image (ECR, PutImageTagMutability). */
export interface TagMutability {
  readonly mutability: string;
  /** Wildcard patterns of tags for which the opposite holds. */
  readonly exceptions: readonly string[];
}

/** Whether a tag, once pushed, can never point to another image. */
export function isImmutable({ mutability, exceptions }: TagMutability, tag: string): boolean {
  const excepted = exceptions.some((pattern) => matchesWildcard(pattern, tag));
  return mutability.startsWith('IMMUTABLE') !== excepted;
}

function matchesWildcard(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(text);
}

/** Docker takes the first part for a host when it has a dot, a colon or a capital, or is `localhost`. */
function splitHost(named: string): { readonly host: string | undefined; readonly path: string } {
  const slash = named.indexOf('/');
  const first = slash < 0 ? '' : named.slice(0, slash);
  const isHost = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
  return isHost ? { host: first, path: named.slice(slash + 1) } : { host: undefined, path: named };
}

function wrong(text: string, why: string): DeployError {
  const clean = redact(text);
  const shown = clean.length > 80 ? `${clean.slice(0, 80)}…` : clean;
  return new DeployError('inputs', `"${shown}" is not a valid image or repository: ${why}`, {
    hint: 'Write 123456789012.dkr.ecr.us-east-1.amazonaws.com/name, with :tag or @sha256:… for an image.',
  });
}
