import { describe, expect, it } from '@jest/globals';
import { textOf } from '../pages.js';
import { FOR_FILES, FOR_PAGES } from './rules.js';
import { asWorkflow, FILES, PAGE_BLOCKS, read, type Workflow } from './workflow.js';

/* Rules of our own: no workflow and no page breaks one, and each can be broken. */

/** What is wrong with a workflow, by the rule that says so. */
function broken(workflow: Workflow, rules: typeof FOR_PAGES): Readonly<Record<string, readonly string[]>> {
  const found = Object.entries(rules).map(([rule, check]) => [rule, check(workflow)] as const);
  return Object.fromEntries(found.filter(([, findings]) => findings.length > 0));
}

describe('our rules for workflows', () => {
  it.each(FILES)('are kept by %s', (path) => {
    expect(broken(read(textOf(path)), FOR_FILES)).toEqual({});
  });

  it.each(PAGE_BLOCKS)('are kept by $place', ({ text }) => {
    expect(broken(asWorkflow(text) ?? { jobs: {} }, FOR_PAGES)).toEqual({});
  });
});

describe('a rule', () => {
  const OURS = 'mentalspace/deploy-backend@v1';
  const CALL = 'mentalspace/deploy-backend/.github/workflows/deploy-backend.yml@v1';
  const good = (change: (workflow: Mutable) => void): Workflow => {
    const workflow: Mutable = {
      permissions: {},
      concurrency: { group: 'g', 'cancel-in-progress': false },
      jobs: {
        release: {
          permissions: { contents: 'read', 'id-token': 'write' },
          'timeout-minutes': 90,
          steps: [
            { uses: 'actions/checkout@v7', with: { 'persist-credentials': false } },
            { id: 'release', uses: OURS, if: 'success()', with: { mode: 'release' } },
            {
              if: 'always()',
              run: 'echo "$OUTCOME"',
              env: { OUTCOME: '${{ steps.release.outputs.outcome }}' },
            },
          ],
        },
        call: { uses: CALL, permissions: { contents: 'read', 'id-token': 'write' }, with: { smoke: false } },
      },
    };
    change(workflow);
    return workflow;
  };
  interface Mutable {
    permissions?: unknown;
    concurrency: Record<string, unknown>;
    jobs: {
      release: Record<string, unknown> & { steps: Record<string, unknown>[] };
      call: Record<string, unknown> & { with: Record<string, unknown> };
    };
  }

  it('has nothing to say of a good workflow', () => {
    expect(
      broken(
        good(() => undefined),
        FOR_FILES,
      ),
    ).toEqual({});
  });

  it.each<[keyof typeof FOR_FILES, string, (workflow: Mutable) => unknown]>([
    ['nothingPermitted', 'permissions that are not given', (w) => delete w.permissions],
    ['nothingPermitted', 'permissions at the top', (w) => (w.permissions = { contents: 'read' })],
    ['nothingPermitted', 'all permissions for a job', (w) => (w.jobs.release['permissions'] = 'write-all')],
    ['limited', 'a job without a limit', (w) => delete w.jobs.release['timeout-minutes']],
    ['withoutCredentials', 'a checkout as it is', (w) => delete w.jobs.release.steps[0]!['with']],
    [
      'withoutCredentials',
      'a checkout that keeps the token',
      (w) => (w.jobs.release.steps[0]!['with'] = { 'persist-credentials': true }),
    ],
    [
      'neverCancelled',
      'a release that the next cancels',
      (w) => (w.concurrency['cancel-in-progress'] = true),
    ],
    [
      'neverCancelled',
      'a release that the next may cancel',
      (w) => (w.concurrency['cancel-in-progress'] = "${{ github.ref == 'main' }}"),
    ],
    [
      'neverCancelled',
      'a call that the next cancels',
      (w) => (w.jobs.call['concurrency'] = { group: 'h', 'cancel-in-progress': true }),
    ],
    ['oneAtATime', 'a release that waits for no other', (w) => delete (w as Partial<Mutable>).concurrency],
    [
      'noExpressionInScript',
      'a script with an expression',
      (w) => (w.jobs.release.steps[2]!['run'] = 'echo ${{ github.head_ref }}'),
    ],
    [
      'cancellable',
      'a release that always runs',
      (w) => (w.jobs.release.steps[1]!['if'] = '${{ always() }}'),
    ],
    ['cancellable', 'one that runs when cancelled', (w) => (w.jobs.release.steps[1]!['if'] = '!cancelled()')],
    [
      'knownOutputs',
      'an output that there is not',
      (w) => (w.jobs.release.steps[2]!['env'] = { SHA: '${{ steps.release.outputs.sha }}' }),
    ],
    ['grantedEnough', 'a call that grants less', (w) => (w.jobs.call['permissions'] = { contents: 'read' })],
    ['grantedEnough', 'a call that grants nothing', (w) => delete w.jobs.call['permissions']],
    ['typedInputs', 'a switch that is text', (w) => (w.jobs.call.with['smoke'] = 'false')],
    ['typedInputs', 'a name that is a number', (w) => (w.jobs.call.with['service'] = 7)],
  ])('%s finds %s', (rule, _, change) => {
    expect(
      Object.keys(
        broken(
          good((workflow) => void change(workflow)),
          FOR_FILES,
        ),
      ),
    ).toEqual([rule]);
  });

  it('lets smoke tests be cancelled, which change nothing', () => {
    const smoke = good(({ concurrency, jobs }) => {
      concurrency['cancel-in-progress'] = true;
      jobs.release.steps[1]!['with'] = { mode: 'smoke' };
      delete (jobs as Record<string, unknown>)['call'];
    });
    expect(broken(smoke, FOR_FILES)).toEqual({});
  });
});
