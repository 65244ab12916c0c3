import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Below `node_modules`, so that programs in it find their packages and git does not find them. */
const CACHE = fileURLToPath(new URL('../node_modules/.cache/deploy-backend/', import.meta.url));

/**
 * A folder that is made once and kept. `make` fills `target`, and has `draft` for what it needs on the way; two
 * processes that make the same folder at once do not disturb each other.
 */
export async function cachedFolder(
  name: string,
  make: (target: string, draft: string) => Promise<void>,
): Promise<string> {
  const folder = join(CACHE, name);
  if (await exists(folder)) return folder;
  await mkdir(CACHE, { recursive: true });
  const draft = await mkdtemp(join(CACHE, 'draft-'));
  try {
    const target = join(draft, 'target');
    await mkdir(target);
    await make(target, draft);
    await rename(target, folder);
  } catch (error) {
    if (!(await exists(folder))) throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return folder;
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
