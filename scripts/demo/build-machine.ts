import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whether an image can be built here, and with which arguments; else why not. */
export type BuildMachine =
  | { readonly engine: true; readonly buildArgs: readonly string[] }
  | { readonly engine: false; readonly why: string };

/** Milliseconds for an answer of the engine. */
const LIMIT = 20_000;

/**
 * Looks for a Docker Engine on this machine that has or gets the base image. `EXAMPLE_BUILD_ARGS` of the environment
 * holds build arguments for the example backend, one `NAME=value` a line. Elsewhere than on Linux the engine is in a
 * machine of its own, which does not reach the registry on this one's loopback.
 */
export async function buildMachine(env = process.env): Promise<BuildMachine> {
  if (process.platform !== 'linux') return { engine: false, why: 'Docker is used on Linux only.' };
  if (!(await works('version', '--format', '{{.Server.Version}}'))) {
    return { engine: false, why: 'No Docker Engine answers.' };
  }
  const buildArgs = (env['EXAMPLE_BUILD_ARGS'] ?? '').split('\n').filter((line) => line !== '');
  const base =
    buildArgs.find((line) => line.startsWith('NODE_IMAGE='))?.slice('NODE_IMAGE='.length) ?? 'node:24-slim';
  if (!(await works('image', 'inspect', base)) && !(await works('pull', '--quiet', base))) {
    return {
      engine: false,
      why: `A Docker Engine answers, but has no base image ${base} and cannot pull it.`,
    };
  }
  return { engine: true, buildArgs };
}

async function works(...args: string[]): Promise<boolean> {
  return run('docker', args, { timeout: LIMIT }).then(
    () => true,
    () => false,
  );
}
