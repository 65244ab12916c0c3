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

/** What a browser sends as `Origin` ("Fetch", serialising a request origin). */
export const ORIGIN = fitting(
  /^[a-z][a-z0-9+.-]*:\/\/[a-z0-9.:[\]_-]+$/,
  'an origin such as https://app.example.com, without a path',
);

/** Where plain HTTP is answered. */
export const HTTP_URL: Form<URL> = {
  parse: (text) => openUrl(text, /^http:$/),
  meaning: 'a URL such as http://api.example.com, without user name and password',
};

/** Milliseconds that an answer may take: a request has ten seconds in all. */
export const ANSWER_TIME: Form<number> = {
  parse(text) {
    const [, number, unit] = /^(\d{1,5})(ms|s)$/.exec(text) ?? [];
    const ms = Number(number) * (unit === 's' ? 1_000 : 1);
    return ms >= 1 && ms <= 10_000 ? ms : undefined;
  },
  meaning: 'a time such as 500ms or 2s, at most 10s',
};

/** A URL that holds no credentials. */
export function openUrl(text: string, protocol: RegExp): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url && protocol.test(url.protocol) && !url.username && !url.password ? url : undefined;
}

/** A text of that pattern, as it is. */
export function fitting(pattern: RegExp, meaning: string): Form<string> {
  return { parse: (text) => (pattern.test(text) ? text : undefined), meaning };
}
