import { readdir, readFile } from 'node:fs/promises';

/** A process that a step left behind. */
export interface Orphan {
  readonly pid: number;
  readonly name: string;
}

async function orphan(pid: number, trackingId: string): Promise<readonly Orphan[]> {
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
  if (!environment.split('\0').includes(`RUNNER_TRACKING_ID=${trackingId}`)) return [];
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
  return [{ pid, name: name.trim() }];
}

/**
 * Ends what the steps of a job left running, which the runner knows by a variable in their environment
 * (JobExtension.cs, "Cleaning up orphan processes"). Finds nothing on systems without /proc.
 */
export async function endOrphans(trackingId: string): Promise<readonly Orphan[]> {
  const entries = await readdir('/proc').catch(() => []);
  const pids = entries.filter((entry) => /^\d+$/u.test(entry)).map(Number);
  const found = (await Promise.all(pids.map((pid) => orphan(pid, trackingId)))).flat();
  return found.filter(({ pid }) => {
    try {
      return process.kill(pid, 'SIGKILL');
    } catch {
      return false; // It has ended by itself meanwhile.
    }
  });
}
