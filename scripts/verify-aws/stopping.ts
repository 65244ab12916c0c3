import {
  DescribeServiceDeploymentsCommand,
  StopServiceDeploymentCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { nextMove } from '../../src/model/undo.js';
import type { Service } from '../../src/model/service.js';
import type { Account } from './account.js';
import { isClientError, refusalOf, relyOn, shown, type Case, type Note, type Refusal } from './case.js';
import { settled, type Settled } from './settled.js';
import { noteDeployments, noteEvents, watched, type Seen } from './watch.js';

/** How much older than its deployment a service deployment may be (src/steps/undo.ts, SAME_MOMENT). */
const SAME_MOMENT = 5_000;
const INTERVAL = 2_000;
const LIMIT = 60_000;

/**
 * Asks ECS itself, not by way of our command: starts a deployment of the live revision, stops it, and looks at what
 * StopServiceDeployment does then, and what it refuses. Ends with the revision that it began with.
 */
export const stopping: Case = {
  name: 'a rollout that is stopped',
  file: 'src/steps/undo.ts',
  async ask(account, note) {
    const before = await settled(account);
    const first = await account.aws.ecs.service(account.inputs.cluster, account.inputs.service);
    const { own, arn } = await begin(account, first?.currentServiceDeployment, note);
    const stop = (serviceDeploymentArn: string): Promise<Refusal | undefined> =>
      refusalOf(
        account.ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn, stopType: 'ROLLBACK' })),
      );
    const refused = await stop(arn);
    const again = await stop(arn);
    const point = 'what StopServiceDeployment refuses';
    note(`while it goes on: ${shown(refused)}; again: ${shown(again)}`, point);
    const { result: after, ...seen } = await watched(account, settled(account, 15 * 60_000));
    const late = await stop(arn);
    const unknown = await stop(arn.replace(/[^/]+$/, 'abcdefghijklmnopqrstuv'));
    note(`once it is over: ${shown(late)}; of one that is not there: ${shown(unknown)}`, point);
    relyOn(refused === undefined, 'ECS does not stop a deployment that goes on.');
    for (const one of [late, unknown])
      relyOn(isClientError(one), 'A stop that is too late is not refused with a status of 4xx.');
    noteEvents({ looks: [...(first ? [first] : []), ...seen.looks] }, note);
    await sayHowItEnded({ before, after, own, arn, seen }, account, note);
  },
};

/** Starts the deployment; when the service names its service deployment is one of the open points. */
async function begin(
  account: Account,
  before: string | undefined,
  note: Note,
): Promise<Pick<Stopped, 'own' | 'arn'>> {
  const { ecs, aws, inputs } = account;
  const { cluster, service } = inputs;
  const update = new UpdateServiceCommand({ cluster, service, forceNewDeployment: true });
  const answer = (await ecs.send(update)).service;
  const made = answer?.deployments?.find(({ status }) => status === 'PRIMARY');
  const own = { id: made?.id ?? '', createdAt: made?.createdAt?.getTime() ?? 0 };
  const named = answer?.currentServiceDeployment;
  const when = named === undefined ? 'none' : named === before ? 'the one before' : 'the new one';
  const point = 'when UpdateService names the new service deployment';
  note(`UpdateService answers with ${when} in currentServiceDeployment`, point);
  for (let waited = 0; ; waited += INTERVAL) {
    const arn = (await aws.ecs.service(cluster, service))?.currentServiceDeployment;
    if (arn !== undefined && arn !== before) {
      note(`DescribeServices names the new one after ${String(waited / 1_000)} s`, point);
      return { own, arn };
    }
    relyOn(waited < LIMIT, 'DescribeServices does not name the new service deployment within a minute.');
    await account.sleep(INTERVAL);
  }
}

interface Stopped {
  readonly before: Settled;
  readonly after: Settled;
  /** The deployment that was stopped. */
  readonly own: { readonly id: string; readonly createdAt: number };
  /** ARN of its service deployment. */
  readonly arn: string;
  readonly seen: Seen;
}

async function sayHowItEnded(stopped: Stopped, { ecs }: Account, note: Note): Promise<void> {
  const { before, after, own, arn, seen } = stopped;
  const command = new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [arn] });
  const [record] = (await ecs.send(command)).serviceDeployments ?? [];
  note(`its record: ${record?.status ?? ''} "${record?.statusReason ?? ''}"`);
  const keeps = after.deployment === before.deployment;
  note(
    `the restored deployment ${keeps ? 'keeps its id' : 'has an id of its own'}`,
    'whether a restored deployment keeps its id',
  );
  noteDeployments(seen, note);
  relyOn(after.taskDefinition === before.taskDefinition, 'ECS restored another revision.');
  relyOn(/^(ROLLBACK|STOP)/.test(record?.status ?? ''), 'The record does not say that it was stopped.');
  relyOn(
    /by user/i.test(record?.statusReason ?? ''),
    'The record does not say "by user": src/model/rollout.ts would take it for the circuit breaker.',
  );
  const late = own.createdAt - (record?.createdAt?.getTime() ?? 0);
  note(`the service deployment is made ${String(-late / 1_000)} s after the deployment`);
  relyOn(late <= SAME_MOMENT, 'The service deployment is older than its deployment by more than 5 s.');
  sayMoves(stopped, note);
}

/** What an undo would have made of each look. */
function sayMoves({ before, own, seen }: Stopped, note: Note): void {
  const targets = [before.taskDefinition];
  const undoing = {
    own: { id: own.id, taskDefinition: before.taskDefinition },
    before: [before.deployment],
    targets,
  };
  const moves = seen.looks.map((look: Service) => nextMove(look, undoing).kind);
  note(`src/model/undo.ts says: ${moves.join(', ')}`);
  const wrong = moves.find((move) => ['superseded', 'gone', 'wrong-place'].includes(move));
  relyOn(wrong === undefined, `src/model/undo.ts takes what ECS does for "${wrong ?? ''}".`);
  relyOn(moves.includes('follow'), 'src/model/undo.ts does not see that the way back leads.');
}
