import { posix } from 'node:path';

import type { Changes, Commit, Git } from '../../adapters/git.js';
import {
  dirtyRevision,
  hashBuildInputs,
  resolveBuildArgs,
  type BuildInputs,
  type ChangedFile,
} from '../../model/build-inputs.js';
import { dockerignorePaths, isIgnored, parseDockerignore } from '../../model/dockerignore.js';
import type { Repository } from '../../model/image.js';
import type { World } from '../../world.js';

/** What would be built, known before anything is. */
export interface BuildPlan {
  readonly inputs: BuildInputs;
  readonly repository: Repository;
  readonly tag: string;
  /** The commit, or `<sha>-dirty-<hash>` when files differ from it. */
  readonly revision: string;
  readonly dirty: boolean;
  readonly source: string | undefined;
  readonly inputsHash: string;
}

/** What a plan is made from. */
export interface BuildWish {
  readonly commit: Pick<Commit, 'sha' | 'source'>;
  readonly inputs: BuildInputs;
  readonly repository: Repository;
  /** The input `image-tag`. */
  readonly tag: string | undefined;
  /** From `dirtyFiles`; empty for a clean tree. */
  readonly dirty: readonly ChangedFile[];
}

/** Decides tag, revision and the hash of the inputs. The tag is the commit's unless given; of a dirty tree it says so. */
export function planBuild(
  { commit, inputs, repository, tag, dirty }: BuildWish,
  env: World['env'],
): BuildPlan {
  const isDirty = dirty.length > 0;
  const revision = isDirty ? dirtyRevision(commit.sha, dirty) : commit.sha;
  return {
    inputs,
    repository,
    tag: isDirty ? revision : (tag ?? revision),
    revision,
    dirty: isDirty,
    source: commit.source,
    inputsHash: hashBuildInputs(inputs, resolveBuildArgs(inputs.buildArgs, env)),
  };
}

/**
 * What of the build context differs from the commit, after .dockerignore; paths are relative to the context.
 * The Dockerfile counts as part of the context wherever it lies.
 */
export async function contextChanges(
  files: World['files'],
  git: Git,
  { context, dockerfile }: Pick<BuildInputs, 'context' | 'dockerfile'>,
): Promise<Changes> {
  const rules = parseDockerignore(await firstText(files, dockerignorePaths(dockerfile, context)));
  const { modified, untracked } = await git.changes(context);
  const recipe = posix.relative(context, dockerfile);
  const sent = (path: string) => path === recipe || !isIgnored(rules, path);
  const outside = recipe.startsWith('../') ? await changedRecipe(git, dockerfile, recipe) : [];
  return {
    modified: [...outside, ...modified.filter(({ path }) => sent(path))],
    untracked: untracked.filter(sent),
  };
}

/** The files that make a tree dirty, with their content; none unless a tracked file was changed. */
export async function dirtyFiles(
  git: Git,
  { context }: Pick<BuildInputs, 'context'>,
  { modified, untracked }: Changes,
): Promise<readonly ChangedFile[]> {
  return modified.length === 0 ? [] : [...modified, ...(await git.blobs(context, untracked))];
}

async function changedRecipe(git: Git, dockerfile: string, recipe: string): Promise<readonly ChangedFile[]> {
  const { modified } = await git.changes(posix.dirname(dockerfile));
  const own = modified.filter(({ path }) => path === posix.basename(dockerfile));
  return own.map((file) => ({ ...file, path: recipe }));
}

async function firstText(files: World['files'], paths: readonly string[]): Promise<string> {
  for (const path of paths) {
    const text = await files.read(path);
    if (text !== undefined) return text;
  }
  return '';
}
