import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { runAction } from '../runner/run-action.js';
import type { Cloud } from '../sandbox/cloud.js';
import { createLogStream } from '../sandbox/logs/groups.js';
import { appendEvent } from '../sandbox/logs/write.js';
import { NAMES } from '../sandbox/names.js';
import { startSandbox } from '../sandbox/sandbox.js';
import { changeService, readyService } from '../sandbox/scenarios/release.js';

/** How the memory of a release is measured. */
export interface MemoryMeasuring {
  readonly node: string;
  /** Folder of the action.yml whose `dist` is measured. */
  readonly folder: string;
  /** Bytes of hostile log lines in the streams of the new tasks together. */
  readonly bytes: number;
  /** Of the service; absent: two. */
  readonly tasks?: number;
}

/** What a release needed. */
export interface MemoryFigures {
  /** Bytes that its process had in memory at most, by the kernel's account. */
  readonly peak: number;
  /** Bytes that there were in the log. */
  readonly logged: number;
  readonly conclusion: string;
  /** Lines that it wrote about the log. */
  readonly said: readonly string[];
  /** Pages of the log that it asked for. */
  readonly requests: number;
}

/** Told to the action's process, which then says at its end how much memory it had at most, in KiB. */
const TELL_MEMORY = `data:text/javascript,process.on('exit',()=>console.log('peak',process.resourceUsage().maxRSS))`;

/** Releases the sandbox's candidate while its tasks have written so many bytes of hostile lines. */
export async function measureMemory({ node, folder, bytes, tasks }: MemoryMeasuring): Promise<MemoryFigures> {
  const work = await mkdtemp(join(tmpdir(), 'bench-'));
  const sandbox = await startSandbox({ pace: 30, runtime: 'simulated' });
  try {
    const { cloud, ready } = sandbox;
    if (tasks !== undefined) await scale(cloud, tasks);
    const flood = floodWhenReleased(cloud, bytes);
    const heard: string[] = [];
    const result = await runAction({
      action: folder,
      inputs: {
        'aws-region': ready.region,
        cluster: NAMES.cluster,
        service: NAMES.service,
        image: ready.candidate ?? '',
        'base-url': ready.baseUrl,
      },
      node,
      env: {
        AWS_REGION: ready.region,
        AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
        AWS_SECRET_ACCESS_KEY: 'example',
        AWS_ENDPOINT_URL: ready.endpoint,
        AWS_EC2_METADATA_DISABLED: 'true',
        NODE_EXTRA_CA_CERTS: ready.caFile,
        NODE_OPTIONS: `--import ${TELL_MEMORY}`,
      },
      cancel: AbortSignal.timeout(240_000),
      onLine: ({ text }) => void heard.push(text),
    });
    return {
      peak: Math.max(...heard.flatMap((line) => Number(/^peak (\d+)$/.exec(line)?.[1] ?? 0))) * 1_024,
      logged: flood.logged,
      conclusion: result.conclusion,
      said: heard.filter((line) => / logs |log lines|logs of/.test(line)),
      requests: cloud.calls.filter(({ action }) => action === 'logs:GetLogEvents').length,
    };
  } finally {
    await sandbox.close();
    await rm(work, { recursive: true, force: true });
  }
}

/** Lets the service have so many tasks, all of them healthy. */
async function scale(cloud: Cloud, desiredCount: number): Promise<void> {
  await changeService(cloud, 'UpdateService', { desiredCount });
  while (
    readyService(cloud)?.events[0]?.message.includes('steady') !== true ||
    tasksOf(cloud).length < desiredCount
  ) {
    await setTimeout(100);
  }
}

/** Lines of all kinds of length, of what redaction finds most of, and of what has to be escaped in JSON. */
const HOSTILE: readonly string[] = [
  'password=x patient: Jane 123-45-6789 '.repeat(6_500),
  '\u0000\u001b[31m'.repeat(20_000),
  `{"level":50,"msg":"${'a@b.co '.repeat(30_000)}"}`,
  '::set-output name=x::y\r##[add-mask]e',
  'eyJ-'.repeat(60_000),
  '\u{1f600}"\\'.repeat(20_000),
  ...Array.from({ length: 5 }, (_, place) => `INFO request ${String(place)} took 5 ms`),
];

/** Fills the streams of tasks that the release starts as soon as they are seen. */
function floodWhenReleased(cloud: Cloud, bytes: number): { readonly logged: number } {
  const flood = { logged: 0 };
  const before = new Set(tasksOf(cloud));
  cloud.afterCall.push(({ action }) => {
    if (action !== 'logs:GetLogEvents' && action !== 'ecs:DescribeTasks') return;
    const group = cloud.logs.groups.get(NAMES.logGroup);
    const fresh = tasksOf(cloud).filter((id) => !before.has(id));
    for (const id of fresh) {
      before.add(id);
      const name = `ecs/${NAMES.container}/${id}`;
      const stream = group && (group.streams.get(name) ?? createLogStream(cloud, group, name));
      if (!stream) continue;
      for (let written = 0, place = 0; written < bytes / 2; place++) {
        const message = HOSTILE[place % HOSTILE.length] ?? '';
        appendEvent(cloud, stream, cloud.clock.now(), message);
        written += Buffer.byteLength(message);
        flood.logged += Buffer.byteLength(message);
      }
    }
  });
  return flood;
}

function tasksOf(cloud: Cloud): readonly string[] {
  return [...(cloud.ecs.clusters.get(NAMES.cluster)?.tasks.values() ?? [])].map(({ id }) => id);
}
