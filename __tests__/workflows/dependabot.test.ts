import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { filesIn, textOf } from '../pages.js';

/* What Dependabot looks after: https://docs.github.com/en/code-security/reference/supply-chain-security/dependabot-options-reference */
interface Update {
  readonly 'package-ecosystem': 'npm' | 'github-actions' | 'docker';
  readonly directory?: string;
  readonly directories?: readonly string[];
  readonly schedule: { readonly interval: string };
  readonly cooldown: { readonly 'default-days': number };
  readonly groups?: Readonly<Record<string, { readonly patterns?: readonly string[] }>>;
}
const { version, updates } = parse(textOf('.github/dependabot.yml')) as {
  readonly version: number;
  readonly updates: readonly Update[];
};
const foldersOf = (ecosystem: Update['package-ecosystem']): readonly string[] =>
  updates
    .filter((update) => update['package-ecosystem'] === ecosystem)
    .flatMap(({ directory, directories = [] }) => [
      ...directories,
      ...(directory === undefined ? [] : [directory]),
    ]);
const foldersWith = (name: string): readonly string[] =>
  ['examples', 'runner', 'sandbox']
    .flatMap(filesIn)
    .filter((path) => path.endsWith(`/${name}`) && !path.includes('node_modules'))
    .map((path) => `/${path.slice(0, -name.length - 1)}`);

describe('Dependabot', () => {
  it('looks weekly, in the second form of its file, for versions that are a week old', () => {
    expect(version).toBe(2);
    expect(new Set(updates.map(({ schedule }) => schedule.interval))).toEqual(new Set(['weekly']));
    expect(updates.filter(({ cooldown }) => cooldown['default-days'] < 7)).toEqual([]);
  });

  it('looks after every lockfile, Dockerfile and workflow', () => {
    expect([...foldersOf('npm')].sort()).toEqual(['/', ...foldersWith('package-lock.json')].sort());
    expect(foldersOf('docker')).toEqual(foldersWith('Dockerfile'));
    expect(foldersOf('github-actions')).toEqual(['/', '/examples/workflows']);
  });

  it('proposes the AWS SDK, and the toolkit for actions, each as a whole', () => {
    const groups = updates.find((update) => update['package-ecosystem'] === 'npm')?.groups ?? {};
    const groupOf = (name: string): string | undefined =>
      Object.keys(groups).find((group) =>
        groups[group]?.patterns?.some((pattern) => name.startsWith(pattern.replace('*', ''))),
      );
    const { dependencies } = JSON.parse(textOf('package.json')) as {
      readonly dependencies: Readonly<Record<string, string>>;
    };
    const scoped = Object.keys(dependencies).filter((name) => name.startsWith('@'));
    expect(scoped.map(groupOf)).toEqual(
      scoped.map((name) => (name.startsWith('@aws-sdk/') ? 'aws-sdk' : 'actions-toolkit')),
    );
  });
});
