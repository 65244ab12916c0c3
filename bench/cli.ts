import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { node24 } from '../runner/node-24.js';
import { action, bareNode, measure, withBench } from './startup.js';
import { spread } from './statistics.js';

const usage = `npm run bench -- startup [--node PROGRAM] [--rounds N] [--warm-ups N] [--action FOLDER]
npm run bench -- size

startup  Time from just before the start of the process to its first request to AWS, for dist and, where the
         variable RIVAL_DIR names a checkout of it, for amazon-ecs-deploy-task-definition. By default on Node 24
         of this repository when it is installed; --action names the folder of another action.yml to measure as ours.
size     Bytes of dist by file.
`;

const root = fileURLToPath(new URL('..', import.meta.url));
const [ours, theirs] = ['deploy-backend', 'amazon-ecs-deploy-task-definition'];

const row = (cells: readonly string[]): string =>
  `${(cells[0] ?? '').padEnd(36)}${cells
    .slice(1)
    .map((cell) => cell.padStart(10))
    .join('')}\n`;

function table(times: ReadonlyMap<string, readonly number[]>): string {
  const compared = spread(times.get(ours) ?? []).median;
  const rows = [...times].map(([name, values]) => {
    const { p10, median, p90 } = spread(values);
    return row([name, ...[median, p10, p90].map((ms) => ms.toFixed(0)), (compared / median).toFixed(2)]);
  });
  return row(['first request, ms', 'median', 'p10', 'p90', 'ours/it']) + rows.join('');
}

interface Startup {
  readonly node: string;
  readonly rounds: number;
  readonly warmUps: number;
  readonly folder: string;
}

async function startup(options: Startup): Promise<void> {
  const rival = process.env['RIVAL_DIR'] ?? '';
  if (rival === '') process.stdout.write(`${theirs} is left out: RIVAL_DIR is not set.\n`);
  const times = await withBench(async ({ server, url, temp }) => {
    const contenders = [
      bareNode(url, temp),
      await action(ours, options.folder, url, temp),
      ...(rival === '' ? [] : [await action(theirs, rival, url, temp)]),
    ];
    return measure(contenders, server, {
      ...options,
      onRound: () => void process.stderr.write('.'),
    });
  });
  process.stderr.write('\n');
  process.stdout.write(`${options.rounds} starts each on ${options.node}\n${table(times)}`);
}

async function size(): Promise<void> {
  const dist = join(root, 'dist');
  const files = await Promise.all(
    (await readdir(dist)).map(async (name) => ({ name, bytes: (await stat(join(dist, name))).size })),
  );
  const total = files.reduce((sum, file) => sum + file.bytes, 0);
  for (const { name, bytes } of files.toSorted((a, b) => b.bytes - a.bytes))
    process.stdout.write(row([name, bytes.toLocaleString('en')]));
  process.stdout.write(row(['dist in all', total.toLocaleString('en')]));
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    node: { type: 'string', default: node24() ?? process.execPath },
    rounds: { type: 'string', default: '21' },
    action: { type: 'string', default: root },
    'warm-ups': { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
});
const [what] = positionals;
if (what === 'size') await size();
else if (what === 'startup')
  await startup({
    node: values.node,
    rounds: Number(values.rounds),
    warmUps: Number(values['warm-ups']),
    folder: resolve(values.action),
  });
else {
  process.stdout.write(usage);
  process.exitCode = values.help ? 0 : 2;
}
