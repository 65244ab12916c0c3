import type { Wanted } from '../checks/settings.js';
import { isOrigin } from '../model/cors.js';
import { parseJsonPath, type JsonPath } from '../model/json-path.js';
import { cleanLine } from '../model/untrusted-text.js';

/** A form that a text has to have, in an input as in the file of the smoke suite. */
export interface Form<Value> {
  /** What the text says; undefined when it does not have the form. */
  readonly parse: (text: string) => Value | undefined;
  /** Completes "must be …". */
  readonly meaning: string;
}

/** A path below the base URL. Browsers and Node read `\` as `/`, so that `/\host` would be another host. */
export const PATH = fitting(
  /^\/(?![/\\])[^\s\\#]*$/,
  'a path that starts with one "/", without spaces, "\\" and "#"',
);

/** What a browser sends as `Origin`. */
export const ORIGIN: Form<string> = {
  parse: (text) => (isOrigin(text) ? text : undefined),
  meaning:
    'an origin such as https://app.example.com, as browsers send it: in lower case, without a path, a slash at the end and the default port',
};

/** Where plain HTTP is answered. */
export const HTTP_URL: Form<URL> = {
  parse: (text) => openUrl(text, /^http:\/\/\S+$/i),
  meaning: 'a URL such as http://api.example.com, without user name and password',
};

/** Where a browser goes. */
export const WEB_URL: Form<URL> = {
  parse: (text) => openUrl(text, /^https?:\/\/\S+$/i),
  meaning: 'a URL such as https://app.example.com, without user name and password',
};

/** "Managing environments for deployment": names have at most 255 characters. */
export const ENVIRONMENT: Form<string> = {
  parse: (text) => (text.length <= 255 && cleanLine(text) === text ? text : undefined),
  meaning: 'a name in one line of at most 255 characters',
};

/** Milliseconds that an answer may take: a request has ten seconds in all. */
export const ANSWER_TIME: Form<number> = {
  parse(text) {
    const [, number, unit] = /^([1-9]\d{0,4})(ms|s)$/.exec(text) ?? [];
    const ms = Number(number) * (unit === 's' ? 1_000 : 1);
    return ms <= 10_000 ? ms : undefined;
  },
  meaning: 'a time such as 500ms or 2s, at most 10s',
};

const IN_QUOTES = '(in quotes where it could be a number, true, false or null)';

/** Any text but none. */
export const TEXT = fitting(/\S/, `text ${IN_QUOTES}`);

/** What a check is called in one line. */
export const NAME: Form<string> = {
  parse: (text) => (text !== '' && text.length <= 60 && cleanLine(text) === text ? text : undefined),
  meaning: `a name in one line of at most 60 characters ${IN_QUOTES}`,
};

/** The way to one value in a JSON answer. */
export const FIELD: Form<JsonPath> = {
  parse: parseJsonPath,
  meaning: 'the path of one JSON value, such as status or $.checks.database',
};

/** A method that a smoke check may use. */
export const METHOD = fitting(
  /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$/,
  'GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS',
);

/** The name of a header, in lower case. */
export const HEADER: Form<string> = {
  parse: (text) => (/^[A-Za-z0-9][\w-]{0,99}$/.test(text) ? text.toLowerCase() : undefined),
  meaning: 'the name of a header',
};

/** A regular expression between slashes, with flags. */
export const PATTERN: Form<RegExp> = {
  parse(text) {
    const [, source, flags] = BETWEEN_SLASHES.exec(text) ?? [];
    try {
      return source === undefined || !/^[imsu]*$/.test(flags ?? '') ? undefined : new RegExp(source, flags);
    } catch {
      return undefined;
    }
  },
  meaning: 'a regular expression between slashes, which may be followed by the flags i, m, s and u',
};

/** A text, or between slashes a regular expression. */
export const WANTED: Form<Wanted> = {
  parse: (text) => (BETWEEN_SLASHES.test(text) ? PATTERN.parse(text) : TEXT.parse(text)),
  meaning: `text, or ${PATTERN.meaning}`,
};

const BETWEEN_SLASHES = /^\/(.+)\/([dgimsuvy]*)$/s;

/** A URL of that pattern that holds no credentials. */
export function openUrl(text: string, pattern: RegExp): URL | undefined {
  const url = pattern.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  return url && !url.username && !url.password ? url : undefined;
}

/** A text of that pattern, as it is. */
export function fitting(pattern: RegExp, meaning: string): Form<string> {
  return { parse: (text) => (pattern.test(text) ? text : undefined), meaning };
}
