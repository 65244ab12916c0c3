import { DeployError } from '../errors.js';
import {
  CREATED_LABEL,
  INPUTS_LABEL,
  parseBuildSecret,
  resolveBuildArgs,
  REVISION_LABEL,
  SOURCE_LABEL,
  VERSION_LABEL,
  type BuildInputs,
} from './build-inputs.js';
import { withoutSecretShapes } from './secret-shapes.js';

/** What answers `docker build` on this machine. */
export interface Builder {
  /** `buildx` is the plugin, `buildkit` the one inside an engine driven by a client before 23, `classic` neither. */
  readonly kind: 'buildx' | 'buildkit' | 'classic';
  /** Name and driver of the builder that buildx would use now; undefined when it does not say. */
  readonly name: string | undefined;
  readonly driver: string | undefined;
}

/** What a build is of, and what its labels will say. */
export interface BuildSubject {
  /** Repository with tag. */
  readonly reference: string;
  /** The commit, or `<sha>-dirty-<hash>`. */
  readonly revision: string;
  /** UTC, RFC 3339. */
  readonly buildTime: string;
  /** URL of the source; undefined when unknown. */
  readonly source: string | undefined;
  readonly version: string;
  readonly inputsHash: string;
}

/** A command line for docker, and the variables that it needs beside its usual environment. */
export interface BuildCommand {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Values that no log may show. */
  readonly secrets: readonly string[];
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The one `docker build` command line, which buildx, the BuildKit of engine 20.10 and the classic builder
 * understand alike. Throws `inputs` naming each option that this machine's builder does not have.
 *
 * Attestations are switched off by buildx's own variable rather than by `--provenance=false`, which the other
 * builders refuse; they would repeat build arguments in the registry. Who sets the variable gets them.
 */
export function buildCommand(
  inputs: BuildInputs,
  subject: BuildSubject,
  builder: Builder,
  env: Variables,
): BuildCommand {
  const problem = builderProblem(inputs, builder);
  if (problem) throw problem;
  const given = resolveBuildArgs(inputs.buildArgs, env);
  const labels = {
    [REVISION_LABEL]: subject.revision,
    [CREATED_LABEL]: subject.buildTime,
    ...(subject.source === undefined ? {} : { [SOURCE_LABEL]: subject.source }),
    [VERSION_LABEL]: subject.version,
    [INPUTS_LABEL]: subject.inputsHash,
  };
  const args = [
    ...['build', '--file', inputs.dockerfile, '--tag', subject.reference, '--platform', inputs.platform],
    ...(inputs.target === undefined ? [] : ['--target', inputs.target]),
    ...Object.entries(labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]),
    ...['--build-arg', `GIT_SHA=${subject.revision}`, '--build-arg', `BUILD_TIME=${subject.buildTime}`],
    ...given.flatMap(({ name, value, inherited }) => ['--build-arg', inherited ? name : `${name}=${value}`]),
    ...inputs.secrets.flatMap((secret) => ['--secret', secret]),
    ...inputs.cacheFrom.flatMap((from) => ['--cache-from', from]),
    ...inputs.cacheTo.flatMap((to) => ['--cache-to', to]),
    ...(leavesNothing(builder) ? ['--load'] : []),
    ...['--', inputs.context],
  ];
  const inherited = given.flatMap(({ name, value, inherited }) =>
    inherited ? [[name, value] as const] : [],
  );
  const secretEnv = secretVariables(inputs, env);
  return {
    args,
    env: {
      ...Object.fromEntries(inherited),
      ...secretEnv,
      ...cacheVariables(inputs, env),
      ...builderVariables(builder, env),
    },
    // What a build does with a secret, it may also print.
    secrets: [
      ...given.flatMap(({ name, value }) => (looksSecret(name) && value.length >= 6 ? [value] : [])),
      ...Object.values(secretEnv),
    ],
  };
}

/** The command line for people: values of build arguments are left out, since some people put tokens there. */
export function shownCommand(args: readonly string[]): string {
  return args
    .map((arg, index) =>
      args[index - 1] === '--build-arg' ? arg.replace(/^(?!GIT_SHA=|BUILD_TIME=)([^=]+)=.*$/s, '$1=…') : arg,
    )
    .map(withoutSecretShapes)
    .map((arg) => (/^[\w@%+=:,./…-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`))
    .join(' ');
}

/** Builders outside the engine keep the result to themselves unless asked to load it, and then it cannot be pushed. */
function leavesNothing({ kind, driver }: Builder): boolean {
  return kind === 'buildx' && driver !== undefined && driver !== 'docker';
}

/** The error of a build that this machine's builder cannot make, or undefined: `inputs`, naming each option. */
export function builderProblem(
  inputs: Pick<BuildInputs, 'secrets' | 'cacheFrom' | 'cacheTo'>,
  { kind }: Builder,
): DeployError | undefined {
  const special = (lines: readonly string[]) => lines.some((line) => /(^|,)type=/.test(line));
  const needs = [
    { name: 'build-secrets', used: inputs.secrets.length > 0, missing: kind === 'classic' },
    {
      name: 'cache-from',
      used: inputs.cacheFrom.length > 0,
      missing: kind === 'classic' || (kind === 'buildkit' && special(inputs.cacheFrom)),
    },
    { name: 'cache-to', used: inputs.cacheTo.length > 0, missing: kind !== 'buildx' },
  ].filter(({ used, missing }) => used && missing);
  if (needs.length === 0) return undefined;
  const names = needs.map(({ name }) => name).join(', ');
  return new DeployError(
    'inputs',
    `This machine's docker cannot build with ${names}: it has no ${kind === 'classic' ? 'BuildKit' : 'buildx'}.`,
    {
      hint: 'Set buildx-version to install buildx, run docker/setup-buildx-action before, or remove these inputs.',
    },
  );
}

function secretVariables(inputs: BuildInputs, env: Variables): Record<string, string> {
  const names = inputs.secrets.flatMap((line) => parseBuildSecret(line).env ?? []);
  return pick(env, names);
}

/** GitHub's cache backend is reached with the job's cache token, which nothing else that docker does may see. */
function cacheVariables(inputs: BuildInputs, env: Variables): Record<string, string> {
  const used = [...inputs.cacheFrom, ...inputs.cacheTo].some((line) => /(^|,)type=gha(,|$)/.test(line));
  const names = [
    'ACTIONS_RUNTIME_TOKEN',
    'ACTIONS_CACHE_URL',
    'ACTIONS_RESULTS_URL',
    'ACTIONS_CACHE_SERVICE_V2',
  ];
  return used ? pick(env, names) : {};
}

/**
 * Docker 23 and later send `docker build` to buildx's default builder, whatever `docker buildx use` chose,
 * unless BUILDX_BUILDER names one (docker/cli, cmd/docker/builder.go).
 */
function builderVariables({ kind, name }: Builder, env: Variables): Record<string, string> {
  if (kind === 'buildkit') return { DOCKER_BUILDKIT: '1' };
  if (kind === 'classic') return {};
  return {
    BUILDX_NO_DEFAULT_ATTESTATIONS: env['BUILDX_NO_DEFAULT_ATTESTATIONS'] ?? '1',
    ...(name === undefined ? {} : { BUILDX_BUILDER: name }),
  };
}

function pick(env: Variables, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = env[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

function looksSecret(name: string): boolean {
  return /TOKEN|SECRET|PASSW|CREDENTIAL|_KEY$|^KEY$|APIKEY|AUTH/i.test(name);
}
