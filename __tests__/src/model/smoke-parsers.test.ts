import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import { canary, echoes } from '../../../src/model/canary.js';
import { hostileOrigins, preflightCovers, readCors } from '../../../src/model/cors.js';
import { framingAllowed, parseCsp, scriptWeaknesses } from '../../../src/model/csp.js';
import { disclosures } from '../../../src/model/disclosures.js';
import { unknownFields } from '../../../src/model/error-body.js';
import { framing, isNoStore, isNosniff, referrerPolicy } from '../../../src/model/header-rules.js';
import { parseHsts } from '../../../src/model/hsts.js';
import { defaultPageIn, leaksIn } from '../../../src/model/leaks.js';
import { isJson, mediaType } from '../../../src/model/media-type.js';
import { nearestRank } from '../../../src/model/percentile.js';
import { personalDataIn } from '../../../src/model/personal-data.js';
import * as csp from './csp-specification.js';
import {
  ALLOWED,
  bodies,
  digits,
  errorFields,
  headerSets,
  LAYERS,
  LEAKS,
  measurements,
  ORIGINS,
  PERSONAL,
  services,
  type Body,
  type HeaderSet,
} from './smoke-arbitraries.js';
import * as specification from './smoke-specifications.js';

/*
 * Random header sets and bodies, 100,000 in CI, each through every parser, against the specifications read a second time.
 * Other ones each time; a failure prints its seed and the smallest set that fails.
 */
/** `EVERY_SCENARIO=1 npm test -- smoke-parsers` tries all of them here. */
const SETS = process.env['EVERY_SCENARIO'] === '1' ? 100_000 : 20_000;
const seed = process.env['SEED'];
const again = seed === undefined ? {} : { seed: Number(seed) };

/** Like `expect(...).toEqual(...)`, and cheap enough for millions of times. */
function same(what: string, actual: unknown, expected: unknown): void {
  if (actual === expected) return;
  const [is, should] = [actual, expected].map((value) => JSON.stringify([value]));
  if (is !== should) throw new Error(`${what} is ${is} and should be ${should}`);
}

function holds(what: string, condition: boolean): void {
  if (!condition) throw new Error(what);
}

/** Headers of a single value. */
function checkSingleHeaders(set: HeaderSet): void {
  const { 'strict-transport-security': hsts, 'x-content-type-options': sniffing } = set;
  same('HSTS', parseHsts(hsts), specification.hsts(hsts));
  same('nosniff', isNosniff(sniffing), specification.nosniff(sniffing));
  same('framing', framing(set['x-frame-options']), specification.frameOptions(set['x-frame-options']));
  same('referrer', referrerPolicy(set['referrer-policy']), specification.referrer(set['referrer-policy']));
  same('no-store', isNoStore(set['cache-control']), specification.noStore(set['cache-control']));
  const type = mediaType(set['content-type']);
  same('media type', type, specification.essence(set['content-type']));
  const suffixed = type?.split('/')[1]?.slice(1).endsWith('+json') ?? false;
  same('JSON', isJson(type), type === 'application/json' || suffixed);
}

const shown = (policies: readonly csp.Directives[]): string =>
  policies.map((policy) => policy.map(([name, value]) => `${name} ${value.join(' ')}`).join(';')).join(',');

function checkCsp(lines: readonly string[]): void {
  const policies = parseCsp(lines);
  same('policies', shown(policies.map((policy) => [...policy])), shown(csp.policies(lines)));
  const weaknesses = scriptWeaknesses(policies);
  const possible = csp.attacks(lines);
  const none = weaknesses.includes('no script-src');
  const foreign = ['*', 'http:', 'https:'].filter((name) => weaknesses.includes(name));
  same("'unsafe-inline'", none || weaknesses.includes("'unsafe-inline'"), possible.inline);
  same("'unsafe-eval'", none || weaknesses.includes("'unsafe-eval'"), possible.eval);
  same('foreign scripts', none || foreign.length === 1, possible.foreign);
  same('data:', none || weaknesses.includes('data:'), possible.data);
  const framers = csp.framers(lines);
  const allowed = framingAllowed(policies);
  same('frame-ancestors', allowed === undefined, framers === undefined);
  if (framers === undefined) return;
  same('framed by anybody', allowed === 'anybody', framers.stranger);
  if (allowed === 'same-origin' || allowed === 'nobody') same('framed by the listed', framers.listed, false);
  if (allowed === 'nobody') same('framed by itself', framers.self, false);
}

const PAGES = [...ORIGINS, 'https://evil.invalid'].map((origin) => ({
  origin,
  plain: { origin, credentials: false, method: 'GET', headerNames: [] },
  trusted: { origin, credentials: true, method: 'GET', headerNames: [] },
}));
const PREFLIGHTS = [true, false].map((credentials) => [
  { origin: '', credentials, method: 'GET', headerNames: [] },
  { origin: '', credentials, method: 'PUT', headerNames: [] },
  { origin: '', credentials, method: 'PATCH', headerNames: ['x-a'] },
  { origin: '', credentials, method: 'POST', headerNames: ['Content-Type', 'Authorization'] },
]);

function checkCors(headers: HeaderSet): void {
  const cors = readCors(headers);
  const { allowOrigin, credentials } = cors;
  for (const { origin, plain, trusted } of PAGES) {
    const allowed = allowOrigin === origin;
    same('CORS check', allowed || allowOrigin === '*', specification.corsCheck(plain, headers));
    same('CORS check with credentials', allowed && credentials, specification.corsCheck(trusted, headers));
  }
  if (allowOrigin !== undefined && allowOrigin !== '*' && allowOrigin !== 'null') {
    same('an origin', specification.isSerializedOrigin(allowOrigin), true);
  }
  const refused = allowOrigin === undefined && headers['access-control-allow-origin'].length > 0;
  same('a problem', cors.problem !== undefined, refused);
  for (const request of PREFLIGHTS[credentials ? 0 : 1]!) {
    const covered = preflightCovers(cors, request.method, request.headerNames).length === 0;
    same('preflight', covered, specification.preflightAllows(request, headers));
  }
}

const textOf = ({ pieces }: Body): string => pieces.map(({ text }) => text).join('\n');

const CANARY = canary((count) => '7'.repeat(count));

function checkBody(body: Body): void {
  const text = textOf(body);
  const leaks = new Set(leaksIn(text).map(({ kind }) => kind));
  const personal = new Set(personalDataIn(text).map(({ kind }) => kind));
  defaultPageIn(text);
  for (const planted of body.pieces) {
    if (planted.leak) holds(`no ${planted.leak}`, leaks.has(planted.leak));
    if (planted.personal) holds(`no ${planted.personal}`, personal.has(planted.personal));
  }
  if (body.harmless) same('what was found', [...leaks, ...personal], []);
  for (const kind of leaks) holds(`${kind} is told`, kind in LEAKS || kind.startsWith('debug page of '));
  for (const kind of personal) holds(`${kind} is told`, kind in PERSONAL);
  same('an echo', echoes(CANARY, text), false);
}

/** A canary in so many layers comes back as an echo, and without any it does not. */
function checkEcho(chance: string, layers: readonly number[], base64: boolean): void {
  const one = canary((count) => chance.slice(0, count));
  const around = chance.slice(0, chance.charCodeAt(0) % 3);
  const inner = base64 ? Buffer.from(`${around}${one.text}`).toString('base64') : one.text;
  // Capitals are another text in base64.
  const chosen = layers.filter((index) => !(base64 && index === 1));
  const wrap = (text: string): string => chosen.reduce((wrapped, index) => LAYERS[index]!(wrapped), text);
  same(`an echo in ${wrap(inner)}`, echoes(one, `${around} ${wrap(inner)}`), true);
  same(`an echo in ${wrap(around)}`, echoes(one, wrap(around)), false);
}

function checkDisclosures(set: HeaderSet): void {
  const names = disclosures(set);
  same('X-Powered-By', names.includes('x-powered-by'), true);
  if (set.server.some((line) => VERSIONED.includes(line))) same('a version', names.includes('server'), true);
  if (set.server.every((line) => BARE.includes(line))) same('a version', names.includes('server'), false);
}

const VERSIONED = ['nginx/1.25.3', 'Apache/2.4.58 (Ubuntu)'];
const BARE = ['nginx', 'awselb/2.0', ''];

function checkHostileOrigins([target, allowed]: readonly [string, string | undefined], chance: string): void {
  const url = new URL(target);
  const origins = hostileOrigins(url, allowed, chance).map(({ origin }) => origin);
  same('a foreign origin', origins[0], `https://${chance}.invalid`);
  same('origins that come twice', origins.length, new Set(origins).size);
  for (const origin of origins) {
    holds(`${origin} is no hostile origin`, origin !== allowed && origin !== url.origin);
    holds(`${origin} is no origin`, origin === 'null' || specification.isSerializedOrigin(origin));
  }
}

/** Nearest rank by its definition: the smallest sample that so many percent of all do not exceed. */
function checkPercentile([samples, percent]: readonly [readonly number[], number]): void {
  const enough = samples.filter(
    (sample) => samples.filter((other) => other <= sample).length * 100 >= percent * samples.length,
  );
  same('a percentile', nearestRank(samples, percent), enough.length === 0 ? undefined : Math.min(...enough));
}

function checkErrorFields([tolerated, strange]: readonly [readonly string[], readonly string[]]): void {
  const document = Object.fromEntries([...tolerated, ...strange].map((name) => [name, 0]));
  same('unknown fields', unknownFields(document, ALLOWED), strange.length);
}

describe('the parsers of the smoke suite (the same again: SEED=… npm test -- smoke-parsers)', () => {
  it(`agree with their specifications on ${String(SETS)} header sets and bodies`, () => {
    fc.assert(
      fc.property(headerSets, bodies, (set, body) => {
        checkSingleHeaders(set);
        checkCsp(set['content-security-policy']);
        checkCors(set);
        checkDisclosures(set);
        checkBody(body);
      }),
      { numRuns: SETS, ...again },
    );
  }, 240_000);

  it('find a canary in whatever it comes back', () => {
    const layers = fc.array(fc.nat(LAYERS.length - 1), { maxLength: 3 });
    fc.assert(fc.property(digits, layers, fc.boolean(), checkEcho), { numRuns: 3_000, ...again });
  });

  it('make up only origins that are neither allowed nor our own', () => {
    fc.assert(fc.property(services, digits, checkHostileOrigins), { numRuns: 2_000, ...again });
  });

  it('take percentiles as they are defined', () => {
    fc.assert(fc.property(measurements, checkPercentile), { numRuns: 5_000, ...again });
  });

  it('count the fields that errors do not have', () => {
    fc.assert(fc.property(errorFields, checkErrorFields), { numRuns: 2_000, ...again });
  });
});
