import { framingAllowed, parseCsp, scriptWeaknesses, type Policy } from '../model/csp.js';
import { disclosures } from '../model/disclosures.js';
import {
  framing,
  isNoStore,
  isNosniff,
  referrerPolicy,
  SAFE_REFERRER_POLICIES,
} from '../model/header-rules.js';
import { parseHsts } from '../model/hsts.js';
import type { HttpResponse } from '../world.js';
import { below } from './below.js';
import { finding, type Check } from './check.js';
import type { SecurityHeadersSettings } from './settings.js';
import { showStatus } from './show.js';

/**
 * Check 7: the headers that keep browsers from harm are there, by meaning, on good answers and on errors alike, and none
 * discloses what the service is made of (OWASP REST Security Cheat Sheet, "Security Headers").
 */
export function securityHeaders(settings: SecurityHeadersSettings, base: URL): Check {
  const { path, protectedPath } = settings;
  return async (probe) => {
    const urls = [
      new URL(path, base),
      ...(protectedPath === undefined ? [] : [new URL(protectedPath, base)]),
      below(path, probe.chance(12), base),
    ];
    const answers = await Promise.all(urls.map((url) => probe.ask({ url })));
    const secure = base.protocol === 'https:';
    const wrong = together(
      answers.map((answer) => ({ status: answer.status, phrases: judgeHeaders(answer, settings, secure) })),
    );
    const [good] = answers;
    const none = good && good.status >= 300 ? [`${showStatus(good)} where a good answer was looked for`] : [];
    return finding(
      [...none, ...wrong],
      `all there on ${answers.map(({ status }) => String(status)).join(', ')}`,
    );
  };
}

/** What is wrong with the headers of one answer. */
export function judgeHeaders(
  { status, headers }: HttpResponse,
  { hstsMinAge, optional }: SecurityHeadersSettings,
  secure: boolean,
): readonly string[] {
  const values = (name: string): readonly string[] => headers[name] ?? [];
  const wanted = (name: string): boolean => values(name).length > 0 || !optional.includes(name);
  const hsts = parseHsts(values('strict-transport-security'));
  const policies = parseCsp(values('content-security-policy'));
  const referrer = referrerPolicy(values('referrer-policy'));
  const framed =
    framing(values('x-frame-options')) === undefined && !framingLimited(framingAllowed(policies));
  const rules: readonly (readonly [boolean, string])[] = [
    [
      secure && wanted('strict-transport-security') && !(hsts && hsts.maxAge >= hstsMinAge),
      `Strict-Transport-Security is ${hsts ? 'too short' : 'absent or invalid'}`,
    ],
    [
      wanted('x-content-type-options') && !isNosniff(values('x-content-type-options')),
      'X-Content-Type-Options is not nosniff',
    ],
    [
      wanted('x-frame-options') && framed,
      'neither X-Frame-Options nor frame-ancestors keeps other pages from framing it',
    ],
    [
      wanted('referrer-policy') && !SAFE_REFERRER_POLICIES.includes(referrer ?? ''),
      'Referrer-Policy is absent or not a safe one',
    ],
    [
      status >= 400 && wanted('cache-control') && !isNoStore(values('cache-control')),
      'Cache-Control of an error is not no-store',
    ],
  ];
  return [
    ...rules.filter(([broken]) => broken).map(([, phrase]) => phrase),
    ...weaknesses(policies).map((weakness) => `Content-Security-Policy has ${weakness} for scripts`),
    ...disclosures(headers)
      .filter((name) => !optional.includes(name))
      .map((name) => `${name} discloses what the service is made of (the setting optional allows it)`),
  ];
}

const SCRIPTS: readonly string[] = ['default-src', 'script-src', 'script-src-elem', 'script-src-attr'];

/** A policy may be about other things than scripts, such as who may frame an API (`frame-ancestors` alone). */
function weaknesses(policies: readonly Policy[]): readonly string[] {
  const about = policies.some((policy) => SCRIPTS.some((directive) => policy.has(directive)));
  return about ? scriptWeaknesses(policies) : [];
}

function framingLimited(allowed: ReturnType<typeof framingAllowed>): boolean {
  return allowed !== undefined && allowed !== 'anybody';
}

interface Judged {
  readonly status: number;
  readonly phrases: readonly string[];
}

/** Each phrase once, with the statuses of the answers that it is about. */
function together(judged: readonly Judged[]): readonly string[] {
  return [...new Set(judged.flatMap(({ phrases }) => phrases))].map((phrase) => {
    const about = judged.filter(({ phrases }) => phrases.includes(phrase));
    return about.length === judged.length
      ? phrase
      : `${phrase} (on ${about.map(({ status }) => String(status)).join(', ')})`;
  });
}
