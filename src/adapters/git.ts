import type { ChangedFile } from '../model/build-inputs.js';
import { withoutSecretShapes } from '../model/secret-shapes.js';
import type { Finished, World } from '../world.js';
import { cleanEnvironment, ProgramMissing } from './process.js';

/** The commit of the checkout. Branch, subject and source are untrusted text. */
export interface Commit {
  readonly sha: string;
  readonly shortSha: string;
  /** Undefined when HEAD is detached, as after actions/checkout of a tag or a pull request. */
  readonly branch: string | undefined;
  /** When it was committed: UTC, RFC 3339, whole seconds. */
  readonly time: string;
  readonly subject: string;
  /** `https://host/owner/name` of the remote `origin`, without credentials. */
  readonly source: string | undefined;
}

/** A commit in a list of changes. Everything but the SHA is untrusted text. */
export interface LoggedCommit {
  readonly sha: string;
  readonly author: string;
  readonly subject: string;
}

/** Commits newest first, and how many there are in all. */
export interface Log {
  readonly total: number;
  readonly commits: readonly LoggedCommit[];
}

/** What differs from HEAD below a folder; paths are relative to it. */
export interface Changes {
  readonly modified: readonly ChangedFile[];
  /** Not tracked and not ignored by git. */
  readonly untracked: readonly string[];
}

/** `missing`: the whole history is here, and one of the commits is not in it; `unknown`: it is cut short, or there is none. */
export type Ancestry = 'yes' | 'no' | 'missing' | 'unknown';

/** git, read-only, in the few questions that a release asks of a checkout. */
export interface Git {
  /** The commit of HEAD; undefined where there is no checkout, no commit, or no git. */
  head(): Promise<Commit | undefined>;
  /** What differs from HEAD in a folder. */
  changes(folder: string): Promise<Changes>;
  /** Git's name of each file's content, as it lies in the folder. */
  blobs(folder: string, paths: readonly string[]): Promise<readonly ChangedFile[]>;
  /** Whether one commit leads to the other. */
  isAncestor(ancestor: string, descendant: string): Promise<Ancestry>;
  /** Commits that the second has and the first has not; undefined when one is missing. */
  log(from: string, to: string, limit: number): Promise<Log | undefined>;
}

/** A broken file system must not hold up a release for ever. */
const LIMIT = 60_000;
const SHA = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;
/** Arguments of one command stay far below the system's limit. */
const BATCH = 200;

/** The adapter for git in a workspace. */
export function git(world: Pick<World, 'run' | 'env' | 'signal'>, workspace: string): Git {
  const ask = asker(world, workspace);
  return {
    head: () => head(ask),
    changes: (folder) => changes(ask, folder),
    blobs: (folder, paths) => blobs(ask, folder, paths),
    isAncestor: (ancestor, descendant) => isAncestor(ask, ancestor, descendant),
    log: (from, to, limit) => logBetween(ask, from, to, limit),
  };
}

type Ask = (args: readonly string[], folder?: string) => Promise<Finished>;

/**
 * A checkout is often owned by another user than ours (container jobs): `safe.directory` is given for our own
 * reads, and what a repository's configuration could make git run is switched off.
 */
const SETTINGS = [
  ...['-c', 'safe.directory=*', '-c', 'core.fsmonitor=false', '-c', 'core.quotePath=false'],
  ...['-c', 'log.showSignature=false', '--no-pager', '--literal-pathspecs'],
];

function asker({ run, env, signal }: Pick<World, 'run' | 'env' | 'signal'>, workspace: string): Ask {
  const environment = {
    ...cleanEnvironment(env),
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    LC_ALL: 'C',
  };
  return async (args, folder = '.') => {
    const cwd = folder.startsWith('/') ? folder : `${workspace}/${folder}`;
    try {
      return await run('git', [...SETTINGS, ...args], { cwd, env: environment, timeout: LIMIT, signal });
    } catch (error) {
      if (error instanceof ProgramMissing) return { exitCode: 127, stdout: '', stderr: error.message };
      throw error;
    }
  };
}

async function head(ask: Ask): Promise<Commit | undefined> {
  const shown = await ask(['log', '-1', '--no-color', '--format=%H%x00%h%x00%ct%x00%s', 'HEAD']);
  const [sha = '', shortSha = '', seconds = '', subject = ''] = shown.stdout.trimEnd().split('\0');
  if (shown.exitCode !== 0 || !SHA.test(sha)) return undefined;
  const [branch, remote] = await Promise.all([
    ask(['symbolic-ref', '--quiet', '--short', 'HEAD']),
    ask(['config', '--get', 'remote.origin.url']),
  ]);
  return {
    sha,
    shortSha,
    branch: branch.exitCode === 0 ? branch.stdout.trim() : undefined,
    time: new Date(Number(seconds) * 1000).toISOString().replace('.000Z', 'Z'),
    subject,
    source: sourceOf(remote.stdout.trim()),
  };
}

/** Where the source lies, for people: never with the user and token that a remote's URL may hold; unknown when its path has one. */
export function sourceOf(remote: string): string | undefined {
  const scp = /^(?:[\w.-]+@)?([\w.-]+\.[\w-]+):(?!\/\/)(.+)$/.exec(remote);
  const text = scp ? `https://${scp[1] ?? ''}/${scp[2] ?? ''}` : remote;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['https:', 'http:', 'ssh:', 'git:'].includes(url.protocol)) return undefined;
  const path = url.pathname.replace(/\/+$/, '').replace(/\.git$/, '');
  const web = url.protocol === 'http:' || url.protocol === 'https:';
  const source = web ? `${url.protocol}//${url.host}${path}` : `https://${url.hostname}${path}`;
  return withoutSecretShapes(source) === source ? source : undefined;
}

/** git diff --raw, section "RAW OUTPUT FORMAT": `:old new blob blob S`, then the path. */
async function changes(ask: Ask, folder: string): Promise<Changes> {
  const diff = [
    'diff',
    '--raw',
    '-z',
    '--no-renames',
    '--no-ext-diff',
    '--no-textconv',
    '--relative',
    'HEAD',
  ];
  const [raw, others] = await Promise.all([
    ask([...diff, '--', '.'], folder),
    ask(['ls-files', '--others', '--exclude-standard', '-z'], folder),
  ]);
  if (raw.exitCode !== 0) throw new Error(`git diff failed: ${raw.stderr.trim()}`);
  const fields = raw.stdout.split('\0');
  const entries = fields.flatMap((text, index) => {
    const mode = /^:\d{6} (\d{6}) /.exec(text)?.[1];
    return index % 2 === 0 && mode !== undefined ? [{ mode, path: fields[index + 1] ?? '' }] : [];
  });
  const present = entries.filter(({ mode }) => mode.startsWith('100'));
  const named = await blobs(
    ask,
    folder,
    present.map(({ path }) => path),
  );
  const blobOf = new Map(named.map(({ path, blob }) => [path, blob]));
  return {
    modified: entries.map(({ mode, path }) => ({ mode, path, blob: blobOf.get(path) ?? '' })),
    untracked: others.stdout.split('\0').filter((path) => path !== ''),
  };
}

/** One file that cannot be read (a dangling link, a nested repository) fails a whole batch: then one by one. */
async function blobs(ask: Ask, folder: string, paths: readonly string[]): Promise<readonly ChangedFile[]> {
  const named: ChangedFile[] = [];
  const hash = (some: readonly string[]) => ask(['hash-object', '--no-filters', '--', ...some], folder);
  for (let start = 0; start < paths.length; start += BATCH) {
    const some = paths.slice(start, start + BATCH);
    const { exitCode, stdout } = await hash(some);
    const found = exitCode === 0 ? stdout.split('\n') : [];
    for (const [index, path] of some.entries()) {
      const blob = exitCode === 0 ? found[index] : (await hash([path])).stdout.trim();
      named.push({ path, mode: '100644', blob: blob ?? '' });
    }
  }
  return named;
}

async function isAncestor(ask: Ask, ancestor: string, descendant: string): Promise<Ancestry> {
  if (!SHA.test(ancestor) || !SHA.test(descendant)) return 'unknown';
  const { exitCode } = await ask(['merge-base', '--is-ancestor', ancestor, descendant]);
  if (exitCode === 0) return 'yes';
  const shallow = await ask(['rev-parse', '--is-shallow-repository']);
  if (shallow.stdout.trim() !== 'false') return 'unknown';
  // git merge-base, "--is-ancestor": 1 is no, and another status an error, here a commit that is not there.
  return exitCode === 1 ? 'no' : 'missing';
}

async function logBetween(ask: Ask, from: string, to: string, limit: number): Promise<Log | undefined> {
  if (!SHA.test(from) || !SHA.test(to)) return undefined;
  const range = [`${from}..${to}`, '--'];
  const format = '--format=%H%x00%an%x00%s%x00';
  const [shown, counted] = await Promise.all([
    ask(['log', '--no-color', `--max-count=${limit}`, format, ...range]),
    ask(['rev-list', '--count', ...range]),
  ]);
  const total = Number.parseInt(counted.stdout, 10);
  if (shown.exitCode !== 0 || counted.exitCode !== 0 || Number.isNaN(total)) return undefined;
  const fields = shown.stdout.split('\0').map((field) => field.replace(/^\n/, ''));
  const commits = fields.flatMap((sha, index) =>
    index % 3 === 0 && SHA.test(sha)
      ? [{ sha, author: fields[index + 1] ?? '', subject: fields[index + 2] ?? '' }]
      : [],
  );
  return { total, commits };
}
