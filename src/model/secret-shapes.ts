import { isBase64 } from './character-codes.js';
import { matchEnd } from './value-extent.js';

/*
 * Secrets that their shape tells. Every pattern is linear on any text: it begins at something that cannot overlap with the
 * match before it, its repetitions are over a single class, and what it found is judged afterwards instead of by looking
 * ahead.
 */

/** A key in PEM (RFC 7468): what begins and ends it, and its lines of base64 with their breaks, which may be escaped. */
const [PEM_BEGIN, PEM_END] = ['-----BEGIN ', '-----END '];
const REST_OF_END = /-----END [A-Z\d ]{0,40}(?:-----)?/y;
const PEM_BODY = /[A-Za-z\d+/=\s\\]/;

/**
 * RFC 7519: a header that begins with `{"`, so `eyJ` in base64url, a dot and the rest, 14 characters together. Base64 of
 * any other JSON as well, from 24 characters.
 */
const JSON_IN_BASE64 = /eyJ(?=[\w-]{21}|(?=[\w-]{0,20}\.)[\w.-]{11})[\w-]*(?:\.[\w-]*){0,4}/g;

/** Prefixes that the makers of keys document, each with the fewest characters behind it. */
const KEYS = new RegExp(
  `(?<![A-Za-z\\d])(?:${[
    '(?:AKIA|ASIA|AROA|AIDA|ABIA|ACCA)[A-Z\\d]{12,}',
    '(?:gh[pousr]_|github_pat_)\\w{20,}',
    'gl(?:pat|dt|rt|cbt|ptt|soat|agent|ft|imt)-[\\w.-]{16,}',
    'npm_\\w{30,}',
    'pypi-[\\w-]{16,}',
    'xox[a-z]-[\\w-]{10,}|xapp-[\\w-]{10,}',
    '(?:sk|rk|pk)_(?:live|test)_\\w{10,}|whsec_[\\w+/=]{16,}',
    'AIza[\\w-]{30,}|ya29\\.[\\w-]{16,}|GOCSPX-[\\w-]{16,}',
    '(?:SK|AC)[\\da-f]{32}',
    'SG\\.[\\w-]{16,}\\.[\\w-]{16,}',
    'sk-[\\w-]{20,}',
    '(?:dop|doo|dor)_v1_\\w{32,}|shp(?:at|ca|pa|ss)_\\w{20,}|hf_\\w{30,}|dapi[\\da-f]{32}|hv[sbr]\\.[\\w-]{20,}',
    'dckr_pat_[\\w-]{20,}|NRAK-\\w{20,}|key-[\\da-f]{32}|ATATT3[\\w=-]{20,}|sntrys_[\\w=+/-]{20,}',
  ].join('|')})`,
  'g',
);

/** Microsoft Entra's client secrets, and tokens of Telegram's bots, which begin with nothing of their own. */
const MARKED: readonly (readonly [string, RegExp])[] = [
  ['Q~', /\w{3}[78]Q~[\w.~-]{31,}/g],
  [':AA', /(?<!\d)\d{8,10}:AA[\w-]{30,}/g],
];

const SCHEME = /\b(bearer|basic|digest|negotiate)([ \t]{1,3}|%20|\+)[\w.~+/=-]{8,}/gi;

/** A run of base64. Digests and commits are hexadecimal and stay. */
const LEAST_BASE64 = 40;
const BASE64 = /(?<![A-Za-z\d+/=_-])[A-Za-z\d+/]{40,}={0,2}(?![\w-])/y;
const RUN = /[A-Za-z\d+/]*/y;

/** Options and variables of a command line: `--password x`, `PGPASSWORD x`; a word that says the value: `password is x1`. */
const OPTION =
  /(?<![\w-])(--[a-z-]{0,30}(?:password|passwd|pwd|passphrase|secret|token|(?:api|access|private|secret)-?key|credentials?)[ \t]{1,3})(?!-)(?:"[^"\n]*"?|'[^'\n]*'?|[^\s"']+)/gi;
const VARIABLE =
  /((?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|(?:API|ACCESS|PRIVATE|SECRET)_?KEY)[ \t]{1,3})(?=[^\s]{3})[^\s"',;]+/g;
const SAID = /\b((?:password|passphrase|secret|token|api key|pin) (?:is|was) )(?=\S{0,40}[\d!@#$%^&*])\S+/gi;

/** A text without any of these has nothing that the four patterns above find. */
const SPOKEN = /bearer|basic|digest|negotiate|pass|pwd|secret|token|key|credential|pin/i;

/** The text without secrets that have a shape of their own, or an option of a command line in front of them. */
export function withoutSecretShapes(text: string): string {
  const marked = MARKED.reduce(
    (left, [mark, pattern]) => (left.includes(mark) ? left.replace(pattern, '[secret]') : left),
    withoutKeys(text),
  );
  const spoken = SPOKEN.test(marked)
    ? marked
        .replace(SCHEME, '$1$2[secret]')
        .replace(OPTION, '$1[secret]')
        .replace(VARIABLE, '$1[secret]')
        .replace(SAID, '$1[secret]')
    : marked;
  return withoutBase64(spoken.replace(JSON_IN_BASE64, '[jwt]').replace(KEYS, '[secret]'));
}

/** Takes keys to their end or to that of the text, and of those without a beginning what can belong to them. */
function withoutKeys(text: string): string {
  const parts: string[] = [];
  let kept = 0;
  let [begin, end] = [text.indexOf(PEM_BEGIN), text.indexOf(PEM_END)];
  while (begin >= 0 || end >= 0) {
    const whole = begin >= 0 && (end < 0 || begin < end);
    const start = whole ? begin : bodyStart(text, kept, end);
    parts.push(text.slice(kept, start), '[private key]');
    if (end < 0) return parts.join('');
    kept = matchEnd(REST_OF_END, text, end) ?? end;
    if (begin >= 0 && begin < kept) begin = text.indexOf(PEM_BEGIN, kept);
    end = text.indexOf(PEM_END, kept);
  }
  return parts.join('') + text.slice(kept);
}

function bodyStart(text: string, floor: number, end: number): number {
  let start = end;
  while (start > floor && PEM_BODY.test(text.charAt(start - 1))) start--;
  return start;
}

/** Looks only at every 40th character that is not in a run, as each run has one of those. */
function withoutBase64(text: string): string {
  let [shown, kept] = ['', 0];
  for (let at = LEAST_BASE64 - 1; at < text.length; at += LEAST_BASE64) {
    let start = at + 1;
    while (start > 0 && isBase64(text.charCodeAt(start - 1))) start--;
    at = matchEnd(RUN, text, start) ?? start;
    const end = at - start < LEAST_BASE64 ? undefined : matchEnd(BASE64, text, start);
    if (end === undefined || !isMixed(text.slice(start, end))) continue;
    shown += `${text.slice(kept, start)}[secret]`;
    kept = end;
  }
  return shown + text.slice(kept);
}

function isMixed(run: string): boolean {
  return /[A-Z]/.test(run) && /[a-z]/.test(run) && /[\d+]/.test(run);
}
