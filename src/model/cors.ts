import { isToken, plainItems } from './header-value.js';

/** What an answer allows to pages of other origins. */
export interface Cors {
  /** `*`, `null` or an origin; undefined when there is none or when browsers refuse it. */
  readonly allowOrigin: string | undefined;
  /** Why browsers refuse `Access-Control-Allow-Origin`. */
  readonly problem: 'several values' | 'not an origin' | undefined;
  readonly credentials: boolean;
  readonly methods: readonly string[];
  /** In lower case. */
  readonly headers: readonly string[];
  /** Whether caches keep the answers to different origins apart. */
  readonly varyOrigin: boolean;
  /** Names of headers, in lower case, that are no list of tokens: browsers then refuse the preflight. */
  readonly unreadable: readonly string[];
}

const METHODS = 'access-control-allow-methods';
const HEADERS = 'access-control-allow-headers';

/** What needs no leave (Fetch Standard, "CORS-safelisted method" and "CORS-safelisted request-header"). */
const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'POST'];
const SAFE_HEADERS: readonly string[] = ['accept', 'accept-language', 'content-language'];

/** Reads the headers of the CORS protocol (Fetch Standard, "CORS check" and "CORS-preflight fetch"). */
export function readCors(headers: Readonly<Record<string, readonly string[]>>): Cors {
  const origins = headers['access-control-allow-origin'] ?? [];
  const problem = problemOf(origins);
  const methods = tokens(headers[METHODS]);
  const names = tokens(headers[HEADERS]);
  return {
    allowOrigin: problem ? undefined : origins[0],
    problem,
    credentials: headers['access-control-allow-credentials']?.join(', ') === 'true',
    methods: methods ?? [],
    headers: names?.map((name) => name.toLowerCase()) ?? [],
    varyOrigin: (tokens(headers['vary']) ?? []).some((name) => /^(?:origin|\*)$/i.test(name)),
    unreadable: [...(methods ? [] : [METHODS]), ...(names ? [] : [HEADERS])],
  };
}

/** The CORS check compares the whole value, so that a list equals no origin. */
function problemOf(origins: readonly string[]): Cors['problem'] {
  const [origin, ...more] = origins;
  if (origin === undefined) return undefined;
  if (more.length > 0 || origin.includes(',')) return 'several values';
  return origin === '*' || origin === 'null' || isOrigin(origin) ? undefined : 'not an origin';
}

/** The items of a list of tokens; undefined when one is none. */
function tokens(values: readonly string[] = []): readonly string[] | undefined {
  const items = plainItems(values);
  return items.every(isToken) ? items : undefined;
}

/**
 * What a preflight does not allow of a request: its method, names of its headers in lower case, and names of headers of the answer that
 * cannot be read. `*` is no wildcard with credentials, and never stands for `Authorization` (Fetch Standard, "CORS-preflight
 * fetch" and "CORS non-wildcard request-header name").
 */
export function preflightCovers(
  { methods, headers, credentials, unreadable }: Cors,
  method: string,
  requestHeaders: readonly string[],
): readonly string[] {
  const wildcard = (list: readonly string[]): boolean => !credentials && list.includes('*');
  const methodCovered = SAFE_METHODS.includes(method) || methods.includes(method) || wildcard(methods);
  const names = requestHeaders.map((name) => name.toLowerCase());
  const missing = names.filter(
    (name) =>
      !SAFE_HEADERS.includes(name) &&
      !headers.includes(name) &&
      !(wildcard(headers) && name !== 'authorization'),
  );
  return [...unreadable, ...(methodCovered ? [] : [method]), ...missing];
}

/** Domains such as co.uk and com.au, below which everybody has one of their own. */
const SHARED_DOMAIN = /\.(?:com?|net?|org?|gov?|edu?|ac)\.[a-z]{2}$/;

/** An origin that no page of ours has, and how it tries to pass for one. */
export interface HostileOrigin {
  readonly kind: string;
  readonly origin: string;
}

/**
 * Origins that should not be allowed: strangers, and such as pass a careless comparison with the allowed origin, or else with the
 * service's own. Neither of the two is among them. `chance` is lower-case letters or digits that nobody can foresee.
 */
export function hostileOrigins(
  target: URL,
  allowed: string | undefined,
  chance: string,
): readonly HostileOrigin[] {
  const base = allowed !== undefined && isOrigin(allowed) ? new URL(allowed) : target;
  const { protocol, hostname, host, port } = base;
  // All that is below a domain may well be allowed: the trick is a domain of another owner that ends alike.
  const owned = hostname.split('.').slice(SHARED_DOMAIN.test(hostname) ? -3 : -2);
  const candidates: readonly HostileOrigin[] = [
    { kind: 'foreign', origin: `https://${chance}.invalid` },
    { kind: 'null', origin: 'null' },
    { kind: 'prefix', origin: `${protocol}//${hostname}.evil-${chance}.invalid` },
    {
      kind: 'suffix',
      origin: `${protocol}//evil${chance}${owned.join('.')}${port === '' ? '' : `:${port}`}`,
    },
    // What a pattern allows in which the dot stands for any character.
    { kind: 'dot', origin: `${protocol}//${host.replace('.', 'x')}` },
    { kind: 'plain http', origin: `http://${host}` },
  ];
  return candidates.filter(
    ({ origin }) =>
      (origin === 'null' || isOrigin(origin)) &&
      origin !== allowed &&
      origin !== base.origin &&
      origin !== target.origin,
  );
}

const LABEL = '[a-z\\d]+(?:-+[a-z\\d]+)*';
/** `serialized-origin` (Fetch Standard, "`Origin` header"). */
const ORIGIN = new RegExp(
  `^[a-z][a-z\\d+.-]*://(?:\\[[\\da-f:]+\\]|${LABEL}(?:\\.${LABEL})*)(?::\\d{1,5})?$`,
);

/** Whether a text is an origin as browsers write it: no path, no default port, no capitals. */
export function isOrigin(text: string): boolean {
  if (!ORIGIN.test(text) || !URL.canParse(text)) return false;
  const { protocol, host } = new URL(text);
  return text === `${protocol}//${host}`;
}
