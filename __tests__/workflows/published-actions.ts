import type { ActionMetadata } from '@actions/languageservice/action';

/*
 * What actions of others take: the inputs that workflows and pages give them, and all that they require, from the
 * action.yml of the version that is pinned: actions/checkout 7.0.1, actions/setup-node 7.0.0, actions/upload-artifact
 * 7.0.0, actions/attest 4.2.2, actions/dependency-review-action 4.9.0, aws-actions/configure-aws-credentials 6.2.3,
 * github/codeql-action 4.36.2, ossf/scorecard-action 2.4.4. An input that is not here has to be looked up there first.
 */

const taking = (
  name: string,
  inputs: readonly string[],
  required: readonly string[] = [],
): ActionMetadata => ({
  name,
  description: '',
  inputs: Object.fromEntries([
    ...inputs.map((input) => [input, { description: '' }] as const),
    ...required.map((input) => [input, { description: '', required: true }] as const),
  ]),
});

/** Actions by owner, name and path. */
export const PUBLISHED: ReadonlyMap<string, ActionMetadata> = new Map(
  [
    taking('actions/attest', ['subject-path']),
    taking('actions/checkout', ['fetch-depth', 'persist-credentials', 'ref']),
    taking('actions/dependency-review-action', ['fail-on-severity']),
    taking('actions/setup-node', ['node-version', 'node-version-file', 'package-manager-cache']),
    taking('actions/upload-artifact', ['name', 'if-no-files-found', 'retention-days'], ['path']),
    taking(
      'aws-actions/configure-aws-credentials',
      ['aws-access-key-id', 'aws-secret-access-key', 'role-to-assume'],
      ['aws-region'],
    ),
    taking('github/codeql-action/analyze', ['category']),
    taking('github/codeql-action/init', ['build-mode', 'config', 'languages', 'queries']),
    taking('github/codeql-action/upload-sarif', ['sarif_file']),
    taking('ossf/scorecard-action', ['publish_results'], ['results_file', 'results_format']),
  ].map((action) => [action.name, action]),
);
