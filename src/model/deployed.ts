import { familyAndRevision } from './arn.js';

/**
 * The last revision of a service's history that is still good: not the excluded one, and not one that was rolled
 * away from. `deployed` is newest first, one entry a successful deployment. To go back to an older revision is to roll
 * away from the newer one, so with A, B and A again there is nothing left before A.
 */
export function lastGood(deployed: readonly string[], excluded: string | undefined): string | undefined {
  return goodRevisions(deployed).find((revision) => revision !== excluded);
}

/** Every revision of a history that was not rolled away from since it was last deployed, newest first, once each. */
export function goodRevisions(deployed: readonly string[]): readonly string[] {
  const known = new Set<string>();
  return deployed.filter((revision, index) => {
    const first = !known.has(revision);
    known.add(revision);
    const next = deployed[index - 1];
    const leftForOlder = next !== undefined && isOlder(next, revision);
    return first && !leftForOlder;
  });
}

function isOlder(one: string, other: string): boolean {
  const [a, b] = [familyAndRevision(one), familyAndRevision(other)];
  return a !== undefined && b !== undefined && a.family === b.family && a.revision < b.revision;
}
