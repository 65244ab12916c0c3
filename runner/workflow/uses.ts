import { join } from 'node:path';
import type { StandIn } from './stand-in.js';
import type { WorkflowWish } from './wish.js';

/** What stands behind the `uses` of a step. */
export type Used = { readonly folder: string } | { readonly standIn: StandIn };

/** `owner/name/path@ref`, in parts. */
function partsOf(uses: string): { readonly repository: string; readonly path: string } | undefined {
  const [, repository, path] = /^([\w.-]+\/[\w.-]+)(?:\/([^@]+))?@[^@]+$/u.exec(uses) ?? [];
  return repository === undefined ? undefined : { repository, path: path ?? '' };
}

/** The action of a step. Throws at one that is neither in a folder of this machine nor has a stand-in. */
export function actionUsed(uses: string, workspace: string, wish: WorkflowWish): Used {
  if (uses.startsWith('./')) return { folder: join(workspace, uses) };
  const { repository = '', path = '' } = partsOf(uses) ?? {};
  const folder = wish.repositories?.[repository];
  if (folder !== undefined) return { folder: join(folder, path) };
  const standIn = wish.standIns?.[path === '' ? repository : `${repository}/${path}`];
  if (standIn === undefined) throw new Error(`There is no stand-in for ${uses}`);
  return { standIn };
}

/** The file of a called workflow; `./` is the repository of the calling one. Throws where that is not on this machine. */
export function workflowUsed(uses: string, callingFile: string, wish: WorkflowWish): string {
  const [root] = /^.*(?=\/\.github\/workflows\/[^/]+$)/u.exec(callingFile) ?? [];
  if (uses.startsWith('./') && root !== undefined) return join(root, uses);
  const { repository = '', path = '' } = partsOf(uses) ?? {};
  const folder = wish.repositories?.[repository];
  if (folder === undefined) throw new Error(`The workflow ${uses} is not on this machine`);
  return join(folder, path);
}
