import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** A process of this machine. Its number alone is no identity: numbers are used again. */
interface Entry {
  readonly pid: number;
  readonly parent: number;
  /** When it was started, in whatever words the system has. */
  readonly started: string;
}

/** How long a process has between SIGTERM and SIGKILL, in milliseconds. */
const GRACE = 2_000;
const LOOK_AGAIN = 50;
/** After this many milliseconds of SIGKILL a process hangs in the kernel, and waiting for it helps nobody. */
const GIVE_UP = 3_000;

/**
 * Ends a process and everything it started: SIGTERM, and SIGKILL after two seconds for those that stay. Single
 * processes are signalled, never a group: our own group may be the runner's.
 */
export async function endTree(root: number): Promise<void> {
  const victims = new Map<string, Entry>();
  const end = performance.now() + GRACE;
  let terminated = new Set<string>();
  for (;;) {
    const alive = descendants(await processes(), root, victims);
    if (alive.length === 0 || performance.now() >= end + GIVE_UP) return;
    for (const entry of alive) victims.set(identity(entry), entry);
    const late = performance.now() >= end;
    for (const entry of alive.filter((one) => late || !terminated.has(identity(one)))) {
      signal(entry.pid, late ? 'SIGKILL' : 'SIGTERM');
    }
    terminated = new Set([...terminated, ...alive.map(identity)]);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN));
  }
}

/** The root and its descendants, and those seen earlier whose parent has gone meanwhile. */
function descendants(
  all: readonly Entry[],
  root: number,
  known: ReadonlyMap<string, Entry>,
): readonly Entry[] {
  const found = new Set<number>();
  const queue = all.filter((entry) =>
    known.size === 0 ? entry.pid === root && entry.parent === process.pid : known.has(identity(entry)),
  );
  const tree: Entry[] = [];
  for (let entry = queue.shift(); entry; entry = queue.shift()) {
    const { pid } = entry;
    if (found.has(pid) || pid === process.pid) continue;
    found.add(pid);
    tree.push(entry);
    queue.push(...all.filter((child) => child.parent === pid));
  }
  return tree;
}

function identity({ pid, started }: Entry): string {
  return `${pid} ${started}`;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended between the look and the signal.
  }
}

async function processes(): Promise<readonly Entry[]> {
  const names = await readdir('/proc').catch(() => []);
  const numbers = names.filter((name) => /^\d+$/.test(name));
  if (numbers.length === 0) return listed();
  const entries = await Promise.all(numbers.map(fromProc));
  return entries.flatMap((entry) => (entry ? [entry] : []));
}

/** proc(5), /proc/pid/stat: state is field 3, parent 4, start time 22; the name in field 2 may hold anything. */
async function fromProc(pid: string): Promise<Entry | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [state, parent, ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  if (state === undefined || parent === undefined || state === 'Z' || state === 'X') return undefined;
  return { pid: Number(pid), parent: Number(parent), started: rest[17] ?? '' };
}

/** Where there is no /proc (macOS). */
async function listed(): Promise<readonly Entry[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,stat=,lstart=']);
  return stdout.split('\n').flatMap((line) => {
    const [pid, parent, state, ...started] = line.trim().split(/\s+/);
    if (!pid || !parent || state?.startsWith('Z')) return [];
    return [{ pid: Number(pid), parent: Number(parent), started: started.join(' ') }];
  });
}
