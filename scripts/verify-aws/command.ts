import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseObject, textAt, isObject, type JsonObject } from '../../src/model/json.js';
import type { Account } from './account.js';

const COMMAND = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** How the built command ended. */
export interface Ended {
  readonly status: number | null;
  /** The records that it wrote, oldest first: a cancelled one also tells how its undo went. */
  readonly records: readonly Told[];
}

/** What a record says. */
export interface Told {
  readonly outcome: string;
  readonly state: string;
  /** Code and message; empty when it succeeded. */
  readonly failure: string;
}

/** A command that runs. */
export interface Running {
  readonly ended: Promise<Ended>;
  /** Sends what Ctrl-C sends. */
  cancel(): void;
}

/** Starts the built command on the service, with what the person who verifies has in the environment. */
export function start(
  mode: 'release' | 'rollback',
  flags: Readonly<Record<string, string>>,
  folder: string,
  account: Account,
): Running {
  const given = Object.entries({ ...placeOf(account), ...flags, 'report-dir': folder });
  const args = given.flatMap(([name, value]) => [`--${name}`, value]);
  const smoke = mode === 'release' && account.inputs.baseUrl === undefined ? ['--no-smoke'] : [];
  const child = spawn(process.execPath, [COMMAND, mode, ...args, ...smoke], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = once(child, 'close').then(async ([status]) => ({
    status: status as number | null,
    records: await recordsIn(folder),
  }));
  return { ended, cancel: () => void child.kill('SIGINT') };
}

function placeOf({ inputs, container }: Account): Readonly<Record<string, string>> {
  const { region, account, cluster, service, baseUrl, smokeConfig } = inputs;
  return {
    'aws-region': region,
    'aws-account': account,
    cluster,
    service,
    container,
    ...(baseUrl === undefined ? {} : { 'base-url': baseUrl }),
    ...(smokeConfig === undefined ? {} : { 'smoke-config': smokeConfig }),
  };
}

async function recordsIn(folder: string): Promise<readonly Told[]> {
  await mkdir(folder, { recursive: true });
  const paths = (await readdir(folder))
    .filter((name) => /^deployment-\d.*\.json$/.test(name))
    .map((name) => join(folder, name));
  const dated = await Promise.all(paths.map(async (path) => ({ path, at: (await stat(path)).mtimeMs })));
  const inOrder = dated.sort((one, other) => one.at - other.at);
  const texts = await Promise.all(inOrder.map(({ path }) => readFile(path, 'utf8')));
  return texts.map((text) => told(parseObject(text) ?? {}));
}

function told(record: JsonObject): Told {
  const { failure } = record;
  return {
    outcome: textAt(record, 'outcome') ?? '',
    state: textAt(record, 'state') ?? '',
    failure: isObject(failure) ? `${textAt(failure, 'code') ?? ''}: ${textAt(failure, 'message') ?? ''}` : '',
  };
}
