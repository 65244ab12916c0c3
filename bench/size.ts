import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runAction } from '../runner/run-action.js';
import { NAMES } from '../sandbox/names.js';
import { startSandbox, type Ready } from '../sandbox/sandbox.js';

/** What `dist` weighs, and what of it is loaded. */
export interface Sizes {
  /** Bytes of each file by its name, the largest first. */
  readonly files: ReadonlyMap<string, number>;
  readonly total: number;
  /** The JavaScript files that runs loaded from their start to their end, by what they did. */
  readonly loaded: ReadonlyMap<string, readonly string[]>;
}

/** Measures the files of an action's `dist`, and runs it in each mode to see which it loads. */
export async function measureSize(node: string, folder: string): Promise<Sizes> {
  const dist = join(folder, 'dist');
  const files = await Promise.all(
    (await readdir(dist)).map(async (name) => [name, (await stat(join(dist, name))).size] as const),
  );
  const sorted = files.toSorted(([, one], [, other]) => other - one);
  const total = sorted.reduce((sum, [, bytes]) => sum + bytes, 0);
  return { files: new Map(sorted), total, loaded: await loadedBy(node, folder) };
}

/** Names of files, in the order of the report: those that only post loads are left out, since post does next to nothing. */
async function loadedBy(node: string, folder: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const work = await mkdtemp(join(tmpdir(), 'bench-'));
  const sandbox = await startSandbox({ pace: 30, runtime: 'simulated' });
  try {
    const { ready } = sandbox;
    const common = { 'base-url': ready.baseUrl };
    const place = { 'aws-region': ready.region, cluster: NAMES.cluster, service: NAMES.service, ...common };
    const runs = {
      smoke: { mode: 'smoke', ...common },
      'dry run': { ...place, image: ready.candidate ?? '', 'dry-run': 'true' },
      release: { ...place, image: ready.candidate ?? '' },
      rollback: { ...place, mode: 'rollback' },
    };
    const loaded = new Map<string, readonly string[]>();
    for (const [name, inputs] of Object.entries(runs)) {
      loaded.set(name, await loadedIn(work, { node, folder, inputs, ready }));
    }
    return loaded;
  } finally {
    await sandbox.close();
    await rm(work, { recursive: true, force: true });
  }
}

interface Run {
  readonly node: string;
  readonly folder: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly ready: Ready;
}

/** Writes down every file that Node loads (`module.registerHooks`, Node 22.15 and later). */
const hook = (into: string): string => `
import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
registerHooks({ load(url, context, next) { appendFileSync(${JSON.stringify(into)}, url + '\\n'); return next(url, context); } });
`;

async function loadedIn(work: string, { node, folder, inputs, ready }: Run): Promise<readonly string[]> {
  const [list, script] = [join(work, 'loaded'), join(work, 'hook.mjs')];
  await writeFile(list, '');
  await writeFile(script, hook(list));
  const { conclusion } = await runAction({
    action: folder,
    inputs,
    node,
    env: {
      AWS_REGION: ready.region,
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'example',
      AWS_ENDPOINT_URL: ready.endpoint,
      AWS_EC2_METADATA_DISABLED: 'true',
      NODE_EXTRA_CA_CERTS: ready.caFile,
      NODE_OPTIONS: `--import ${pathToFileURL(script).href}`,
    },
    cancel: AbortSignal.timeout(240_000),
  });
  if (conclusion !== 'success') throw new Error(`A run that was to tell what it loads was a ${conclusion}.`);
  const dist = pathToFileURL(`${join(folder, 'dist')}/`).href;
  const urls = new Set((await readFile(list, 'utf8')).split('\n'));
  return [...urls]
    .filter((url) => url.startsWith(dist))
    .map((url) => url.slice(dist.length))
    .toSorted();
}
