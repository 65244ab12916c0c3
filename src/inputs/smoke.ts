import { CHECKS } from '../checks/check.js';
import type { SmokeSettings } from '../checks/settings.js';
import { cleanLine } from '../model/untrusted-text.js';
import { openUrl } from './form.js';
import type { InputReader, InputSource } from './reader.js';
import { checkSkips, NO_FILE, readSettings, type SmokeFile } from './smoke-settings.js';

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

/** Where a person sees which version is live; a query of that path, which may hold a token, is left out. */
export function versionUrl({ baseUrl, settings }: SmokeRequest): string {
  const { origin, pathname } = new URL(settings.version.path, baseUrl);
  return `${origin}${pathname}`;
}

/** Reads the suite of a mode that does more; undefined when it is not run. */
export async function readSmoke(
  source: InputSource,
  baseUrl: 'required' | 'optional',
): Promise<SmokeRequest | undefined> {
  const { read } = source;
  if (!read.flag('smoke', true)) return undefined;
  if (baseUrl === 'optional' && read.text('base-url') === undefined) return undefined;
  return readSuite(source, 'Give the URL where the service answers, or set smoke to false.');
}

/** Reads the suite; `hint` says what to do without a `base-url`. */
export async function readSuite(source: InputSource, hint: string): Promise<SmokeRequest> {
  const { read } = source;
  const baseUrl = readBaseUrl(read, hint);
  const file = await readFile(source);
  if (file) checkSkips(read, file);
  const { secrets } = file ?? NO_FILE;
  const settings = readSettings(read, file ?? NO_FILE, baseUrl);
  if ([...CHECKS, ...settings.custom.map(({ name }) => name)].every((name) => settings.skips.has(name)))
    read.problem('Every smoke check is left out: nothing would be proven.', 'Leave at least one in.');
  return {
    baseUrl,
    timeout: read.duration('smoke-timeout', '30s'),
    failOn: read.choice('fail-on', ['any', 'regression']),
    settings,
    secrets,
  };
}

/** What the file says that `smoke-config` names; undefined when it cannot be read. */
async function readFile({ read, env, files }: InputSource): Promise<SmokeFile | undefined> {
  const path = read.text('smoke-config');
  if (path === undefined) return NO_FILE;
  const text = await files.read(path).catch(() => undefined);
  if (text === undefined) {
    read.problem(
      `The input smoke-config names ${cleanLine(path, 120)}, which is not there or cannot be read.`,
      'Give the path of a file in the workspace; is there a checkout?',
    );
    return undefined;
  }
  // Loaded only here: a YAML parser is large, and most runs need none.
  const { readSmokeFile } = await import('./smoke-file.js');
  return readSmokeFile(path, text, env, read);
}

/** Stands for a base URL that is missing, so that the other inputs are read all the same. */
const NOWHERE = new URL('https://base-url.invalid');

function readBaseUrl(read: InputReader, hint: string): URL {
  const text = read.text('base-url');
  if (text === undefined) {
    read.problem('The input base-url is missing.', hint);
    return NOWHERE;
  }
  const url = openUrl(text, /^https?:\/\/\S+$/i);
  if (!url) {
    read.problem(
      'The input base-url must be a URL such as https://api.example.com, without user name and password.',
    );
  } else if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    read.problem(
      'The input base-url has a path or a query, which no check would ask.',
      'Give the host alone, and the whole path of each route in version-path, health-path and so on.',
    );
  }
  return url ?? NOWHERE;
}
