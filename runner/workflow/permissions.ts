import { isMapping, textOf, type Value } from './expressions.js';

/** What a job may do, by scope; a scope that is not named is not granted. */
export type Permissions = Readonly<Record<string, string>>;

/** What a repository grants where the workflow says nothing: no identity token ("GITHUB_TOKEN", GitHub Docs, restricted). */
export const REPOSITORY_DEFAULT: Permissions = { contents: 'read', packages: 'read' };

const levels = ['none', 'read', 'write'];
const levelOf = (permissions: Permissions, scope: string): number =>
  levels.indexOf(permissions[scope] ?? 'none');

/** The permissions that a workflow or a job names, or undefined. Throws at `read-all` and `write-all`. */
export function permissionsOf(value: Value | undefined): Permissions | undefined {
  if (value === undefined) return undefined;
  if (!isMapping(value)) throw new Error('permissions: only a mapping can be imitated here');
  return Object.fromEntries(Object.entries(value).map(([scope, level]) => [scope, textOf(level)]));
}

/**
 * Throws where a job of a called workflow wants more than its caller grants: GitHub then starts nothing ("Reusing workflow
 * configurations", GitHub Docs: permissions can only be maintained or reduced).
 */
export function requireGranted(wanted: Permissions, job: string, caller: Permissions): void {
  for (const scope of Object.keys(wanted))
    if (levelOf(wanted, scope) > levelOf(caller, scope))
      throw new Error(
        `The nested job '${job}' is requesting '${scope}: ${wanted[scope] ?? ''}', but is only allowed '${scope}: ${caller[scope] ?? 'none'}'`,
      );
}

/** Whether a job may ask for identity tokens. */
export const mayIdentify = (permissions: Permissions): boolean => permissions['id-token'] === 'write';
