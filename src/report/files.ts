import type { CheckResult } from '../checks/check.js';
import type { World } from '../world.js';
import { junit } from './junit.js';

/** Where report files go: as the input says, else below the runner's temp folder, else, by hand, in the current one. */
function reportFolder({ env }: Pick<World, 'env'>): string {
  const given = env['INPUT_REPORT-DIR']?.trim();
  if (given) return given;
  const temp = env['RUNNER_TEMP'];
  return temp ? `${temp}/deployment-reports` : 'deployment-reports';
}

/** Writes the smoke results as `smoke-YYYYMMDD-HHMMSS.xml` (UTC), with a suffix when there is one already; returns its path. */
export async function writeJunit(results: readonly CheckResult[], world: World): Promise<string> {
  const folder = reportFolder(world);
  const now = world.clock.now();
  const there = new Set(await world.files.list(folder));
  const path = `${folder}/${freeName(`smoke-${stamp(now)}`, 'xml', there)}`;
  await world.files.write(path, junit(results, now));
  return path;
}

function stamp(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
}

function freeName(name: string, extension: string, there: ReadonlySet<string>): string {
  const named = (count: number): string => `${name}${count === 0 ? '' : `-${String(count)}`}.${extension}`;
  const count = Array.from({ length: there.size + 1 }, (_, index) => index).find(
    (one) => !there.has(named(one)),
  );
  return named(count ?? 0);
}
