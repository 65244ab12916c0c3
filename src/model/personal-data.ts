import { withBreaks } from './escaped-text.js';

/*
 * Personal data in an answer: the identifiers of HIPAA's Safe Harbor (45 CFR 164.514(b)(2)) that have a shape, or a name in front of
 * them. What a number without a name could be is left alone: timestamps, UUIDs and digests are full of numbers.
 */

/** Data of one kind, and how often it is there. Values are never told. */
export interface PersonalData {
  readonly kind: string;
  readonly count: number;
}

/** How to find data of one kind. The pattern's group `value`, or else all of it, is what `holds` judges. */
interface Rule {
  readonly kind: string;
  readonly pattern: RegExp;
  readonly holds?: (value: string) => boolean;
}

/** A name, then what parts it from its value in JSON, XML, assignments and prose, then the value and nothing more. */
const named = (names: string, value: string): RegExp =>
  new RegExp(
    `(?:${names})(?:[_ -]?(?:number|num|nr|no|id|value))?["'\\\\ \\t:=#>.]{1,8}(?<value>${value})(?![\\w-])`,
    'gi',
  );

/** 5 to 15 letters and digits, of which one is a digit. */
const IDENTIFIER = '(?=[a-z-]{0,14}\\d)[a-z\\d-]{5,15}';
const MONTH = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}';
const DATE = `\\d{4}-\\d{2}-\\d{2}(?:T[\\d:.]{5,15}Z?)?|\\d{4}/\\d{2}/\\d{2}|\\d{1,2}[/.-]\\d{1,2}[/.-]\\d{2,4}|(?:19|20)\\d{6}|${MONTH}\\.? \\d{1,2},? \\d{4}|\\d{1,2}\\.? ${MONTH} \\d{4}`;

/** A letter, a digit or either of them, as CMS's "Medicare Beneficiary Identifier format" allows them. */
const A = '[AC-HJKMNP-RT-Y]';
const AN = '[AC-HJKMNP-RT-Y\\d]';

const RULES: readonly Rule[] = [
  {
    // Social Security Administration: no area 000, 666 or above 899, no group 00, no serial number 0000.
    kind: 'social security number',
    pattern: /(?<![\w.-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])/g,
  },
  {
    kind: 'social security number',
    pattern: named('ssn|social[_ -]?security', '(?!000|666|9)\\d{3}(?!00)\\d{2}(?!0000)\\d{4}'),
  },
  {
    kind: 'record or member number',
    pattern: named(
      'mrn|medical[_ -]?record|patient[_ -]?id|member[_ -]?id|subscriber[_ -]?id|policy[_ -]?(?:id|number|no)',
      IDENTIFIER,
    ),
  },
  { kind: 'date of birth', pattern: named('dob|birth[_ -]?(?:date|day)|date[_ -]?of[_ -]?birth', DATE) },
  {
    // North American Numbering Plan: neither area nor exchange begins with 0 or 1. Toll-free numbers are no person's.
    kind: 'telephone number',
    pattern:
      /(?<![\w.-])(?:\+?1[ .-])?(?:\((?!8(?:00|33|44|55|66|77|88))[2-9]\d{2}\) ?|(?!8(?:00|33|44|55|66|77|88))[2-9]\d{2}[ .-])[2-9]\d{2}[ .-]\d{4}(?![\w-]|\.\d)/g,
  },
  { kind: 'telephone number', pattern: named('phone|mobile|telefax|fax', '\\+?\\d{7,15}') },
  {
    // 45 CFR 162.406: ten digits, the last of which is the check digit of ISO/IEC 7812 with 80840 in front.
    kind: 'national provider identifier',
    pattern: named('npi|provider[_ -]?id', '[12]\\d{9}'),
    holds: (npi) => passesLuhn(`80840${npi}`),
  },
  {
    kind: 'Medicare beneficiary identifier',
    pattern: new RegExp(
      `(?<![\\w+/.-])[1-9]${A}${AN}\\d(?:-${A}${AN}\\d-|${A}${AN}\\d)${A}{2}\\d{2}(?![\\w+/=-])`,
      'g',
    ),
  },
  { kind: 'FHIR patient', pattern: /\\?"resourceType\\?"\s{0,3}:\s{0,3}\\?"Patient\\?"/g },
  { kind: 'HL7 message', pattern: /(?:^|["'>])(?:MSH\|\^~|PID\|)/gm },
  {
    kind: 'payment card number',
    pattern: /(?<![\w.-])(?:[3-6]\d{3}([ -])\d{4}\1\d{4}\1\d{4}|3[47]\d{2}([ -])\d{6}\2\d{5})(?![\w-])/g,
    holds: passesLuhn,
  },
  {
    kind: 'payment card number',
    pattern: named('card|ccn', '[3-6]\\d{12,18}'),
    holds: passesLuhn,
  },
  {
    // RFC 5321, section 4.1.2; neither `name@1.2.3` nor `logo@2x.png` is one.
    kind: 'e-mail address',
    pattern: /(?<=[\w%+-])@(?!\d{1,9}x?\.)(?:[a-z\d-]{1,63}\.){1,8}[a-z]{2,24}(?![\w-])/gi,
  },
];

/** Whether the last digit is the check digit of the others (ISO/IEC 7812-1, annex B). What is no digit is passed over. */
function passesLuhn(number: string): boolean {
  const digits = Array.from(number.replace(/\D/g, ''), Number).reverse();
  const sum = digits.reduce((total, digit, index) => {
    const weighed = digit * (index % 2 === 0 ? 1 : 2);
    return total + (weighed > 9 ? weighed - 9 : weighed);
  }, 0);
  return sum % 10 === 0;
}

/** How many pieces of personal data a text has, by their kind; empty when it has none. */
export function personalDataIn(text: string): readonly PersonalData[] {
  const broken = withBreaks(text);
  const counts = new Map<string, number>();
  for (const { kind, pattern, holds } of RULES) {
    const values = [...broken.matchAll(pattern)].map((match) => match.groups?.['value'] ?? match[0]);
    const count = holds === undefined ? values.length : values.filter(holds).length;
    if (count > 0) counts.set(kind, (counts.get(kind) ?? 0) + count);
  }
  return [...counts].map(([kind, count]) => ({ kind, count }));
}
