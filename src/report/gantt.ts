import { showDuration } from '../model/duration.js';
import type { Bar } from './content.js';

/*
 * Mermaid's axis shows the time of day in the reader's own zone, so a moment of the epoch would show a wrong minute in
 * Kolkata. It reads a date without a zone in that same zone: a run that starts at midnight there shows times since its
 * start everywhere. No zone changed its clock on the day taken here.
 * Sources: mermaid.js.org, "Gantt diagrams", Input date format and Output date format; d3-time-format for `%-M`.
 */
const MIDNIGHT = Date.UTC(2000, 0, 1);
const DATE_FORMAT = 'YYYY-MM-DD HH:mm:ss.SSS';

/** A bar of no width is not drawn at all, so none is shorter than this share of the whole: 3 pixels on GitHub's page. */
const SHORTEST = 1 / 250;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** How far apart ticks may be, in milliseconds and as Mermaid has it. */
const TICKS: readonly (readonly [number, string])[] = [
  [100, '100millisecond'],
  [200, '200millisecond'],
  [500, '500millisecond'],
  [SECOND, '1second'],
  [2 * SECOND, '2second'],
  [5 * SECOND, '5second'],
  [10 * SECOND, '10second'],
  [20 * SECOND, '20second'],
  [30 * SECOND, '30second'],
  [MINUTE, '1minute'],
  [2 * MINUTE, '2minute'],
  [5 * MINUTE, '5minute'],
  [10 * MINUTE, '10minute'],
  [20 * MINUTE, '20minute'],
  [30 * MINUTE, '30minute'],
  [HOUR, '1hour'],
  [2 * HOUR, '2hour'],
  [6 * HOUR, '6hour'],
];

/** More labels than this would touch on a narrow page. */
const MOST_TICKS = 8;

/**
 * The steps of a run as the source of a Mermaid gantt, a row each in the order of their start, with the time that they
 * took as label. What was skipped at once has no row; less than two rows would say nothing, and the source is empty. Names of steps are words of
 * our own, which need no escape.
 */
export function gantt(steps: readonly Bar[]): string {
  const started = [...steps].sort((one, other) => one.startedAt - other.startedAt);
  const start = started[0]?.startedAt ?? 0;
  const whole = Math.max(1, ...steps.map(({ startedAt, took }) => startedAt + took - start));
  const shortest = Math.ceil(whole * SHORTEST);
  const shown = started.filter(({ status, took }) => status !== 'skipped' || took >= shortest);
  if (shown.length < 2) return '';
  // Mermaid wants the rows of a section together.
  const sections = [...new Set(shown.map(({ name }) => name))].flatMap((name) => [
    `  section ${name}`,
    ...shown.filter((step) => step.name === name).map((step) => row(step, start, shortest)),
  ]);
  return [
    'gantt',
    '  title Time since the first step',
    `  dateFormat ${DATE_FORMAT}`,
    ...axis(whole),
    '  todayMarker off',
    ...sections,
  ].join('\n');
}

function row({ name, status, startedAt, took }: Bar, start: number, shortest: number): string {
  // The way back is no part of the release: it has a colour of its own.
  const tag = status === 'passed' && name === 'rollback' ? 'active, ' : TAG[status];
  const label = `${showDuration(took)}${status === 'passed' ? '' : `, ${status}`}`;
  return `  ${label} :${tag}${timeOfDay(startedAt - start)}, ${String(Math.max(Math.round(took), shortest))}ms`;
}

const TAG: Record<Bar['status'], string> = {
  passed: '',
  failed: 'crit, ',
  skipped: 'done, ',
  cancelled: 'done, ',
};

function timeOfDay(sinceStart: number): string {
  return new Date(MIDNIGHT + sinceStart).toISOString().replace('T', ' ').replace('Z', '');
}

/** The interval of the ticks, and their labels in the words of the table of the steps. */
function axis(whole: number): readonly string[] {
  const [every, interval] = TICKS.find(([ms]) => whole / ms <= MOST_TICKS) ?? [HOUR, '12hour'];
  const seconds = every < SECOND ? '%-S.%Ls' : '%-Ss';
  const minutes = whole < HOUR ? '%-Mm %Ss' : '%-Hh %Mm';
  return [`  axisFormat ${whole < MINUTE ? seconds : minutes}`, `  tickInterval ${interval}`];
}
