import type { Cost } from './growth.js';
import type { MemoryFigures } from './memory.js';
import type { Sizes } from './size.js';
import type { SmokeFigures } from './smoke.js';
import type { Start } from './startup.js';
import { spread, type Range } from './statistics.js';
import type { Picture } from './svg.js';
import { row } from './table.js';
import { ours } from './verdict.js';

/** Median and spread of the starts by the clock and on the processor, and ours as a ratio of each. */
export function startupTable(starts: ReadonlyMap<string, readonly Start[]>): string {
  return (['wall', 'processor'] as const)
    .map((kind) => {
      const compared = medianOf(starts.get(ours) ?? [], kind);
      const rows = [...starts].map(([name, some]) => {
        const { p10, median, p90 } = spread(some.map((one) => one[kind]));
        return row([name, ...[median, p10, p90].map((ms) => ms.toFixed(0)), (compared / median).toFixed(2)]);
      });
      const title = kind === 'wall' ? 'first request, ms' : 'its processor time, ms';
      return row([title, 'median', 'p10', 'p90', 'ours/it']) + rows.join('');
    })
    .join('\n');
}

/** The medians of the starts on the processor; `limit` is the share of the rival's that ours may take. */
export function startupPicture(
  starts: ReadonlyMap<string, readonly Start[]>,
  rival: string,
  limit: number,
): Picture {
  const there = starts.get(rival);
  const bars = [...starts].map(([label, some]) => ({
    label,
    value: medianOf(some, 'processor'),
    ours: label === ours,
  }));
  return {
    name: 'startup',
    title: 'Start of the process to the first AWS request',
    unit: 'ms of processor time, median',
    bars,
    ...(there ? { limit: limit * medianOf(there, 'processor') } : {}),
  };
}

const medianOf = (starts: readonly Start[], kind: keyof Start): number =>
  spread(starts.map((one) => one[kind])).median;

/** What the smoke suite takes. */
export function smokeTable(figures: SmokeFigures, rounds: number): string {
  const { suite, slowest, command, memory, curl, requests, failed } = figures;
  const ms = ({ median, min, max }: Range): readonly string[] =>
    [median, min, max].map((value) => value.toFixed(0));
  const mebi = ({ median, min, max }: Range): readonly string[] =>
    [median, min, max].map((value) => (value / 2 ** 20).toFixed(0));
  return [
    row([`${rounds} rounds, ${requests} requests each`, 'median', 'least', 'most']),
    row(['all checks side by side, ms', ...ms(suite)]),
    row([`the slowest alone (${slowest.name}), ms`, ...ms(slowest.took)]),
    row(['the command by hand, ms', ...ms(command)]),
    row(['its memory at most, MiB', ...mebi(memory)]),
    row(['the same requests by curl, ms', ...ms(curl)]),
    row(['all checks / the slowest', (suite.median / slowest.took.median).toFixed(2)]),
    failed.length > 0 ? `not passed: ${failed.join(', ')}\n` : '',
  ].join('');
}

/** What a release among hostile logs had in memory. */
export function memoryTable({ peak, logged, conclusion, said, requests }: MemoryFigures): string {
  return [
    row(['most memory of the release, MB', (peak / 1e6).toFixed(0)]),
    row(['hostile lines in the log, MB', (logged / 1e6).toFixed(0)]),
    row(['pages asked for', String(requests)]),
    `the step: ${conclusion}\n`,
    ...said.map((line) => `${line}\n`),
  ].join('');
}

/** What releases to services of growing size had in memory. */
export function memoriesTable(some: readonly (MemoryFigures & { readonly tasks: number })[]): string {
  const rows = some.map(({ tasks, peak, conclusion }) =>
    row([`${String(tasks)} tasks`, (peak / 1e6).toFixed(0), conclusion]),
  );
  return row(['a release', 'most MB', 'the step']) + rows.join('');
}

/** What a look costs as a service grows. */
export function growthTable(costs: readonly Cost[], looks: number): string {
  const rows = costs.map(({ tasks, groups, events, processor, requests, aMinute, bytes }) =>
    row([
      `${String(tasks)} tasks, ${String(groups)} groups, ${events.toLocaleString('en')} events`,
      processor.toFixed(1),
      String(Math.round(requests)),
      aMinute.toFixed(0),
      (bytes / 1_000).toFixed(0),
    ]),
  );
  return row([`a look, mean of ${String(looks)}`, 'ms', 'requests', 'a minute', 'kB']) + rows.join('');
}

/** The bytes of `dist` by file, and what each mode loads of them. */
export function sizeTable({ files, total, loaded }: Sizes): string {
  const bytesOf = (names: readonly string[]): number =>
    names.reduce((sum, name) => sum + (files.get(name) ?? 0), 0);
  return [
    ...[...files].map(([name, bytes]) => row([name, bytes.toLocaleString('en')])),
    row(['dist in all', total.toLocaleString('en')]),
    '\n',
    row(['loaded by', 'bytes', 'files']),
    ...[...loaded].map(([name, some]) =>
      row([name, bytesOf(some).toLocaleString('en'), String(some.length)]),
    ),
  ].join('');
}
