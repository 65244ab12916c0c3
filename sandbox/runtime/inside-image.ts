import { mkdir, stat } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import type { StartOrder } from './container-host.js';
import type { UnpackedImage } from './image-folders.js';
import { startProgram, type Program } from './program.js';

/** Where and with what a container's programs run: its command as well as its health checks. */
export interface Inside {
  /** The folder that is the container's `/`. */
  readonly root: string;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Makes a container's working directory, as Docker does when it is missing, and its environment, in order of
 * strength: image, task definition, network. Nothing is the machine's but `PATH`, with this Node first.
 */
export async function enterImage({ container, image, network }: StartOrder<UnpackedImage>): Promise<Inside> {
  const { root } = image;
  const { env, workingDir } = image.image.config;
  const folder = join(root, container.workingDirectory ?? workingDir);
  await mkdir(folder, { recursive: true });
  const built = Object.fromEntries(env.map(splitOnce));
  const own = (built['PATH'] ?? '').split(':').flatMap((one) => (one ? [join(root, one)] : []));
  const path = [dirname(process.execPath), ...own, process.env['PATH'] ?? ''].join(delimiter);
  const environment = { ...built, ...Object.fromEntries(container.environment), ...network, PATH: path };
  return { root, folder, environment };
}

/**
 * Starts a program of the image. Absolute paths mean the image's files where it has them and the machine's
 * otherwise, such as `/bin/sh`. Rejects with the system's error.
 */
export async function runInside(
  { root, folder, environment }: Inside,
  [program = '', ...args]: readonly string[],
  output: (line: string) => void,
): Promise<Program> {
  return startProgram({
    program: await within(root, program),
    args: await Promise.all(args.map((one) => within(root, one))),
    folder,
    environment,
    output,
  });
}

function splitOnce(pair: string): readonly [name: string, value: string] {
  const equals = pair.indexOf('=');
  return equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
}

async function within(root: string, argument: string): Promise<string> {
  if (!argument.startsWith('/')) return argument;
  const inside = join(root, argument);
  return stat(inside).then(
    () => inside,
    () => argument,
  );
}
