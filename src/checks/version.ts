import { parseJson } from '../model/json.js';
import { valueAt } from '../model/json-path.js';
import { cleanLine } from '../model/untrusted-text.js';
import type { HttpResponse } from '../world.js';
import { finding, type Check } from './check.js';
import { converge, type Reading } from './converge.js';
import type { VersionSettings } from './settings.js';
import { showStatus } from './show.js';

/** Which commit the version check expects, and how often. */
export interface ExpectedVersion {
  /** A whole commit SHA; absent: any commit will do. */
  readonly commit: string | undefined;
  readonly consecutive: number;
}

/** Check 1: the service says which commit it is, several times in a row. */
export function version(
  settings: VersionSettings,
  { commit, consecutive }: ExpectedVersion,
  base: URL,
): Check {
  return async (probe) => {
    const found = await converge(
      {
        question: { url: new URL(settings.path, base) },
        read: (answer) => readVersion(answer, settings, commit),
        consecutive,
        expected: commit === undefined ? 'a commit' : `commit ${commit.slice(0, 12)}`,
      },
      probe,
    );
    return commit === undefined && found.ok ? finding([], found.detail, ['any commit would do']) : found;
  };
}

/** The commit that an answer of the version route says, in lower case; undefined when it says none. */
export function commitSaid(answer: HttpResponse, { field }: VersionSettings): string | undefined {
  const said = answer.status === 200 ? valueAt(parseJson(answer.body), field) : undefined;
  return typeof said === 'string' && isCommit(said, undefined) ? said.toLowerCase() : undefined;
}

/** Judges one answer: status 200, a JSON document, and in its field a commit that fits the expected one. */
function readVersion(
  answer: HttpResponse,
  { field }: VersionSettings,
  expected: string | undefined,
): Reading {
  const no = (says: string): Reading => ({ right: false, says });
  if (answer.status !== 200) return no(showStatus(answer));
  const document = parseJson(answer.body);
  if (document === undefined) return no('status 200, but no JSON');
  const said = valueAt(document, field);
  if (typeof said !== 'string')
    return no(`status 200, but no text in the field ${cleanLine(field.text, 60)}`);
  return {
    right: isCommit(said, expected),
    says: /^[0-9a-f]{7,64}$/i.test(said) ? `commit ${said.slice(0, 12)}` : namelessVersion(said),
  };
}

/** The usual words of a build that was not told its commit; anything else is not ours to show. */
function namelessVersion(said: string): string {
  return /^(|unknown|dev|development|local|latest|HEAD|null|undefined)$/i.test(said)
    ? `"${said}"`
    : 'a text that is no commit';
}

/** Hexadecimal digits of a whole SHA-1. */
const WHOLE = 40;

/**
 * Whether a text names the expected commit: all of it, or at least seven hexadecimal digits of its beginning; one that is
 * itself only the beginning of a commit is met by what goes on from there. Without an expectation any commit will do;
 * `unknown` and `dev` never are one. A dirty build is only named in full: its commit alone is another build.
 */
export function isCommit(said: string, expected: string | undefined): boolean {
  const [text, wanted] = [said.toLowerCase(), expected?.toLowerCase()];
  if (!/^[0-9a-f]{7,64}(-dirty-[0-9a-f]+)?$/.test(text)) return false;
  if (wanted === undefined || text === wanted) return true;
  if (text.includes('-') || !/^[0-9a-f]{7,64}$/.test(wanted)) return false;
  return wanted.startsWith(text) || (wanted.length < WHOLE && text.startsWith(wanted));
}
