/*
 * Removes secrets and personal data from text that came from elsewhere. It errs on the side of removing:
 * a log excerpt with a hole is useful, a leaked health record number is not. Every pattern is linear: no
 * nested repetition, every repetition bounded or over a single class.
 */

interface Rule {
  readonly name: string;
  readonly pattern: RegExp;
  /** What stays in front of the hole, as a replacement pattern. */
  readonly keep?: string;
}

const KEYED_SECRETS =
  'password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|client[_-]?secret|authorization|credential|session|cookie|signature';
const KEYED_PERSONS =
  'ssn|social[_ -]?security(?:[_ -]?number)?|mrn|medical[_ -]?record(?:[_ -]?number)?|patient[_ -]?id|patient[_ -]?name|patient|member[_ -]?id|policy[_ -]?(?:id|no|number)|account[_ -]?(?:id|no|number)|licen[cs]e[_ -]?(?:id|no|number)|first[_ -]?name|last[_ -]?name|full[_ -]?name|dob|birth[_ -]?date|date[_ -]?of[_ -]?birth|street|diagnosis|device[_ -]?id|vin|plate|fax|phone|email';

/** The unspecified address and loopback (RFC 1122, section 3.2.1.3; RFC 4291, section 2.5) are everybody's own. */
const NOBODYS_IPV4 = '(?:0\\.0\\.0\\.0|127(?:\\.\\d{1,3}){3})';
const NOBODYS = `(?:${NOBODYS_IPV4}(?::\\d{1,5})?|::1?)`;
/** Such an address as the whole value, in quotes or as a word. */
const NOBODYS_VALUE = `"${NOBODYS}"|'${NOBODYS}'|${NOBODYS}(?=[\\s,;&"'}\\]]|$)`;

/** A key, then `=` or `:`, then the value up to the end of its quotes, or of its word; values of `kept` stay. */
const keyed = (keys: string, kept = '(?!)'): RegExp =>
  new RegExp(
    `\\b((?:\\w{0,30}[_.-])?(?:${keys}))(["']?\\s{0,3}[:=]\\s{0,3})(?!${kept})(?:"[^"\\n]*"?|'[^'\\n]*'?|[^\\s,;&"'}\\]]+)`,
    'gi',
  );

const RULES: readonly Rule[] = [
  {
    name: 'private key',
    pattern: /-----BEGIN [A-Z0-9 ]{1,40}-----[\s\S]*?(?:-----END [A-Z0-9 ]{1,40}-----|$)/g,
  },
  { name: 'jwt', pattern: /\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?/g },
  { name: 'aws key', pattern: /\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,20}\b/g },
  {
    name: 'token',
    pattern:
      /\b(?:gh[pousr]_\w{20,255}|github_pat_\w{20,255}|xox[abprs]-[\w-]{10,255}|sk_(?:live|test)_\w{10,255}|glpat-[\w-]{20,255}|npm_\w{30,255})/g,
  },
  { name: 'authorization', pattern: /\b(bearer|basic)\s{1,3}[\w.~+/=-]{8,}/gi, keep: '$1 ' },
  {
    name: 'credentials',
    pattern: /\b([a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@:]{0,256}:[^\s/@]{1,256}@/gi,
    keep: '$1',
  },
  { name: 'secret', pattern: keyed(KEYED_SECRETS), keep: '$1$2' },
  { name: 'personal data', pattern: keyed(KEYED_PERSONS), keep: '$1$2' },
  { name: 'personal data', pattern: keyed('address', NOBODYS_VALUE), keep: '$1$2' },
  { name: 'email', pattern: /[\w.%+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g },
  { name: 'ssn', pattern: /\b\d{3}-\d{2}-\d{4}\b/g },
  { name: 'phone', pattern: /(?:\+\d{1,3}[ .-]?)?(?:\(\d{3}\) ?|\b\d{3}[ .-])\d{3}[ .-]\d{4}\b/g },
  { name: 'ip', pattern: new RegExp(`\\b(?!${NOBODYS_IPV4}\\b)(?:\\d{1,3}\\.){3}\\d{1,3}\\b`, 'g') },
  {
    name: 'ip',
    pattern:
      /(?<![\w:])(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}(?![\w:])|(?<![\w:])(?:[0-9a-f]{1,4}:){1,6}:(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,5})?(?![\w:])/gi,
  },
  {
    name: 'secret',
    pattern:
      /(?<![\w/+=-])(?=[A-Za-z0-9/+]{40}(?![\w/+=-]))(?=[^\s]{0,39}\d)(?=[^\s]{0,39}[A-Z])(?=[^\s]{0,39}[a-z])[A-Za-z0-9/+]{40}/g,
  },
  {
    name: 'number',
    pattern: /(?<![\w./-])(?<!\barn:[\w-]{1,12}:[\w-]{0,32}:[\w-]{0,32}:)\d{9,19}(?![\w-]|\.\d)/g,
  },
];

/** The text with every secret and every piece of personal data that it shows replaced by `[name]`. */
export function redact(text: string): string {
  return RULES.reduce(
    (left, { name, pattern, keep }) => left.replace(pattern, `${keep ?? ''}[${name}]`),
    text,
  );
}
