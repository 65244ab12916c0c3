import { redact } from './redact.js';
import { cleanLine } from './untrusted-text.js';

/** A commit as people read it. */
export interface ListedCommit {
  readonly sha: string;
  /** Login or name, never an e-mail address; redacted, one line. */
  readonly author: string;
  /** First line of the message, redacted. */
  readonly subject: string;
}

/** The commits that a change of the service brings, or takes away when it goes back; newest first. */
export interface ListedCommits {
  readonly direction: 'added' | 'removed';
  /** How many there are; of many only the newest are listed. */
  readonly total: number;
  readonly commits: readonly ListedCommit[];
  readonly source: 'GitHub' | 'git';
}

/** What lies between the live commit and the one that is deployed; `left` is why nobody can tell, in one line. */
export type CommitList = ListedCommits | { readonly left: string };

/** How many commits are listed at most. */
export const MOST_COMMITS = 50;

/** The list of commits from elsewhere, newest first, made safe to be shown. */
export function listCommits(
  direction: ListedCommits['direction'],
  source: ListedCommits['source'],
  { total, commits }: Pick<ListedCommits, 'total' | 'commits'>,
): ListedCommits {
  const shown = commits.slice(0, MOST_COMMITS).map(({ sha, author, subject }) => ({
    sha,
    author: harmless(author, 60),
    subject: harmless(subject.split('\n', 1)[0] ?? '', 120),
  }));
  return { direction, total, commits: shown, source };
}

/** Cleaned first: an invisible character inside a secret would hide it from the redactor. */
function harmless(text: string, max: number): string {
  return cleanLine(redact(cleanLine(text)), max);
}
