import { mkdir, writeFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { node24 } from '../runner/node-24.js';
import { BENCHES } from './benches.js';
import type { Asked, Bench } from './found.js';
import { barChart } from './svg.js';
import { theirs } from './verdict.js';

const root = fileURLToPath(new URL('..', import.meta.url));

const usage = `npm run bench -- [NAME...] [--node PROGRAM] [--action FOLDER] [--rounds N] [--seed N] [--out FOLDER]

Measures what is named, or everything, on Node 24 of this repository where it is installed, and says how. --action names the
folder of another action.yml to measure as ours; --out a folder for NAME.json and pictures. With the variable RIVAL_DIR, a
checkout of ${theirs}, that one is measured in turn.

${[...BENCHES].map(([name, { about }]) => `${name.padEnd(9)}${about.replaceAll(/\n */gu, `\n${' '.repeat(9)}`)}`).join('\n')}
`;

/** Where and when it was measured. */
function circumstances(node: string) {
  return {
    date: new Date().toISOString(),
    processor: `${String(availableParallelism())} × ${cpus()[0]?.model ?? 'unknown'}`,
    memory: totalmem(),
    load: loadavg()[0] ?? 0,
    node: execFileSync(node, ['--version'], { encoding: 'utf8' }).trim(),
  };
}

async function measure(name: string, { run }: Bench, asked: Asked, out: string | undefined): Promise<void> {
  const where = circumstances(asked.node);
  const { table, figures, pictures } = await run(asked);
  const { date, processor, load, node } = where;
  const versions = `Node ${node}, measured from ${process.version}`;
  const notes = `${date.slice(0, 10)}, ${versions}, ${processor}, load ${load.toFixed(1)}`;
  process.stdout.write(`\n${name}: ${notes}\n\n${table.trimEnd()}\n`);
  if (out === undefined) return;
  await mkdir(out, { recursive: true });
  const whole = { name, ...where, figures };
  await writeFile(join(out, `${name}.json`), `${JSON.stringify(whole, undefined, 2)}\n`);
  for (const picture of pictures) await writeFile(join(out, `${picture.name}.svg`), barChart(picture));
}

/** Where the rival is; undefined, and said, when nobody told. */
function rivalFolder(): string | undefined {
  const folder = process.env['RIVAL_DIR'] ?? '';
  if (folder !== '') return resolve(folder);
  process.stderr.write(`${theirs} is left out: RIVAL_DIR is not set.\n`);
  return undefined;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    node: { type: 'string', default: node24() ?? process.execPath },
    action: { type: 'string', default: root },
    rounds: { type: 'string' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const names = positionals.length > 0 ? positionals : [...BENCHES.keys()];
const unknown = names.filter((name) => !BENCHES.has(name));
if (values.help || unknown.length > 0) {
  for (const name of unknown) process.stderr.write(`There is no benchmark ${name}.\n`);
  process.stdout.write(usage);
  process.exitCode = values.help ? 0 : 2;
} else {
  const asked = {
    node: values.node,
    folder: resolve(values.action),
    rounds: values.rounds === undefined ? undefined : Number(values.rounds),
    seed: Number(values.seed),
    rival: rivalFolder(),
  };
  for (const name of names) {
    const bench = BENCHES.get(name);
    if (bench) await measure(name, bench, asked, values.out);
  }
}
