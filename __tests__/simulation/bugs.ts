import type { Edit } from './compile.js';

/*
 * Bugs that actions of this kind have really had, as changes of our sources: the simulation is good for something only if it
 * finds them. The sources of the facts are in the issues of the projects named.
 */

/** A bug, and how the invariant that has to find it says so. */
export interface Bug {
  readonly reason: RegExp;
  readonly changes: readonly Change[];
}

/** A piece of a source file, which has to be there exactly once, and what stands in its place. */
interface Change {
  readonly path: string;
  readonly from: string | RegExp;
  readonly to: string;
}

/** Trusts the wait alone, as actions do that look at neither targets nor digests nor answers. */
const NO_PROOF: Change = {
  path: 'src/modes/release.ts',
  from: / {4}tasks = await journal\.step\('health'[^]*?(?= {4}await rememberEnd)/,
  to: '',
};

/** Every bug by what it does. */
export const BUGS: Readonly<Record<string, Bug>> = {
  // amazon-ecs-deploy-task-definition#191: a service that is stable again on its old revision is a success.
  "success after the circuit breaker's rollback": {
    reason: /^I1 released: .* leads and not/,
    changes: [
      NO_PROOF,
      { path: 'src/modes/release.ts', from: 'failFast: true', to: 'failFast: false' },
      {
        path: 'src/model/rollout.ts',
        from: '  const ours = service.deployments.find((deployment) => deployment.id === own.id);\n',
        to:
          "  if (service.deployments.length === 1 && service.runningCount === service.desiredCount) return { state: 'complete' };\n" +
          '  const ours = service.deployments.find((deployment) => deployment.id === own.id);\n',
      },
    ],
  },
  // The SDK's ServicesStable is content with a service that has no tasks and should have none.
  'success at 0 of 0 tasks': {
    reason: /^I1 released: .*no task is desired/,
    changes: [
      NO_PROOF,
      { path: 'src/model/rollout.ts', from: 'settled && service.desiredCount > 0 &&', to: 'settled &&' },
      {
        path: 'src/model/rollout.ts',
        from: / {2}if \(service\.desiredCount === 0\)\n[^\n]*\n/,
        to: '',
      },
    ],
  },
  "a rollback over somebody else's deployment": {
    reason: /^I3 never over others: .* over (person|rival)/,
    changes: [
      {
        path: 'src/modes/undo.ts',
        from: "  if (error.code === 'superseded') return failure(error, true);\n",
        to: '',
      },
      {
        path: 'src/model/undo.ts',
        from: "return rolledBack ? { kind: 'wrong-place' } : { kind: 'superseded', by: leader };",
        to: "return { kind: 'wrong-place' };",
      },
    ],
  },
  // The SDK sends a call three times when the connection is cut, whatever became of the first.
  'a lost reply that is registered three times': {
    reason: /^I5 once: .* registered \d+ revisions/,
    changes: [
      {
        path: 'src/adapters/aws/clients.ts',
        from: 'const again = isTurnedAway(error) || isRenewed(session, error);',
        to: 'const again = isTransient(error) || isRenewed(session, error);',
      },
    ],
  },
  'a cancel that leaves the new revision': {
    reason: /^I2 failed: .* was cancelled and its change is left/,
    changes: [
      {
        path: 'src/modes/undo.ts',
        from: '  if (isCancelled(world)) return requested(error, change, rescue, journal);\n',
        to: "  if (isCancelled(world)) return { kind: 'cancelled', error };\n",
      },
      {
        path: 'src/run.ts',
        from: "  if (outcome.kind !== 'cancelled') await rememberEnd(heard);\n",
        to: '  await rememberEnd(heard);\n',
      },
    ],
  },
};

/** Puts a bug into the sources; throws when they are not what it was made for. */
export function editOf({ changes }: Bug): Edit {
  return (path, text) =>
    changes
      .filter((change) => change.path === path)
      .reduce((changed, { from, to }) => {
        const parts = changed.split(from);
        if (parts.length !== 2)
          throw new Error(`${path} has ${String(from)} ${String(parts.length - 1)} times.`);
        return parts.join(to);
      }, text);
}
