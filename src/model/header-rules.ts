import { listItems, plainItems, QUOTED_STRING, TOKEN } from './header-value.js';

/** Whether browsers keep to the declared content type: only the first item counts (Fetch Standard, "determine nosniff"). */
export function isNosniff(values: readonly string[]): boolean {
  return listItems(values)[0]?.toLowerCase() === 'nosniff';
}

/**
 * What `X-Frame-Options` says, when all its items say the same and browsers know it (HTML Standard, "check a navigation
 * response's adherence to `X-Frame-Options`").
 */
export function framing(values: readonly string[]): 'deny' | 'sameorigin' | undefined {
  const [option, ...others] = new Set(listItems(values).map((item) => item.toLowerCase()));
  if (others.length > 0) return undefined;
  return option === 'deny' || option === 'sameorigin' ? option : undefined;
}

/** Policies that tell other origins, and anybody over plain HTTP, no more than our origin (Referrer Policy, section 3). */
export const SAFE_REFERRER_POLICIES: readonly string[] = [
  'no-referrer',
  'same-origin',
  'strict-origin',
  'strict-origin-when-cross-origin',
];

const REFERRER_POLICIES: readonly string[] = [
  ...SAFE_REFERRER_POLICIES,
  'no-referrer-when-downgrade',
  'origin',
  'origin-when-cross-origin',
  'unsafe-url',
];

/** The policy that counts: the last one that is known (Referrer Policy, "parse a referrer policy from a `Referrer-Policy` header"). */
export function referrerPolicy(values: readonly string[]): string | undefined {
  const policies = plainItems(values).map((item) => item.toLowerCase());
  return policies.findLast((policy) => REFERRER_POLICIES.includes(policy));
}

/** An item of `Cache-Control`, which may be empty (RFC 9111, section 5.2; RFC 9110, section 5.6.1.2). */
const CACHE_DIRECTIVE = new RegExp(`^(?:${TOKEN}(?:=(?:${TOKEN}|${QUOTED_STRING}))?)?$`);

/** Whether nobody may store the answer (RFC 9111, section 5.2.2.5); never true of a `Cache-Control` that breaks the grammar. */
export function isNoStore(values: readonly string[]): boolean {
  const directives = listItems(values);
  return (
    directives.every((directive) => CACHE_DIRECTIVE.test(directive)) &&
    directives.some((directive) => directive.toLowerCase() === 'no-store')
  );
}
