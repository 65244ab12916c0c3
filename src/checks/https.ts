import { parseHsts } from '../model/hsts.js';
import { redact } from '../model/redact.js';
import { cleanLine } from '../model/untrusted-text.js';
import type { HttpResponse } from '../world.js';
import { Fault, finding, Unanswered, type Check, type Finding, type Probe } from './check.js';
import type { HttpsSettings } from './settings.js';
import { showStatus } from './show.js';

const MAX_HOPS = 5;
const DAY = 24 * 60 * 60 * 1_000;
/** Everything before it is deprecated (RFC 8996). */
const PROTOCOLS: readonly string[] = ['TLSv1.2', 'TLSv1.3'];
/** Nothing listens for plain HTTP, or nothing gets through to it. */
const CLOSED: readonly string[] = [
  'ECONNREFUSED',
  'CONNECT_TIMEOUT',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
];
/** What may pass, and closes it only when it stays so. */
const CUT = 'ECONNRESET';
/** Plain HTTP as such is refused: what CloudFront answers where it takes only HTTPS, and RFC 9110, 15.5.22. */
const REFUSALS: readonly number[] = [403, 426];
const BACK = 'HTTPS leads back to plain HTTP';

/**
 * Check 4: nobody gets the service without TLS. Plain HTTP is closed, or leads straight to the same path over HTTPS; the
 * chain and the name of the certificate are verified by every request.
 */
export function https({ path, httpUrl, minDays }: HttpsSettings, base: URL): Check {
  return async (probe) => {
    if (base.protocol !== 'https:') return finding(['base-url is plain HTTP'], '');
    const url = new URL(path, base);
    const secure = await probe.ask({ url });
    const tls = judgeTls(secure, minDays, probe.clock.now());
    const back = locationOf(secure, url)?.protocol === 'http:' ? [BACK] : [];
    const wrong = [...tls.wrong, ...back];
    if (!httpUrl) {
      const why = 'the redirect was not looked at: base-url has a port of its own, and http-url is not given';
      return finding(wrong, tls.good, [why]);
    }
    const plain = await plainHttp(new URL(path, httpUrl), base, probe);
    return finding([...wrong, ...plain.wrong], `${tls.good}, ${plain.good}`, plain.noted);
  };
}

interface Part {
  readonly wrong: readonly string[];
  readonly good: string;
}

/** Judges protocol, certificate and HSTS of an answer over HTTPS at a moment in milliseconds since the epoch. */
export function judgeTls({ tls, headers }: HttpResponse, minDays: number, now: number): Part {
  const protocol = tls?.protocol ?? 'no TLS';
  const days = Math.floor(((tls?.expiresAt ?? now) - now) / DAY);
  const hsts = parseHsts(headers['strict-transport-security'] ?? []);
  const wrong = [
    ...(PROTOCOLS.includes(protocol) ? [] : [`${protocol} was agreed on`]),
    ...(days >= minDays
      ? []
      : [`the certificate expires in ${String(days)} days, below the ${String(minDays)} wanted`]),
    ...(hsts && hsts.maxAge > 0 ? [] : ['there is no valid Strict-Transport-Security']),
  ];
  return { wrong, good: `${protocol}, certificate good for ${String(days)} days` };
}

/** Judges how plain HTTP is answered; `noted` is worth knowing and no failure. */
async function plainHttp(
  url: URL,
  base: URL,
  probe: Probe,
): Promise<Part & { readonly noted: readonly string[] }> {
  const asked = new URL(`${url.pathname}?smoke=${probe.chance(8)}`, url);
  const answer = await probe.settle({ url: asked }, CLOSED);
  if (answer instanceof Fault) {
    if (![...CLOSED, CUT].includes(answer.code)) throw new Unanswered(answer);
    return { wrong: [], good: 'plain HTTP is closed', noted: [] };
  }
  const written = await probe.ask({ method: 'POST', url, body: '' });
  const taken = written.status >= 200 && written.status < 300 ? ['plain HTTP takes a POST'] : [];
  const status = String(answer.status);
  if (REFUSALS.includes(answer.status)) {
    return { wrong: taken, good: 'plain HTTP is closed', noted: [`it answers ${status}, not a redirect`] };
  }
  const next = judgeRedirect(answer, asked, base);
  if (typeof next === 'string') return { wrong: [next, ...taken], good: '', noted: [] };
  const end = await follow(next, probe);
  return {
    wrong: [...(end.ok ? [] : [end.detail]), ...taken],
    good: `plain HTTP leads to HTTPS with ${status}`,
    noted: [301, 308].includes(answer.status) ? [] : ['the redirect is not a permanent one'],
  };
}

/** Where a redirect of plain HTTP leads, or what is wrong with it: it has to change the scheme and nothing else. */
export function judgeRedirect(answer: HttpResponse, asked: URL, base: URL): URL | string {
  const location = locationOf(answer, asked);
  if (![301, 302, 307, 308].includes(answer.status) || !location) {
    return `plain HTTP is answered with ${showStatus(answer)}, not with a redirect`;
  }
  if (location.protocol !== 'https:') return 'plain HTTP leads to plain HTTP first';
  if (![asked.hostname, base.hostname].includes(location.hostname))
    return `plain HTTP leads to another host, ${hostOf(location)}`;
  if (!['', base.port].includes(location.port)) return 'plain HTTP leads to another port';
  if (location.pathname !== asked.pathname || location.search !== asked.search) {
    return 'the redirect of plain HTTP loses path or query';
  }
  return location;
}

/** Follows the redirects of HTTPS itself: no way back to HTTP, no other host, no loop. */
async function follow(start: URL, probe: Probe): Promise<Finding> {
  let url = start;
  for (let hops = 1; hops < MAX_HOPS; hops++) {
    const location = locationOf(await probe.ask({ url }), url);
    if (!location) return { ok: true, detail: '' };
    if (location.protocol !== 'https:') return { ok: false, detail: BACK };
    if (location.hostname !== url.hostname) {
      return { ok: false, detail: `HTTPS leads to another host, ${hostOf(location)}` };
    }
    url = location;
  }
  return { ok: false, detail: `the redirects do not end after ${String(MAX_HOPS)}` };
}

/** The host of a URL in one safe line; the rest of a redirect may hold anything. */
export function hostOf({ host }: URL): string {
  return cleanLine(redact(host), 80);
}

/** Where an answer redirects to; undefined when it does not, or to nothing that is a URL. */
export function locationOf({ status, headers }: HttpResponse, asked: URL): URL | undefined {
  const location = status >= 300 && status < 400 ? headers['location']?.[0] : undefined;
  return location !== undefined && URL.canParse(location, asked.href) ? new URL(location, asked) : undefined;
}
