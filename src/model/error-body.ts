import { isObject, type Json } from './json.js';

/** Names of fields, without case and separators, that say nothing but what went wrong. */
const USUAL: ReadonlySet<string> = new Set([
  // RFC 9457, section 3.1.
  ...['type', 'title', 'status', 'detail', 'instance'],
  // RFC 6749, section 5.2.
  ...['error', 'errordescription', 'erroruri'],
  // JSON:API, "Document Structure".
  ...['errors', 'meta', 'links', 'jsonapi'],
  // Express, NestJS, Spring Boot, FastAPI, ASP.NET Core, Rails and API Gateway by default.
  ...['code', 'message', 'messages', 'statuscode', 'statustext', 'statusmessage', 'httpstatus', 'timestamp'],
  ...[
    'time',
    'date',
    'path',
    'method',
    'url',
    'uri',
    'details',
    'name',
    'success',
    'ok',
    'reason',
    'description',
  ],
  ...[
    'errorcode',
    'errorid',
    'errortype',
    'errormessage',
    'hint',
    'help',
    'documentation',
    'documentationurl',
  ],
  ...[
    'field',
    'fields',
    'violations',
    'issues',
    'validationerrors',
    'invalidparams',
    'retryable',
    'retryafter',
  ],
  ...['requestid', 'traceid', 'spanid', 'correlationid', 'service', 'version'],
]);

/**
 * How many of an error's top-level fields are neither usual for errors nor allowed, whatever their case and separators. One
 * that is null tells nothing. A document that is no object counts as one.
 */
export function unknownFields(document: Json, allowed: readonly string[]): number {
  if (!isObject(document)) return 1;
  const more = allowed.map(plain);
  const names = Object.keys(document)
    .filter((name) => document[name] !== null)
    .map(plain);
  return names.filter((name) => !USUAL.has(name) && !more.includes(name)).length;
}

function plain(name: string): string {
  return name.replace(/[_-]/g, '').toLowerCase();
}
