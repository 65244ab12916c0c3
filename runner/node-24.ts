import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Node 24 as GitHub's runner brings it, from npm's own package; undefined when it is not installed. */
export function node24(): string | undefined {
  const program = fileURLToPath(new URL('./node24/node_modules/node/bin/node', import.meta.url));
  return existsSync(program) ? program : undefined;
}
