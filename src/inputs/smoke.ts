import type { SmokeSettings } from '../checks/settings.js';
import { openUrl } from './form.js';
import type { InputReader } from './reader.js';
import { NO_FILE, readSettings } from './smoke-settings.js';

/** What the smoke suite is asked to do. */
export interface SmokeRequest {
  readonly baseUrl: URL;
  /** Milliseconds in which answers have to become stable. */
  readonly timeout: number;
  /** Whether a check that failed before as well fails a release. */
  readonly failOn: 'any' | 'regression';
  readonly settings: SmokeSettings;
  /** Values of environment variables in headers and tokens, which no log may show. */
  readonly secrets: readonly string[];
}

/** Reads the suite of a mode that does more; undefined when it is not run. */
export async function readSmoke(
  read: InputReader,
  baseUrl: 'required' | 'optional',
): Promise<SmokeRequest | undefined> {
  if (!read.flag('smoke', true)) return undefined;
  if (baseUrl === 'optional' && read.text('base-url') === undefined) return undefined;
  return readSuite(read, 'Give the URL where the service answers, or set smoke to false.');
}

/** Reads the suite; `hint` says what to do without a `base-url`. */
export function readSuite(read: InputReader, hint: string): Promise<SmokeRequest> {
  const baseUrl = readBaseUrl(read, hint);
  return Promise.resolve({
    baseUrl,
    timeout: read.duration('smoke-timeout', '30s'),
    failOn: read.choice('fail-on', ['any', 'regression']),
    settings: readSettings(read, NO_FILE, baseUrl),
    secrets: [],
  });
}

/** Stands for a base URL that is missing, so that the other inputs are read all the same. */
const NOWHERE = new URL('https://base-url.invalid');

function readBaseUrl(read: InputReader, hint: string): URL {
  const text = read.text('base-url');
  if (text === undefined) {
    read.problem('The input base-url is missing.', hint);
    return NOWHERE;
  }
  const url = openUrl(text, /^https?:$/);
  if (!url) {
    read.problem(
      'The input base-url must be a URL such as https://api.example.com, without user name and password.',
    );
  }
  return url ?? NOWHERE;
}
