import { canary, echoes, type Canary } from '../model/canary.js';
import { unknownFields } from '../model/error-body.js';
import { isObject, parseJson } from '../model/json.js';
import { isJson, mediaType } from '../model/media-type.js';
import type { HttpResponse } from '../world.js';
import { below } from './below.js';
import { finding, type Check, type Question } from './check.js';
import { exposedBy } from './exposure.js';
import type { ErrorFormatSettings } from './settings.js';
import { inFront, showStatus, showType } from './show.js';

/** Characters of a header that is longer than most servers take (RFC 6585, 431). */
const OVERSIZED = 20_000;

/** A request that has to fail, and whether the application itself answers it. */
interface Provocation {
  readonly what: string;
  readonly question: Question;
  /** False: a server below the application may answer, in a format of its own, or take it. */
  readonly strict: boolean;
}

/**
 * Check 9: errors are the client's (4xx), JSON, and tell nothing: no stack trace, no personal data, and not the marker that
 * was sent in path, query, header and body.
 */
export function errorFormat(settings: ErrorFormatSettings, base: URL): Check {
  return async (probe) => {
    const marker = canary(probe.chance);
    const all = provocations(settings, base, marker);
    const wrong = await Promise.all(
      all.map(async ({ what, question, strict }) => {
        const answer = await probe.ask(question);
        return judgeError(answer, settings.fields, marker, strict).map((why) => `${what}: ${why}`);
      }),
    );
    return finding(wrong.flat(), `${String(all.length)} errors were provoked, and none told anything`);
  };
}

function provocations(
  { path, readOnlyPath }: ErrorFormatSettings,
  base: URL,
  { text }: Canary,
): readonly Provocation[] {
  const unknown = below(path, text, base);
  unknown.searchParams.set('q', text);
  const json = { 'content-type': 'application/json' };
  const readOnly = new URL(readOnlyPath, base);
  return [
    {
      what: 'unknown path',
      question: { url: unknown, headers: { 'x-smoke': text } },
      strict: true,
    },
    {
      what: 'malformed JSON',
      question: { method: 'POST', url: new URL(path, base), headers: json, body: `{"q": "${text}` },
      strict: true,
    },
    {
      what: 'wrong method',
      question: { method: 'PUT', url: readOnly, headers: json, body: JSON.stringify({ q: text }) },
      strict: true,
    },
    { what: 'bad id', question: { url: below(path, `';${text}--`, base) }, strict: true },
    {
      what: 'oversized header',
      question: { url: readOnly, headers: { 'x-smoke': text.padEnd(OVERSIZED, 'x') } },
      strict: false,
    },
  ];
}

/** What is wrong with the answer to a provocation. */
export function judgeError(
  answer: HttpResponse,
  fields: readonly string[],
  marker: Canary,
  strict: boolean,
): readonly string[] {
  const { status, headers } = answer;
  const isError = status >= 400 && status < 500;
  const said = [withoutOwnPath(answer.body), ...Object.values(headers).flat()].join('\n');
  return [
    ...(isError || (!strict && status < 400) ? [] : [`${showStatus(answer)}, not 4xx`]),
    ...(isError && strict && inFront(answer) === undefined ? judgeFormat(answer, fields) : []),
    ...(echoes(marker, said) ? ['it gives back what was sent'] : []),
    ...exposedBy(answer),
  ];
}

/** Fields in which an error names the path that was asked (RFC 9457, section 3.1.5; Spring Boot by default). */
const OWN_PATH: readonly string[] = ['path', 'instance', 'url', 'uri'];

/** The body of an error without the fields in which it may give back the path. */
function withoutOwnPath(body: string): string {
  const document = parseJson(body);
  if (!isObject(document)) return body;
  const rest = Object.entries(document).filter(([name]) => !OWN_PATH.includes(name.toLowerCase()));
  return JSON.stringify(Object.fromEntries(rest));
}

function judgeFormat({ headers, body }: HttpResponse, fields: readonly string[]): readonly string[] {
  const type = mediaType(headers['content-type'] ?? []);
  const document = parseJson(body);
  if (!isJson(type) || document === undefined)
    return [`it is no JSON (${type === undefined ? 'no content type' : showType(type)})`];
  const unknown = unknownFields(document, fields);
  return unknown > 0
    ? [`it has ${String(unknown)} fields that no error has (the setting fields allows more)`]
    : [];
}
