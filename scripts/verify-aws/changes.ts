import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import { lastPart } from '../../src/model/arn.js';
import { parseImageReference } from '../../src/model/image.js';
import { objectsAt } from '../../src/model/json.js';
import { primary } from '../../src/model/service.js';
import { registerable } from '../../src/model/task-definition.js';
import type { Account } from './account.js';
import { denialOf, relyOn, shown, type Case, type Note } from './case.js';
import { start, type Ended } from './command.js';
import { missingUpdate } from './reads-of-services.js';
import { settled, type Settled } from './settled.js';
import { stopping } from './stopping.js';
import { noteDeployments, noteEvents, watched } from './watch.js';

/*
 * What the built command does to a throw-away service. Each case begins with a service that is quiet, and all of them
 * together end with the revision that they began with.
 */

/** Gives a release something to change, and its revision a name that tells where it comes from. */
const VARIABLE = 'DEPLOY_BACKEND_VERIFY';

const folderFor = ({ inputs: { reportDir } }: Account, what: string): string =>
  resolve(reportDir, `verify-aws-${what}-${randomUUID().slice(0, 8)}`);

function releaseFlags({ inputs, image }: Account, what: string): Readonly<Record<string, string>> {
  return { image: inputs.image ?? image, 'environment-variables': `${VARIABLE}=${what}-${randomUUID()}` };
}

function noteEnd({ status, records }: Ended, note: Note): void {
  note(`exit status ${String(status)}`);
  for (const { outcome, state, failure } of records)
    note([outcome, state, failure].filter(Boolean).join('; '));
}

/** That the command says how it ended, by its exit status and in the last of its records. */
function expectEnd({ status, records }: Ended, wanted: number, outcomes: readonly string[]): void {
  const outcome = records.at(-1)?.outcome ?? 'none';
  relyOn(status === wanted, `The command ends with ${String(status)}, not ${String(wanted)}.`);
  relyOn(outcomes.includes(outcome), `Its outcome is ${outcome}, not ${outcomes.join(' or ')}.`);
}

/** That the service is as it was: on its revision, or on a copy of it that pins the image which ran. */
function expectBack(before: Settled, after: Settled, { image }: Account, note: Note): void {
  note(`the service is on ${lastPart(after.taskDefinition)}`);
  const copied = parseImageReference(image).digest === undefined;
  relyOn(
    copied || after.taskDefinition === before.taskDefinition,
    `It was on ${lastPart(before.taskDefinition)}.`,
  );
  relyOn(after.digests.join() === before.digests.join(), 'Its tasks run another image than before.');
}

const release: Case = {
  name: 'a release',
  file: 'src/modes/release.ts',
  async ask(account, note) {
    const before = await settled(account);
    const { ended } = start('release', releaseFlags(account, 'good'), folderFor(account, 'release'), account);
    const { result, ...seen } = await watched(account, ended);
    noteEnd(result, note);
    noteDeployments(seen, note);
    expectEnd(result, 0, ['released']);
    const after = await settled(account);
    note(`the service is on ${lastPart(after.taskDefinition)}`);
    relyOn(after.taskDefinition !== before.taskDefinition, 'The service is on the revision that it was on.');
  },
};

const rollback: Case = {
  name: 'a rollback',
  file: 'src/modes/rollback.ts',
  async ask(account, note) {
    const before = await settled(account);
    const flags = { 'rollback-to': 'previous' };
    const { ended } = start('rollback', flags, folderFor(account, 'rollback'), account);
    const { result, ...seen } = await watched(account, ended);
    noteEnd(result, note);
    noteDeployments(seen, note);
    expectEnd(result, 0, ['rolled-back']);
    const after = await settled(account);
    note(`the service is on ${lastPart(after.taskDefinition)}`);
    relyOn(after.taskDefinition !== before.taskDefinition, 'The service is on the revision that it was on.');
  },
};

const bad: Case = {
  name: 'a release whose container ends at once',
  file: 'src/modes/undo.ts',
  async ask(account, note) {
    const before = await settled(account);
    const { result, ...seen } = await withBadDefinition(account, (definition) => {
      const flags = { ...releaseFlags(account, 'bad'), 'task-definition': definition };
      return watched(account, start('release', flags, folderFor(account, 'bad'), account).ended);
    });
    noteEnd(result, note);
    noteDeployments(seen, note);
    noteEvents(seen, note);
    expectEnd(result, 1, ['rolled-back']);
    expectBack(before, await settled(account), account, note);
  },
};

/** A file with the revision of the service and a command that fails, which takes no image of its own. It has the values of its environment. */
async function withBadDefinition<T>(
  { definition, container }: Account,
  work: (path: string) => Promise<T>,
): Promise<T> {
  const { body } = registerable(definition.body);
  const containerDefinitions = objectsAt(body, 'containerDefinitions').map((one) =>
    one['name'] === container ? { ...one, entryPoint: ['/bin/sh', '-c', 'exit 1'], command: [] } : one,
  );
  const folder = await mkdtemp(join(tmpdir(), 'deploy-backend-verify-'));
  try {
    const path = join(folder, 'bad.json');
    await writeFile(path, JSON.stringify({ ...body, containerDefinitions }));
    return await work(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const cancel: Case = {
  name: 'a release that is cancelled in mid-rollout',
  file: 'src/modes/recover.ts',
  async ask(account, note) {
    const before = await settled(account);
    const flags = releaseFlags(account, 'cancel');
    const running = start('release', flags, folderFor(account, 'cancel'), account);
    const signal = { sent: false };
    const { result, ...seen } = await watched(account, running.ended, (service) => {
      const leader = primary(service);
      const midway = leader?.rolloutState === 'IN_PROGRESS' && leader.id !== before.deployment;
      if (!midway || signal.sent) return;
      signal.sent = true;
      running.cancel();
    });
    noteEnd(result, note);
    noteDeployments(seen, note);
    noteEvents(seen, note);
    if (!signal.sent) throw new Error('The rollout was never seen to go on, and could not be cancelled.');
    expectEnd(result, 1, ['rolled-back']);
    expectBack(before, await settled(account), account, note);
  },
};

/**
 * Refused as a definition without containers, so that it registers nothing. With credentials that may register only this
 * family it says whether that is enough: a denial names the resource that was asked for.
 */
const scoping: Case = {
  name: 'the resource that RegisterTaskDefinition is allowed on',
  file: 'docs/iam/release.json',
  async ask({ ecs, definition: { family } }, note) {
    const command = new RegisterTaskDefinitionCommand({ family, containerDefinitions: [] });
    const refused = await denialOf(ecs.send(command));
    note(shown(refused), 'the resource that RegisterTaskDefinition is allowed on');
    relyOn(refused !== undefined, 'A definition without containers was registered.');
  },
};

/** In an order that comes back to the first revision; nothing is tried on a service that one of them left in disorder. */
export const CHANGES: readonly Case[] = [missingUpdate, scoping, release, rollback, bad, cancel, stopping];
