import type { History } from './history.js';

/** How often each thing was reached, by its name. */
export type Mix = Readonly<Record<string, number>>;

/** What a day reached. */
export function mixOf({ schedule, processes, hits, events }: History): Mix {
  const { mode, candidate, cut, next, wired, told } = schedule;
  const names = [
    `mode ${mode}`,
    `candidate ${candidate.kind}`,
    `next ${next}`,
    ...(cut ? [`cut ${cut.how}`] : []),
    ...(wired ? ['wired day'] : []),
    ...(told ? ['told twice'] : []),
    ...processes.map(({ name, endedAt, outcome }) => `${name} ${endsAs(endedAt, outcome?.kind)}`),
    ...hits.map((hit) => `fault ${hit.split(' ')[0] ?? ''}`),
    ...events.map(({ does }) => `other ${does}`),
  ];
  const calls = processes.reduce((sum, one) => sum + one.calls.length, 0);
  const whole = processes.reduce((sum, one) => sum + one.whole, 0);
  return added([...names.map((name) => ({ [name]: 1 })), { calls, 'calls through the SDK': whole, days: 1 }]);
}

function endsAs(endedAt: number | undefined, kind: string | undefined): string {
  if (endedAt === undefined) return 'killed';
  return kind ?? 'had nothing to do';
}

/** The sum of several. */
export function added(mixes: readonly Mix[]): Mix {
  const sum: Record<string, number> = {};
  for (const mix of mixes)
    for (const [name, count] of Object.entries(mix)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

/** What every thousand days have to reach, or they prove little. */
const WANTED: readonly string[] = [
  ...[
    'released',
    'verified',
    'planned',
    'rolled-back',
    'failed',
    'left-as-is',
    'superseded',
    'cancelled',
  ].map((kind) => `main ${kind}`),
  ...[
    'main rollback-failed',
    'main killed',
    'post rolled-back',
    'post rollback-failed',
    'post killed',
    'rival released',
  ],
  ...['throttle', 'server-error', 'deny', 'expire', 'skew', 'reset', 'lost-reply', 'late', 'hang'].map(
    (kind) => `fault ${kind}`,
  ),
  ...['truncated', 'empty', 'no-body', 'html', 'duplicate-token', 'stale'].map((kind) => `fault ${kind}`),
  ...[
    'redeploys',
    'deploys',
    'scales',
    'stops-task',
    'stops-deployment',
    'deletes',
    'moves-tag',
    'releases',
  ].map((does) => `other ${does}`),
  ...['cut cancel', 'cut kill', 'cut lost', 'next same', 'next other', 'wired day', 'told twice'],
];

/** What a mix lacks of all that it should reach. */
export function lacking(mix: Mix): readonly string[] {
  return WANTED.filter((name) => !mix[name]);
}
