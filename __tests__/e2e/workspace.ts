import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A git checkout with one commit. */
export interface Workspace {
  readonly folder: string;
  readonly commit: string;
  write(path: string, text: string): void;
  remove(): void;
}

/** Makes a checkout of the given files. */
export function workspace(files: Readonly<Record<string, string>>): Workspace {
  const folder = mkdtempSync(join(tmpdir(), 'deploy-backend-workspace-'));
  const write = (path: string, text: string): void => writeFileSync(join(folder, path), text);
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...args], {
      cwd: folder,
      encoding: 'utf8',
    });
  git('init', '--quiet');
  for (const [path, text] of Object.entries(files)) write(path, text);
  git('add', '--all');
  git('commit', '--quiet', '--message', 'Begin');
  const commit = git('rev-parse', 'HEAD').trim();
  return { folder, commit, write, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
