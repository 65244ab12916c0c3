import { plainItems } from './header-value.js';

/** A policy: the value of each directive by its name in lower case. */
export type Policy = ReadonlyMap<string, readonly string[]>;

/** Who may show a page in a frame. */
export type Framing = 'nobody' | 'same-origin' | 'listed' | 'anybody';

/** From strict to lax. */
const FRAMINGS: readonly Framing[] = ['nobody', 'same-origin', 'listed', 'anybody'];

/** ASCII white space (Infra Standard). */
const SPACE = /[\t\n\f\r ]+/;

/**
 * The policies of all lines of `Content-Security-Policy`, each of which applies (CSP Level 3, "parse a response's
 * Content Security Policies"). One without any directive is none.
 */
export function parseCsp(values: readonly string[]): readonly Policy[] {
  return plainItems(values)
    .map(policyOf)
    .filter(({ size }) => size > 0);
}

/** CSP Level 3, "parse a serialized CSP". */
function policyOf(serialized: string): Policy {
  const policy = new Map<string, readonly string[]>();
  for (const token of (serialized.match(/[^;]+/g) ?? []).filter(isAscii)) {
    const [name, ...value] = token.split(SPACE).filter((word) => word !== '');
    const directive = name?.toLowerCase();
    if (directive !== undefined && !policy.has(directive)) policy.set(directive, value);
  }
  return policy;
}

function isAscii(text: string): boolean {
  return !/[^\0-\x7F]/.test(text);
}

/** Where the sources of script elements, of event handlers and of `eval` stand (CSP Level 3, "get fetch directive fallback list"). */
const ELEMENTS = ['script-src-elem', 'script-src', 'default-src'];
const HANDLERS = ['script-src-attr', 'script-src', 'default-src'];
const EVAL = ['script-src', 'default-src'];

/** `host-source` for every host (CSP Level 3, "Source Lists"). */
const ANY = String.raw`\*(?::(?:\d+|\*))?(?:/|$)`;
/** Sources that are every host of a scheme or more (CSP Level 3, "scheme-part matching"). */
const ANY_HOST: readonly (readonly [string, RegExp])[] = [
  ['*', new RegExp(`^${ANY}`)],
  ['http:', new RegExp(`^(?:${ANY}|(?:http|ws):(?:$|//${ANY}))`)],
  ['https:', new RegExp(`^(?:${ANY}|(?:http|ws)s?:(?:$|//${ANY}))`)],
];

/** Sources that switch `'unsafe-inline'` off (CSP Level 3, "Does a source list allow all inline behavior for type?"). */
const INLINE_OFF = /^'(?:strict-dynamic|(?:nonce|sha256|sha384|sha512)-[a-z\d+/_-]+={0,2})'$/;

/**
 * What makes injected scripts run in spite of the policies. A script has to be allowed by every policy, so that a weakness
 * of one that another does not share is none. Empty when there is none.
 */
export function scriptWeaknesses(policies: readonly Policy[]): readonly string[] {
  if (!policies.some((policy) => sources(policy, ELEMENTS) !== undefined)) return ['no script-src'];
  const everywhere = (names: readonly string[], allows: (list: readonly string[]) => boolean): boolean =>
    policies.every((policy) => allows(sources(policy, names) ?? EVERYTHING));
  const anyHost = ANY_HOST.find(([, pattern]) => everywhere(ELEMENTS, (list) => loads(list, pattern)));
  return [
    ...(everywhere(ELEMENTS, allowsInline) || everywhere(HANDLERS, allowsInline) ? ["'unsafe-inline'"] : []),
    ...(everywhere(EVAL, (list) => list.includes("'unsafe-eval'")) ? ["'unsafe-eval'"] : []),
    ...(anyHost ? [anyHost[0]] : []),
    ...(everywhere(ELEMENTS, (list) => loads(list, /^data:$/)) ? ['data:'] : []),
  ];
}

/** What a policy without any of the directives allows. */
const EVERYTHING: readonly string[] = ["'unsafe-inline'", "'unsafe-eval'", '*', 'data:'];

/** The sources of the first directive that there is, in lower case. */
function sources(policy: Policy, names: readonly string[]): readonly string[] | undefined {
  const name = names.find((directive) => policy.has(directive));
  return name === undefined ? undefined : policy.get(name)?.map((source) => source.toLowerCase());
}

function allowsInline(list: readonly string[]): boolean {
  return list.includes("'unsafe-inline'") && !list.some((source) => INLINE_OFF.test(source));
}

/** Whether scripts load from such a source; next to `'strict-dynamic'` no host or scheme counts (CSP Level 3, "strict-dynamic"). */
function loads(list: readonly string[], pattern: RegExp): boolean {
  return !list.includes("'strict-dynamic'") && list.some((source) => pattern.test(source));
}

/**
 * Who may frame the page by `frame-ancestors`, which does not fall back to `default-src` (CSP Level 3, "frame-ancestors"); undefined
 * when no policy has it. With several policies the strictest counts.
 */
export function framingAllowed(policies: readonly Policy[]): Framing | undefined {
  const framings = policies.flatMap((policy) => {
    const list = sources(policy, ['frame-ancestors']);
    return list === undefined ? [] : [framingOf(list)];
  });
  return FRAMINGS.find((framing) => framings.includes(framing));
}

/** An empty list is the same as `'none'`, which counts for nothing beside others (CSP Level 3, "match URL to source list"). */
function framingOf(list: readonly string[]): Framing {
  if (list.some((source) => ANY_HOST.some(([, pattern]) => pattern.test(source)))) return 'anybody';
  if (list.some((source) => !source.startsWith("'"))) return 'listed';
  return list.includes("'self'") ? 'same-origin' : 'nobody';
}
