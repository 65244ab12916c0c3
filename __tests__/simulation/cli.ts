import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { lacking, type Mix } from './mix.js';
import type { Schedule } from './schedule.js';
import { simulate, type Simulation } from './simulate.js';
import type { Broken } from './worker.js';

const USAGE = `npm run simulate -- [--schedules N] [--seed N] [--twice N] [--workers N]
npm run simulate -- --schedule JSON

Plays random days of a service (faults of AWS, fates of tasks, cuts, other people) with the real action over the local AWS
in virtual time, and asks of each what must never happen. Day n has the seed SEED + n - 1: --seed and --schedules 1 play it
again. What breaks something is shrunk and printed. With --twice the first N days are played a second time, and have to leave
the same journals and reports, to the byte. The status is 1 when anything of that failed, or when the days did not reach
everything.
`;

/** From so many days on everything has to be reached. */
const ENOUGH = 2_000;
const EVERY = 1_000;

const { values } = parseArgs({
  options: {
    schedules: { type: 'string', default: '1000' },
    seed: { type: 'string' },
    schedule: { type: 'string' },
    twice: { type: 'string', default: '0' },
    workers: { type: 'string', default: String(availableParallelism()) },
    help: { type: 'boolean', default: false },
  },
});

async function main(): Promise<number> {
  const seed = Number(values.seed ?? randomInt(1, 2 ** 31));
  const count = Number(values.schedules);
  const schedules = values.schedule
    ? [JSON.parse(values.schedule) as Schedule]
    : Array.from({ length: count }, (_, index) => seed + index);
  const began = performance.now();
  const workers = Math.min(Number(values.workers), schedules.length);
  const told = (done: number): void => {
    if (done % EVERY === 0) process.stderr.write(`${String(done)} of ${String(schedules.length)}\n`);
  };
  const { mix, broken, digests } = await simulate({
    ...{ schedules, workers, shrinks: !values.schedule, digested: Number(values.twice) },
    onProgress: told,
  });
  const seconds = (performance.now() - began) / 1_000;
  process.stdout.write(`${table(mix)}\n${summary(mix, seconds, workers)}, from seed ${String(seed)}\n`);
  const missing = schedules.length >= ENOUGH ? lacking(mix) : [];
  if (missing.length > 0) process.stdout.write(`never reached: ${missing.join(', ')}\n`);
  for (const one of broken) process.stdout.write(described(one));
  const twice = broken.length > 0 ? [] : schedules.slice(0, Number(values.twice));
  const different = await others(twice, digests, workers);
  if (twice.length > 0)
    process.stdout.write(
      `${String(different.length)} of ${String(twice.length)} days left something else when played again: ${different.join(', ')}\n`,
    );
  return broken.length + missing.length + different.length > 0 ? 1 : 0;
}

/** Plays days again: the seeds of those that leave something else. */
async function others(
  schedules: Simulation['schedules'],
  before: readonly string[],
  workers: number,
): Promise<readonly number[]> {
  const { digests } = await simulate({ schedules, workers, shrinks: false, digested: schedules.length });
  const seeds = schedules.map((one) => (typeof one === 'number' ? one : one.seed));
  return seeds.filter((_, day) => digests[day] !== before[day]);
}

function table(mix: Mix): string {
  const rows = Object.entries(mix).filter(([name]) => name.includes(' ') && !name.startsWith('calls'));
  return rows
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, count]) => `${name.padEnd(32)}${String(count).padStart(8)}`)
    .join('\n');
}

function summary({ days = 0, calls = 0, ...mix }: Mix, seconds: number, workers: number): string {
  const whole = (100 * (mix['calls through the SDK'] ?? 0)) / Math.max(1, calls);
  return (
    `${String(days)} days in ${seconds.toFixed(0)} s on ${String(workers)} workers (${(days / seconds).toFixed(1)} a second), ` +
    `${(calls / Math.max(1, days)).toFixed(0)} calls a day, ${whole.toFixed(1)} % of them through the whole SDK`
  );
}

function described({ seed, schedule, reasons }: Broken): string {
  const json = JSON.stringify(schedule);
  return `\nBROKEN on the day of seed ${String(seed)}:\n  ${reasons.join('\n  ')}\nshrunk to\n${json}\nplay it again: npm run simulate -- --schedule '${json}'\n`;
}

if (values.help) process.stdout.write(USAGE);
else process.exitCode = await main();
