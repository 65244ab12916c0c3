import { measureCancel } from './cancel.js';
import type { Bench, Found } from './found.js';
import { measureGrowth, TASKS } from './growth.js';
import { measureMemory, type MemoryFigures } from './memory.js';
import { measureRedaction } from './redact.js';
import {
  growthTable,
  memoriesTable,
  memoryTable,
  sizeTable,
  smokeTable,
  startupPicture,
  startupTable,
} from './reports.js';
import { measureSize } from './size.js';
import { measureSmoke } from './smoke.js';
import { action, bareNode, measure, withBench } from './startup.js';
import {
  figuresOf,
  ratesTable,
  verdictNotes,
  verdictPictures,
  verdictTable,
  wordsOf,
} from './verdict-report.js';
import { row } from './table.js';
import { compareVerdicts, ours, theirs } from './verdict.js';

/** The share of the rival's time until its first request that ours may take. */
const STARTUP_BAR = 0.75;

const startup: Bench = {
  about: `Time from just before the start of the process to its first request to AWS, by the clock and on the processor, in
  turn with bare Node and, where the variable RIVAL_DIR names a checkout of it, amazon-ecs-deploy-task-definition.`,
  async run({ node, folder, rounds = 21, rival }) {
    const starts = await withBench(async ({ server, url, temp }) => {
      const contenders = [
        bareNode(url, temp),
        await action(ours, folder, url, temp),
        ...(rival === undefined ? [] : [await action(theirs, rival, url, temp)]),
      ];
      return measure(contenders, server, { node, rounds, warmUps: 1, onRound: dot });
    });
    const table = `${String(rounds)} starts each\n${startupTable(starts)}`;
    const pictures = [startupPicture(starts, theirs, STARTUP_BAR)];
    return { table, figures: Object.fromEntries(starts), pictures };
  },
};

const verdict: Bench = {
  about: `Time from ECS's COMPLETED to the verdict on it; a release's own time, that is all but the time from UpdateService to
  COMPLETED; from the second dead task of a crash loop to the undo and to the end, with what is said then; and requests a
  minute. The same actions on the local AWS at AWS's own speed.`,
  async run({ node, folder, rounds = 5, rival }) {
    const releases = await compareVerdicts({ node, rounds, folder, rival, onRelease: dot });
    const figures = figuresOf(releases);
    const parts = [
      verdictNotes(releases, rounds),
      verdictTable(figures),
      ratesTable(releases),
      wordsOf(releases),
    ];
    const measures = figures.map((one) => ({ ...one, seconds: Object.fromEntries(one.seconds) }));
    return {
      table: parts.join('\n\n'),
      figures: { rounds, measures, releases },
      pictures: verdictPictures(figures),
    };
  },
};

const smoke: Bench = {
  about: `The smoke suite against the example backend behind the local load balancer: all checks, the slowest one alone, the
  command by hand with its memory, and the same requests by curl one after the other.`,
  async run({ node, folder, rounds = 9 }) {
    const figures = await measureSmoke({ node, rounds, folder });
    return { table: smokeTable(figures, rounds), figures, pictures: [] };
  },
};

const redact: Bench = {
  about: `Processor time to redact a MiB of hostile text: the pieces of each pattern again and again, and mixtures of them, as
  many as rounds; the slowest ten.`,
  run({ seed, rounds = 200 }): Promise<Found> {
    const figures = measureRedaction(seed, rounds);
    const shown = figures.slowest
      .slice(0, 10)
      .map(({ what, msPerMiB }) => `${msPerMiB.toFixed(1).padStart(8)}  ${what}\n`);
    const table = `${String(figures.tried)} texts, seed ${String(seed)}; the slowest at 1 MiB, ms:\n${shown.join('')}`;
    return Promise.resolve({ table, figures, pictures: [] });
  },
};

const cancel: Bench = {
  about: 'Time from SIGINT, while a release waits, to the request that takes it back, on the local AWS.',
  async run({ node, folder, rounds = 5 }) {
    const figures = await measureCancel({ node, folder, rounds, onRound: dot });
    const { median, min, max } = figures;
    const cells = [median, min, max].map((ms) => ms.toFixed(0));
    const table =
      row([`${String(rounds)} rounds`, 'median', 'least', 'most']) +
      row(['SIGINT → undo requested, ms', ...cells]);
    return { table, figures, pictures: [] };
  },
};

const memory: Bench = {
  about:
    'Most memory that a release has while its tasks have logged 100 MB of hostile lines, on the local AWS.',
  async run({ node, folder }) {
    const figures = await measureMemory({ node, folder, bytes: 100e6 });
    return { table: memoryTable(figures), figures, pictures: [] };
  },
};

const growth: Bench = {
  about: `Processor time, requests and bytes of a look at a service that rolls out, with more and more tasks, target groups and
  events, in this process; a round is a look. Most memory of a whole release to as many tasks.`,
  async run({ node, folder, rounds = 100 }) {
    const figures = await measureGrowth(rounds);
    const memories: (MemoryFigures & { readonly tasks: number })[] = [];
    for (const tasks of TASKS)
      memories.push({ tasks, ...(await measureMemory({ node, folder, bytes: 0, tasks })) });
    const bars = figures.map(({ tasks, groups, events, processor }) => ({
      label: `${String(tasks)} tasks, ${String(groups)} groups, ${String(events)} events`,
      value: processor,
      ours: true,
    }));
    const picture = { name: 'growth', title: 'A look at a service', unit: 'ms of processor time', bars };
    const table = `${growthTable(figures, rounds)}\n${memoriesTable(memories)}`;
    return { table, figures: { looks: figures, memories }, pictures: [picture] };
  },
};

const size: Bench = {
  about: 'Bytes of dist by file, and of what is loaded of it in each mode.',
  async run({ node, folder }) {
    const { files, total, loaded } = await measureSize(node, folder);
    const figures = { files: Object.fromEntries(files), total, loaded: Object.fromEntries(loaded) };
    return { table: sizeTable({ files, total, loaded }), figures, pictures: [] };
  },
};

function dot(): void {
  process.stderr.write('.');
}

/** All benchmarks by their names, those that take long last. */
export const BENCHES: ReadonlyMap<string, Bench> = new Map(
  Object.entries({ size, startup, growth, redact, smoke, cancel, memory, verdict }),
);
