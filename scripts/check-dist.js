// Fails when dist/ is not, byte for byte, the build of src/.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const built = mkdtempSync(join(tmpdir(), 'deploy-backend-check-'));
const read = (folder, name) => {
  try {
    return readFileSync(join(folder, name));
  } catch {
    return undefined;
  }
};
const names = (folder) => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

try {
  execFileSync(process.execPath, [join(root, 'scripts/build.js'), built], { stdio: 'inherit' });
  const dist = join(root, 'dist');
  const all = [...new Set([...names(built), ...names(dist)])].sort();
  const different = all.filter((name) => {
    const [ours, theirs] = [read(dist, name), read(built, name)];
    return !ours || !theirs || !ours.equals(theirs);
  });
  if (different.length > 0) {
    console.error(
      `dist is not the build of src: ${different.join(', ')}. Run "npm run build" and commit dist.`,
    );
    process.exitCode = 1;
  }
} finally {
  rmSync(built, { recursive: true, force: true });
}
