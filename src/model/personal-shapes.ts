/*
 * Identifiers of HIPAA's Safe Harbor (45 CFR 164.514(b)(2)(i)) that their shape tells, or a word in front of them in prose.
 * The patterns are linear as in `secret-shapes.ts`.
 */

interface Rule {
  readonly pattern: RegExp;
  readonly put: string | ((found: string, before: string) => string);
  /** A text without this has nothing to find; it spares most texts the pattern. */
  readonly needs?: RegExp;
}

const DASH = '[-.\\u2010-\\u2015\\u2212]';
const DIGIT = /\d/;
const COLON = 58;

/** The unspecified address and loopback (RFC 1122, section 3.2.1.3) are everybody's own. */
const NOBODYS_IPV4 = /^(?:0\.0\.0\.0|127(?:\.\d{1,3}){3})$/;

/** A letter, a digit or either of them, as CMS's "Medicare Beneficiary Identifier format" allows them. */
const A = '[AC-HJKMNP-RT-Y]';
const AN = '[AC-HJKMNP-RT-Y\\d]';

const MONTH = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}';
const DATE = `(?:\\d{4}[-/]\\d{1,2}[-/]\\d{1,2}|\\d{1,2}[/.-]\\d{1,2}[/.-]\\d{2,4}|(?:19|20)\\d{6}|${MONTH}\\.? \\d{1,2},? \\d{4}|\\d{1,2}\\.? ${MONTH} \\d{4})`;

const STREETS =
  'Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Place|Pl|Terrace|Parkway|Pkwy|Highway|Hwy|Circle';
const STATES =
  'A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]';

/** What a number in prose belongs to, when it has one of these words in front. */
const NUMBERED =
  'ssn|social security|mrn|medical record|health record|chart|patient|member|subscriber|beneficiary|enrollee|policy|account|acct|licen[cs]e|certificate|plate|vin|npi|dea|imei|serial|device|encounter|appointment|visit|claim|medicaid|medicare|phone|telephone|fax|tel|cell|mobile|zip';

/** What stands in a path before the id of a person, or of a record of one. */
const RESOURCES =
  'patients?|members?|subscribers?|clients?|users?|people|persons?|customers?|contacts?|guardians?|appointments?|encounters?|visits?|claims?|charts?|records?|notes?|sessions?|messages?|documents?|prescriptions?|profiles?|accounts?|providers?|invoices?';

const DATABASE: readonly Rule[] = [
  // PostgreSQL's details: `Key (email)=(…) already exists.`, `Failing row contains (…).`
  { pattern: /\)=\([^)\n]*\)?/g, put: ')=([value])', needs: /\)=\(/ },
  { pattern: /(Failing row contains \()[^\n"]*/g, put: '$1[value])', needs: /Failing row/ },
  {
    pattern: /(Duplicate entry )'[^\n"]*?(?:' for key|$)/gm,
    put: "$1'[value]' for key",
    needs: /Duplicate entry/,
  },
  { pattern: /\b(VALUES\s{0,3}\()[^\n"]*/gi, put: '$1[values])', needs: /VALUES/i },
  // HL7 v2.5.1, chapters 2 and 3: segments about the patient and next of kin.
  {
    pattern: /(?<!\w)((?:PID|NK1|GT1|IN[123]|OBX|NTE|DG1|PV1|AL1|MRG)\|)[^\r\n"]*/g,
    put: '$1[personal data]',
    needs: /\|/,
  },
  // FHIR: a whole resource is the patient's.
  {
    pattern: /(\\*"resourceType\\*"\s{0,3}:\s{0,3}\\*"(?:Patient|Person|RelatedPerson)\\*")[^\n]*/g,
    put: '$1[personal data]',
    needs: /resourceType/,
  },
  { pattern: /\b(data:)[\w/+.;=-]*,[^\s"'<>)\\]*/gi, put: '$1[personal data]', needs: /data:/i },
];

const PROSE: readonly Rule[] = [
  {
    pattern: new RegExp(
      `(?<![A-Za-z])((?:${NUMBERED})s?(?:[ _-]?(?:id|identifier|number|no|num|nr)\\b\\.?){0,2}[ #]{1,3}(?:(?:is|was|of|with|in|at) ){0,2})(?=(?:[A-Za-z-]{0,12}[\\d(+.-]{1,12}){1,4})[\\w(+][\\w()+.-]{3,}(?:[ ][\\d-]{3,})*`,
      'gi',
    ),
    put: (found, before) => (/\d.*\d.*\d/.test(found) ? `${before}[personal data]` : found),
    needs: DIGIT,
  },
  {
    pattern: new RegExp(
      `(?<![A-Za-z])((?:born|dob|birth ?date|date of birth|admitted|admission|discharged?|died|deceased|death|appointment|seen)(?: date)?(?: (?:on|at|in|is|was)){0,2}[ :]{1,3})${DATE}`,
      'gi',
    ),
    put: '$1[personal data]',
    needs: DIGIT,
  },
  {
    pattern:
      /(?<![A-Za-z])((?:[Pp]atient|PATIENT|Mr|Mrs|Ms|Miss|Dr|Prof)\.? )(?:[A-Z][\p{L}'’.-]{0,30}(?: (?=[A-Z]))?){1,4}/gu,
    put: '$1[personal data]',
    needs: /[Pp]atient|PATIENT|M(?:r|rs|s|iss)\b|Dr|Prof/,
  },
  {
    pattern: new RegExp(
      `(?<![\\w.-])\\d{1,6} (?:[NSEW]\\.? )?(?:[A-Z][\\w'’-]{0,30} ){1,4}(?:${STREETS})(?![a-z])\\.?`,
      'g',
    ),
    put: '[personal data]',
    needs: DIGIT,
  },
  {
    pattern: new RegExp(`(, ?(?:${STATES}) )\\d{5}(?:-\\d{4})?(?!\\d)`, 'g'),
    put: '$1[personal data]',
    needs: DIGIT,
  },
];

const SHAPES: readonly Rule[] = [
  {
    // RFC 5321, section 4.1.2, with any letters; the part before `@` begins where no other could.
    pattern:
      /(?<![^\s@"'<>()[\]{},;:=/\\|])[^\s@"'<>()[\]{},;:=/\\|]+@(?:[\w\u00a1-\uffff-]{1,63}\.){1,8}[a-z\u00a1-\uffff]{2,24}(?![\w-])/gi,
    put: '[email]',
    needs: /@/,
  },
  { pattern: /(?<![\w.+%-])[\w.+-]+%40[\w-]+(?:\.[\w-]+)+/gi, put: '[email]', needs: /%40/ },
  {
    pattern: new RegExp(`(?<![\\w.-])\\d{3}(?:${DASH}| )\\d{2}(?:${DASH}| )\\d{4}(?![\\w-]|\\.\\d)`, 'g'),
    put: '[ssn]',
    needs: DIGIT,
  },
  {
    pattern: /(?<![\w.-])(?:\d{4}[ -]){3}\d{4}(?![\w-])|(?<![\w.-])3[47]\d{2}[ -]\d{6}[ -]\d{5}(?![\w-])/g,
    put: '[number]',
    needs: DIGIT,
  },
  {
    pattern: new RegExp(
      `(?<![\\w.-])(?:\\+?\\d{1,3}[ .-]?)?(?:\\(\\d{3}\\) ?|\\d{3}${DASH}|\\d{3} )\\d{3}(?:${DASH}| )\\d{4}(?![\\w-]|\\.\\d)`,
      'g',
    ),
    put: '[phone]',
    needs: DIGIT,
  },
  { pattern: /\+[1-9][\d ().-]{5,22}\d(?!\w)/g, put: '[phone]', needs: /\+/ },
  {
    pattern: new RegExp(
      `(?<![\\w+/.-])[1-9]${A}${AN}\\d(?:-${A}${AN}\\d-|${A}${AN}\\d)${A}{2}\\d{2}(?![\\w+/=-])`,
      'g',
    ),
    put: '[personal data]',
    needs: DIGIT,
  },
  // ISO 3779 and 49 CFR 565.15: 17 characters, none of them I, O or Q, the last four digits.
  {
    pattern: /(?<![\w-])[A-HJ-NPR-Z\d]{13}\d{4}(?![\w-])/g,
    put: (found) => (/[A-Z]/.test(found) ? '[personal data]' : found),
    needs: /\d{4}/,
  },
  { pattern: /(?<![\w:.-])[\da-f]{2}(?:[:-][\da-f]{2}){5}(?![\w:-])/gi, put: '[mac]', needs: /[:-]/ },
  {
    pattern: /(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)/g,
    put: (found) => (NOBODYS_IPV4.test(found) ? found : '[ip]'),
    needs: DIGIT,
  },
  { pattern: /\bip-\d{1,3}(?:-\d{1,3}){3}\b/g, put: '[ip]', needs: /ip-\d/ },
  {
    pattern: /(?<![\w:.-])[\da-f]{0,4}::?[\da-f:]{2,45}(?![\w:])/gi,
    put: (found) => (isIpv6(found) ? '[ip]' : found),
    needs: /:/,
  },
  {
    pattern: new RegExp(
      `(/(?:${RESOURCES})/)[^\\d@%/\\s"'?#,;)\\]}<>\\\\]*[\\d@%][^/\\s"'?#,;)\\]}<>\\\\]*`,
      'gi',
    ),
    put: '$1[id]',
    needs: /\//,
  },
  {
    // Neither the account of an ARN, the id of a deployment nor a time since 2017 in (milli-, micro-, nano-) seconds.
    pattern:
      /(?<![\w.-])(?=\d{9})(?<!ecs-svc\/)(?<!\barn:[\w-]{1,12}:[\w-]{0,32}:[\w-]{0,32}:)(?!(?<=(?:time|timestamp|ts|epoch)["'\\]{0,4}\s?[:=]\s?)1[5-9]\d{8}(?:\d{3}){0,3}(?!\d))\d{9,}(?![\w-]|\.(?:\d|dkr\.))/gi,
    put: '[number]',
    needs: /\d{9}/,
  },
];

export const RULES: readonly Rule[] = [...DATABASE, ...PROSE, ...SHAPES];

/** The text without personal data that has a shape of its own or a word of prose in front of it. */
export function withoutPersonalShapes(text: string): string {
  return RULES.reduce(
    (left, { pattern, put, needs }) =>
      needs && !needs.test(left)
        ? left
        : typeof put === 'string'
          ? left.replace(pattern, put)
          : left.replace(pattern, put),
    text,
  );
}

/** RFC 4291, section 2.2: eight groups, or fewer around one `::`; loopback and the unspecified address are nobody's. */
function isIpv6(text: string): boolean {
  let [groups, length, gaps, digits] = [0, 0, 0, 0];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code !== COLON) {
      if (++length === 1) groups++;
      if (length > 4) return false;
      if (code <= 57) digits++;
    } else {
      if (at > 0 && length === 0) gaps++;
      length = 0;
    }
  }
  if (digits === 0 || gaps > 1 || text === '::1') return false;
  return gaps === 1 ? groups < 8 : groups === 8;
}
