import { createHash } from 'node:crypto';

import { DeployError } from '../errors.js';
import { canonicalJson } from './json.js';

/** Label that says what an image was built from, beside the commit. */
export const INPUTS_LABEL = 'io.github.deploy-backend.inputs';
/** Labels of the OCI image-spec ("annotations.md") that we write and read. */
export const REVISION_LABEL = 'org.opencontainers.image.revision';
export const CREATED_LABEL = 'org.opencontainers.image.created';
export const SOURCE_LABEL = 'org.opencontainers.image.source';
export const VERSION_LABEL = 'org.opencontainers.image.version';

/** Everything that a person chose about a build, as docker takes it; paths are relative to the workspace. */
export interface BuildInputs {
  readonly context: string;
  readonly dockerfile: string;
  readonly target: string | undefined;
  /** `linux/amd64`, … */
  readonly platform: string;
  /** `NAME=value`, or `NAME` for the value of that environment variable. */
  readonly buildArgs: readonly string[];
  /** `id=npm,env=NPM_TOKEN` or `id=npm,src=./token`. */
  readonly secrets: readonly string[];
  readonly cacheFrom: readonly string[];
  readonly cacheTo: readonly string[];
}

/** A build argument with its value; `inherited` when it comes from the environment. */
export interface BuildArgument {
  readonly name: string;
  readonly value: string;
  readonly inherited: boolean;
}

/** A build secret: its name, and the environment variable that holds it, if one does. */
export interface BuildSecret {
  readonly id: string;
  readonly env: string | undefined;
}

/**
 * Build arguments with their values; one without a value and without a variable of its name is passed over,
 * as docker does.
 */
export function resolveBuildArgs(
  lines: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): readonly BuildArgument[] {
  return lines.flatMap((line): readonly BuildArgument[] => {
    const [name, value] = pair(line);
    if (line.includes('=')) return [{ name, value, inherited: false }];
    const found = env[name];
    return found === undefined ? [] : [{ name, value: found, inherited: true }];
  });
}

/** Reads build secrets in docker's own notation. Throws a `DeployError` of code `inputs`. */
export function parseBuildSecret(line: string): BuildSecret {
  const fields = new Map(line.split(',').map((field) => pair(field.trim())));
  const id = fields.get('id');
  if (id === undefined || id === '') {
    throw new DeployError('inputs', 'build-secrets has a line without id=.', {
      hint: 'Write id=name,env=VARIABLE or id=name,src=path, one a line.',
    });
  }
  const fromFile = fields.has('src') || fields.has('source');
  const fromEnv = fields.get('env') ?? (fields.get('type') === 'env' ? fields.get('src') : undefined);
  return { id, env: fromEnv ?? (fromFile ? undefined : id) };
}

/**
 * One SHA-256 over all that went into a build but the commit: equal for equal builds, whatever the order of
 * arguments or the spelling of paths. Values are in it only as part of the hash; of secrets only the names are.
 */
export function hashBuildInputs(inputs: BuildInputs, args: readonly BuildArgument[]): string {
  const values = new Map(args.map(({ name, value }) => [name, sha256(value)]));
  return sha256(
    canonicalJson({
      version: 1,
      context: normalPath(inputs.context),
      dockerfile: normalPath(inputs.dockerfile),
      target: inputs.target ?? '',
      platform: inputs.platform.toLowerCase(),
      arguments: Object.fromEntries(values),
      secrets: [...new Set(inputs.secrets.map((line) => parseBuildSecret(line).id))].sort(),
    }),
  );
}

/** A changed file of a build context, with what it holds. */
export interface ChangedFile {
  readonly path: string;
  /** Its permissions as git writes them; `000000` for a file that was removed. */
  readonly mode: string;
  /** Git's name of its content; empty for a file that was removed. */
  readonly blob: string;
}

/** Tag and revision of a build whose tree differs from its commit: `<sha>-dirty-<hash>`. */
export function dirtyRevision(sha: string, changes: readonly ChangedFile[]): string {
  const lines = changes.map(({ path, mode, blob }) => `${mode} ${blob} ${path}`).sort();
  return `${sha}-dirty-${sha256(lines.join('\0')).slice(0, 12)}`;
}

/**
 * The commit that an image's label names: a whole SHA, or one of a dirty build. `unknown`, a version or half a SHA
 * is none, because nothing could be proven with it.
 */
export function labelledCommit(labels: Readonly<Record<string, string>>): string | undefined {
  const label = labels[REVISION_LABEL]?.toLowerCase() ?? '';
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})(?:-dirty-[0-9a-f]{12})?$/.test(label) ? label : undefined;
}

/** The time in the label of an image; undefined when that is none (RFC 3339, section 5.6): labels may hold anything. */
export function labelledTime(labels: Readonly<Record<string, string>>): string | undefined {
  const label = labels[CREATED_LABEL] ?? '';
  const isTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/i.test(label);
  return isTime ? label : undefined;
}

/** The SHA-256 of a text, in hexadecimal. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function pair(field: string): [string, string] {
  const equals = field.indexOf('=');
  return equals < 0 ? [field, ''] : [field.slice(0, equals), field.slice(equals + 1)];
}

function normalPath(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return `${path.startsWith('/') ? '/' : ''}${parts.join('/')}` || '.';
}
