import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Cloud } from '../../sandbox/cloud.js';
import { tell } from '../../sandbox/ecs/events.js';
import type { Task } from '../../sandbox/ecs/state.js';
import { writeLog } from '../../sandbox/logs/write.js';
import { NAMES } from '../../sandbox/names.js';
import type { Answer, Behaviour } from '../../sandbox/runtime/behaviour.js';
import { CANARIES, type Canary } from '../canaries.js';
import { serviceOf } from './account.js';

/*
 * Canaries in everything that the action reads. In front of most stands a harmless mark with the name of the place, so that
 * a test can tell that the place was read.
 */

/** A key over several lines, whose last line has no shape of its own. */
const SHORT_LINE = 'Zk9vQx==';
const KEY_LINES = [
  '-----BEGIN PRIVATE KEY-----',
  'MIIEvQIBADANBgkqhkiG',
  SHORT_LINE,
  '-----END PRIVATE KEY-----',
];

/** All that is planted. */
export const PLANTED: readonly Canary[] = [
  ...CANARIES,
  { kind: 'private key', text: KEY_LINES.join('\n'), secret: SHORT_LINE },
];

const LINES = CANARIES.map(({ text }) => text).filter((text) => !text.includes('\n'));
/** Coprime with the number of lines: neighbours are of one kind, and each place is to get many kinds. */
const STRIDE = 41;
/** So many events of a service are shown at once. */
const EVENTS = 10;

/** Gives out canaries in turn, so that places which take few get all of them together. */
export class Planter {
  #at = 0;

  /** A line, perhaps only of those that fit; the mark is `mark-` and the name of the place. */
  line(place: string, fits: (text: string) => boolean = () => true): string {
    for (;;) {
      const text = LINES[(this.#at += STRIDE) % LINES.length] ?? '';
      if (fits(text)) return `mark-${place} ~ ${text}`;
    }
  }

  /** A line that a header may hold. */
  header(place: string): string {
    return this.line(place, (text) => /^[\x21-\x7e][\x20-\x7e]*$/.test(text));
  }
}

/** Has AWS say canaries wherever it lets others say something: events, reasons, descriptions, logs. */
export function season(cloud: Cloud, planter: Planter): void {
  const done = new Set<string>();
  const once = (key: string, work: () => void): void => {
    if (done.has(key)) return;
    done.add(key);
    work();
  };
  cloud.afterCall.push(({ action }) => {
    const service = serviceOf(cloud);
    if (action === 'ecs:DescribeServices')
      for (let count = 0; count < EVENTS; count++) tell(cloud, service, planter.line('events'));
    for (const deployment of service.deployments)
      if (deployment.rolloutState !== 'COMPLETED') deployment.rolloutStateReason = planter.line('rollout');
    for (const task of cloud.ecs.clusters.get(NAMES.cluster)?.tasks.values() ?? []) {
      once(`log ${task.id}`, () => speak(cloud, task));
      if (task.stoppedReason !== undefined) once(`stop ${task.id}`, () => giveReasons(task, planter));
    }
    for (const { targets } of cloud.elb.targetGroups.values())
      for (const target of targets.values()) {
        target.description = planter.line('target');
        if (target.state !== 'healthy') target.reason = planter.line('reason');
      }
  });
}

/** All canaries in the log of a task, each as an event of its own, as an application would have written it. */
function speak(cloud: Cloud, { id }: Task): void {
  const stream = `ecs/${NAMES.container}/${id}`;
  for (const line of [...CANARIES.map(({ text }) => text), ...KEY_LINES, 'mark-logs'])
    writeLog(cloud, NAMES.logGroup, stream, line);
}

function giveReasons(task: Task, planter: Planter): void {
  task.stoppedReason = `${task.stoppedReason ?? ''}; ${planter.line('stopped')}`;
  for (const container of task.containers) container.reason = planter.line('container');
}

/** A service that says canaries in every answer but that to the load balancer's health check. */
export function indiscreet(planter: Planter, isMeant: (commit: string) => boolean): Behaviour {
  return {
    answer: ({ path }, { environment }) => {
      if (!isMeant(environment.get('GIT_SHA') ?? '') || path.startsWith('/api/v1/health/live'))
        return undefined;
      return hostileAnswer(path, planter);
    },
  };
}

function hostileAnswer(path: string, planter: Planter): Answer {
  const line = (): string => planter.line('http');
  const headers = {
    'x-debug': planter.header('http'),
    'set-cookie': planter.header('http'),
    server: planter.header('http'),
    'access-control-allow-origin': planter.header('http'),
    'strict-transport-security': planter.header('http'),
    'content-security-policy': planter.header('http'),
    'www-authenticate': planter.header('http'),
  };
  if (path.startsWith('/api/v1/version'))
    return { headers, body: { gitSha: line(), buildTime: line(), x: line() } };
  if (path.startsWith('/api/v1/health/ready'))
    return { headers, body: { status: line(), checks: { database: line() }, [line()]: 1 } };
  if (/^\/api\/v1\/?(?:\?|$)/.test(path))
    return { status: 302, headers: { ...headers, location: ELSEWHERE } };
  return {
    status: 500,
    headers,
    body: { error: line(), stack: `Error: ${line()}\n    at f (/app/a.js:1:2)` },
  };
}

const ELSEWHERE = 'https://jane.zdoe:hunter2@ghp-0123456789.203.0.113.7/people/jane.zdoe?token=Tq7xxW9v';

/** How the stand-in for docker ends its commands; 0 is well. */
export interface DockerWish {
  readonly login?: number;
  readonly build?: number;
  readonly push?: number;
  /** What the push says that it pushed. */
  readonly digest?: string;
  /** What it prints beside the canaries, as the shell expands it. */
  readonly says?: string;
}

/** A `docker` that talks, at the front of the path. */
export interface StandIn {
  readonly env: Readonly<Record<string, string>>;
  /** What `docker login` was given; empty when it was not called. */
  password(): string;
  remove(): void;
}

/** Makes a stand-in for docker that says all canaries on both of its outputs, whatever it is told to do. */
export function talkingDocker({
  login = 0,
  build = 0,
  push = 0,
  digest = '',
  says = '',
}: DockerWish): StandIn {
  const folder = mkdtempSync(join(tmpdir(), 'deploy-backend-docker-stand-in-'));
  const script = `#!/bin/sh
say() { cat "$0.lines"; cat "$0.lines" >&2; echo "${says}"; }
case "$1" in
  version) echo '{"Client":{"Version":"20.10.0"},"Server":{"Version":"20.10.0","ApiVersion":"1.41","Os":"linux","Arch":"${ARCHITECTURE}"}}' ;;
  login) cat > "$0.password"; say; exit ${String(login)} ;;
  build) say; exit ${String(build)} ;;
  push) say; sleep 0.3; echo "mark-pushed: digest: ${digest} size: 1"; [ ${String(push)} = 0 ] || echo "denied: no"; exit ${String(push)} ;;
  *) echo '[]' ;;
esac
`;
  writeFileSync(join(folder, 'docker'), script, { mode: 0o755 });
  writeFileSync(join(folder, 'docker.lines'), `${['mark-docker', ...LINES, ...KEY_LINES].join('\n')}\n`);
  return {
    env: { PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}` },
    password: () => {
      const file = join(folder, 'docker.password');
      return existsSync(file) ? readFileSync(file, 'utf8') : '';
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

const ARCHITECTURE = process.arch === 'arm64' ? 'arm64' : 'amd64';
