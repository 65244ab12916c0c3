import { hostileOrigins, preflightCovers, readCors, type Cors } from '../model/cors.js';
import type { HttpResponse } from '../world.js';
import { finding, type Check, type Probe } from './check.js';
import type { CorsSettings } from './settings.js';
import { showStatus } from './show.js';

/**
 * Check 6: pages of hostile origins may not read answers, and those of the allowed one may (Fetch Standard, "CORS
 * protocol"). Each origin asks as a browser does: a preflight, then the request itself.
 */
export function cors(settings: CorsSettings, base: URL): Check {
  const { origin } = settings;
  return async (probe) => {
    const tricks = hostileOrigins(base, origin, probe.chance(8));
    const hostile = await Promise.all(
      tricks.map(async (one) => ({ ...one, ...(await visit(one.origin, settings, base, probe)) })),
    );
    const wrong = hostile.flatMap(({ kind, origin: from, preflight, answer }) =>
      [preflight, answer].flatMap((one) => judgeHostile(readCors(one.headers), kind, from, settings.open)),
    );
    const good = `${String(hostile.length)} hostile origins may not read answers`;
    if (origin === undefined) {
      return finding([...judgePath(hostile), ...wrong], good, ['no allowed origin was tried']);
    }
    const allowed = await visit(origin, settings, base, probe);
    const everybodys = hostile.every(
      ({ answer }) => readCors(answer.headers).allowOrigin === readCors(allowed.answer.headers).allowOrigin,
    );
    return finding(
      [...judgePath([allowed]), ...wrong, ...judgeAllowed(allowed, settings, origin, everybodys)],
      `${good}, the allowed one may`,
    );
  };
}

/** How a page of some origin is answered. */
export interface Visit {
  readonly preflight: HttpResponse;
  readonly answer: HttpResponse;
}

async function visit(
  origin: string,
  { path, method, headers }: CorsSettings,
  base: URL,
  probe: Probe,
): Promise<Visit> {
  const url = new URL(path, base);
  const asked = {
    origin,
    'access-control-request-method': method,
    ...(headers.length > 0 ? { 'access-control-request-headers': headers.join(',') } : {}),
  };
  const preflight = await probe.ask({ method: 'OPTIONS', url, headers: asked });
  return { preflight, answer: await probe.ask({ url, headers: { origin } }) };
}

/** Where nothing is, nobody says who may read it. */
function judgePath(visits: readonly Visit[]): readonly string[] {
  const missing = visits.every(({ answer }) => answer.status === 404);
  return missing ? ['status 404: nothing is at the path, so that nothing is proven'] : [];
}

/** What is wrong with an answer to a hostile origin: it lets its pages read it. */
export function judgeHostile(said: Cors, kind: string, origin: string, open: boolean): readonly string[] {
  const with_ = said.credentials ? ', with credentials' : '';
  if (said.problem !== undefined) return [`Access-Control-Allow-Origin is invalid: ${said.problem}`];
  if (said.allowOrigin === origin) return [`a page of a ${kind} origin may read answers${with_}`];
  if (said.allowOrigin !== '*' || (open && !said.credentials)) return [];
  const meant = open ? '' : ', and the setting open is false';
  return [`every page may read answers (*${with_})${meant}`];
}

/** What is wrong with the answers to the allowed origin; `everybodys` are the same ones that all origins get. */
export function judgeAllowed(
  { preflight, answer }: Visit,
  { method, headers, open }: CorsSettings,
  origin: string,
  everybodys: boolean,
): readonly string[] {
  const [before, said] = [readCors(preflight.headers), readCors(answer.headers)];
  const allows = (one: Cors): boolean =>
    one.allowOrigin === origin || (one.allowOrigin === '*' && open && !one.credentials);
  const uncovered = preflightCovers(before, method, headers);
  return [
    // The Fetch Standard takes any ok status; a redirect or a login page is none.
    ...([200, 204].includes(preflight.status)
      ? []
      : [`the preflight of the allowed origin: ${showStatus(preflight)}`]),
    ...(allows(before) ? [] : ['the preflight does not allow the allowed origin']),
    ...(uncovered.length > 0 ? [`the preflight does not cover ${uncovered.join(', ')}`] : []),
    ...(allows(said) ? [] : ['pages of the allowed origin may not read answers']),
    ...(said.allowOrigin === undefined || everybodys || said.varyOrigin
      ? []
      : ['the answer depends on the origin, and Vary does not say so']),
  ];
}
