import { readdir, stat } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { node24 } from '../runner/node-24.js';
import { measureMemory } from './memory.js';
import { measureRedaction } from './redact.js';
import { measureSmoke, type SmokeMeasuring } from './smoke.js';
import { action, bareNode, measure, withBench } from './startup.js';
import { spread, type Range } from './statistics.js';
import { row } from './table.js';
import { figuresOf, verdictNotes, verdictTable, wordsOf } from './verdict-report.js';
import { compareVerdicts, ours, theirs } from './verdict.js';

const usage = `npm run bench -- startup [--node PROGRAM] [--rounds N] [--warm-ups N] [--action FOLDER]
npm run bench -- verdict [--node PROGRAM] [--rounds N] [--json] [--action FOLDER]
npm run bench -- smoke [--node PROGRAM] [--rounds N] [--action FOLDER]
npm run bench -- redact [--rounds N] [--seed N]
npm run bench -- memory [--node PROGRAM] [--action FOLDER]
npm run bench -- size

startup  Time from just before the start of the process to its first request to AWS, for dist and, where the
         variable RIVAL_DIR names a checkout of it, for amazon-ecs-deploy-task-definition. By default on Node 24
         of this repository when it is installed; --action names the folder of another action.yml to measure as ours.
verdict  Time from ECS's COMPLETED to the verdict on it, and from the second dead task of a crash loop to the undo and
         to the end, with what is said then, for the same two actions on the local AWS at AWS's own speed.
smoke    The smoke suite against the example backend behind the local load balancer: all checks, the slowest one alone,
         the command by hand with its memory, and the same requests by curl one after the other.
redact   Processor time to redact a MiB of hostile text: the pieces of each pattern again and again, and N random mixtures of
         them; the slowest ten, in milliseconds.
memory   Most memory that a release has while its tasks have logged 100 MB of hostile lines, on the local AWS.
size     Bytes of dist by file.
`;

const root = fileURLToPath(new URL('..', import.meta.url));

function table(times: ReadonlyMap<string, readonly number[]>): string {
  const compared = spread(times.get(ours) ?? []).median;
  const rows = [...times].map(([name, values]) => {
    const { p10, median, p90 } = spread(values);
    return row([name, ...[median, p10, p90].map((ms) => ms.toFixed(0)), (compared / median).toFixed(2)]);
  });
  return row(['first request, ms', 'median', 'p10', 'p90', 'ours/it']) + rows.join('');
}

/** Where the rival is; undefined, and said, when nobody told. */
function rivalFolder(): string | undefined {
  const folder = process.env['RIVAL_DIR'] ?? '';
  if (folder !== '') return resolve(folder);
  process.stderr.write(`${theirs} is left out: RIVAL_DIR is not set.\n`);
  return undefined;
}

interface Startup {
  readonly node: string;
  readonly rounds: number;
  readonly warmUps: number;
  readonly folder: string;
}

async function startup(options: Startup): Promise<void> {
  const rival = rivalFolder();
  const times = await withBench(async ({ server, url, temp }) => {
    const contenders = [
      bareNode(url, temp),
      await action(ours, options.folder, url, temp),
      ...(rival === undefined ? [] : [await action(theirs, rival, url, temp)]),
    ];
    return measure(contenders, server, {
      ...options,
      onRound: () => void process.stderr.write('.'),
    });
  });
  process.stderr.write('\n');
  process.stdout.write(`${options.rounds} starts each on ${options.node}\n${table(times)}`);
}

interface Verdict {
  readonly node: string;
  readonly rounds: number;
  readonly folder: string;
  readonly json: boolean;
}

async function verdict({ json, ...options }: Verdict): Promise<void> {
  const releases = await compareVerdicts({
    ...options,
    rival: rivalFolder(),
    onRelease: () => void process.stderr.write('.'),
  });
  process.stderr.write('\n');
  const figures = figuresOf(releases);
  const { node, rounds } = options;
  if (json) {
    const measures = figures.map((one) => ({ ...one, seconds: Object.fromEntries(one.seconds) }));
    process.stdout.write(`${JSON.stringify({ node, rounds, measures, releases }, undefined, 2)}\n`);
    return;
  }
  const load = `Load of the machine: ${(loadavg()[0] ?? 0).toFixed(1)} on ${availableParallelism()} processors.`;
  const notes = `${verdictNotes(releases, rounds)}\n${load}`;
  const parts = [notes, verdictTable(figures), wordsOf(releases)];
  process.stdout.write(parts.join('\n\n'));
}

async function smoke(options: SmokeMeasuring): Promise<void> {
  const { suite, slowest, command, memory, curl, requests, failed } = await measureSmoke(options);
  const ms = ({ median, min, max }: Range): readonly string[] =>
    [median, min, max].map((value) => value.toFixed(0));
  const mebi = ({ median, min, max }: Range): readonly string[] =>
    [median, min, max].map((value) => (value / 2 ** 20).toFixed(0));
  process.stdout.write(
    [
      row([`${options.rounds} rounds, ${requests} requests each`, 'median', 'least', 'most']),
      row(['all checks side by side, ms', ...ms(suite)]),
      row([`the slowest alone (${slowest.name}), ms`, ...ms(slowest.took)]),
      row(['the command by hand, ms', ...ms(command)]),
      row(['its memory at most, MiB', ...mebi(memory)]),
      row(['the same requests by curl, ms', ...ms(curl)]),
      row(['all checks / the slowest', (suite.median / slowest.took.median).toFixed(2)]),
      failed.length > 0 ? `not passed: ${failed.join(', ')}\n` : '',
    ].join(''),
  );
}

function redaction(seed: number, rounds: number): void {
  const { tried, slowest } = measureRedaction(seed, rounds);
  const shown = slowest
    .slice(0, 10)
    .map(({ what, msPerMiB }) => `${msPerMiB.toFixed(1).padStart(8)}  ${what}\n`);
  process.stdout.write(`${tried} texts, seed ${seed}; the slowest at 1 MiB, ms:\n${shown.join('')}`);
}

async function memory(node: string, folder: string): Promise<void> {
  const { peak, logged, conclusion, said, requests } = await measureMemory({ node, folder, bytes: 100e6 });
  process.stdout.write(
    [
      row(['most memory of the release, MB', (peak / 1e6).toFixed(0)]),
      row(['hostile lines in the log, MB', (logged / 1e6).toFixed(0)]),
      row(['pages asked for', String(requests)]),
      `the step: ${conclusion}\n`,
      ...said.map((line) => `${line}\n`),
    ].join(''),
  );
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
    rounds: { type: 'string' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    action: { type: 'string', default: root },
    'warm-ups': { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
});
const [what] = positionals;
if (what === 'size') await size();
else if (what === 'redact') redaction(Number(values.seed), Number(values.rounds ?? '200'));
else if (what === 'memory') await memory(values.node, resolve(values.action));
else if (what === 'smoke')
  await smoke({
    node: values.node,
    rounds: Number(values.rounds ?? '9'),
    folder: resolve(values.action),
  });
else if (what === 'startup')
  await startup({
    node: values.node,
    rounds: Number(values.rounds ?? '21'),
    warmUps: Number(values['warm-ups']),
    folder: resolve(values.action),
  });
else if (what === 'verdict')
  await verdict({
    node: values.node,
    rounds: Number(values.rounds ?? '5'),
    folder: resolve(values.action),
    json: values.json,
  });
else {
  process.stdout.write(usage);
  process.exitCode = values.help ? 0 : 2;
}
