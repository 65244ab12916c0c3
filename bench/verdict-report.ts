import type { Release, World } from './release.js';
import { range, type Range } from './statistics.js';
import type { Picture } from './svg.js';
import { row, secondsRow } from './table.js';
import { ours, rivalMinutes, theirs, theirsOften } from './verdict.js';

type Measure = 'verdict' | 'overhead' | 'undo' | 'end';

/** What is measured, in the order of the report. */
const measures: readonly { readonly world: World; readonly measure: Measure; readonly title: string }[] = [
  { world: 'healthy', measure: 'verdict', title: 'COMPLETED → verdict, s' },
  { world: 'healthy', measure: 'overhead', title: 'all but the wait for ECS, s' },
  { world: 'healthy', measure: 'end', title: 'COMPLETED → end, s' },
  { world: 'crash-loop', measure: 'undo', title: '2nd dead task → undo requested, s' },
  { world: 'crash-loop', measure: 'end', title: '2nd dead task → end, s' },
];

/** A measure of each action that has it; those without are absent. */
export interface Figures {
  readonly world: World;
  readonly measure: Measure;
  readonly title: string;
  readonly seconds: ReadonlyMap<string, Range>;
}

/** The figures of all releases, ours first. */
export function figuresOf(releases: readonly Release[]): readonly Figures[] {
  return measures.map(({ world, measure, title }) => {
    const there = releases.filter((one) => one.world === world);
    const names = [...new Set(there.map(({ name }) => name))].toSorted(byName);
    const seconds = names.map((name) => {
      const own = there.filter((one) => one.name === name).flatMap((one) => one[measure] ?? []);
      return [name, range(own)] as const;
    });
    return { world, measure, title, seconds: new Map(seconds) };
  });
}

const order: readonly string[] = [ours, theirs, theirsOften];
const byName = (a: string, b: string): number => order.indexOf(a) - order.indexOf(b);

/** The figures as a table. */
export function verdictTable(figures: readonly Figures[]): string {
  return figures
    .map(({ title, seconds }) => {
      const compared = seconds.get(ours) ?? range([]);
      const rows = [...seconds].map(([name, one]) => secondsRow(name, one, compared));
      return row([title, 'median', 'min', 'max', 'it/ours']) + rows.join('');
    })
    .join('\n')
    .trimEnd();
}

/** The medians of each measure. */
export function verdictPictures(figures: readonly Figures[]): readonly Picture[] {
  return figures.map(({ world, measure, title, seconds }) => ({
    name: `${world}-${measure}`,
    title: title.replace(/, s$/u, ''),
    unit: 's, median',
    bars: [...seconds]
      .filter(([, { median }]) => !Number.isNaN(median))
      .map(([label, { median }]) => ({ label: label.trim(), value: median, ours: label === ours })),
  }));
}

/** Requests a minute of each action while a good release rolls out, by the service of AWS. */
export function ratesTable(releases: readonly Release[]): string {
  const good = releases.filter(({ world }) => world === 'healthy');
  const services = [...new Set(good.flatMap(({ rates }) => Object.keys(rates)))].toSorted();
  const names = [...new Set(good.map(({ name }) => name))].toSorted(byName);
  const rows = names.map((name) => {
    const rates = good.filter((one) => one.name === name).map((one) => one.rates);
    const each = services.map((service) => range(rates.map((one) => one[service] ?? 0)).median);
    const all = range(rates.map((one) => Object.values(one).reduce((sum, rate) => sum + rate, 0)));
    return row([name, ...[...each, all.median].map((rate) => rate.toFixed(1))]);
  });
  const heads = services.map((service) => service.slice(0, 9));
  return (row(['requests a minute of the rollout', ...heads, 'in all']) + rows.join('')).trimEnd();
}

/** What each action says of a crash loop and leaves behind. */
export function wordsOf(releases: readonly Release[]): string {
  const loops = releases.filter(({ world }) => world === 'crash-loop');
  const firsts = [ours, theirs].flatMap((name) => loops.find((one) => one.name === name) ?? []);
  return firsts
    .map(({ name, said, afterwards }) => `${name} says:\n${indented(said)}\n  Afterwards: ${afterwards}\n`)
    .join('\n');
}

const indented = (text: string): string =>
  text
    .split('\n')
    .map((line) => `  | ${line}`)
    .join('\n');

/** What has to be known to read the table. */
export function verdictNotes(releases: readonly Release[], rounds: number): string {
  const { min, max } = range(releases.map(({ pace }) => pace));
  const limited = releases.filter(({ said }) => said.includes('"state":"TIMEOUT"')).length;
  const notes = [
    `${rounds} releases of each action in each world, side by side, each in a local AWS of its own at ${min.toFixed(2)} to ${max.toFixed(2)} times AWS's own speed.`,
    'All times are of the machine: how late a verdict is comes from how often the action itself looks.',
    `After its verdict ${ours} also proves targets, image and answers over HTTP before it ends.`,
    `A dead task is one whose container has ended (ECS's \`executionStoppedAt\`).`,
  ];
  const limit = `${theirs} was given ${rivalMinutes} minutes in the crash loop, 30 when one says nothing; ${limited} times it was still waiting when they were over.`;
  return [...notes, ...(limited > 0 ? [limit] : [])].join('\n');
}
