import { isObject, parseJson, type Json } from '../model/json.js';
import { valueAt } from '../model/json-path.js';
import { isJson, mediaType } from '../model/media-type.js';
import { cleanLine } from '../model/untrusted-text.js';
import type { HttpResponse } from '../world.js';
import type { Check } from './check.js';
import { converge, type Reading } from './converge.js';
import type { ReadinessSettings } from './settings.js';
import { showStatus, showStatuses } from './show.js';
import { isWanted } from './wanted.js';

/** So many good answers in a row. */
const CONSECUTIVE = 3;

/** Asks a route that says how the service is, until it is well and stays so. */
export function readiness(settings: ReadinessSettings, base: URL): Check {
  const { field, required, status, path } = settings;
  const word = required ? ` and a good ${cleanLine(field.text, 60)}` : '';
  return (probe) =>
    converge(
      {
        question: { url: new URL(path, base) },
        read: (answer) => readReadiness(answer, settings),
        consecutive: CONSECUTIVE,
        expected: `status ${showStatuses(status)}${word}`,
      },
      probe,
    );
}

/** Judges one answer by its status, then by what it says of itself: 200 with `"status": "down"` is not well. */
export function readReadiness(answer: HttpResponse, settings: ReadinessSettings): Reading {
  const status = showStatus(answer);
  const no = (why: string): Reading => ({ right: false, says: `${status}, but ${why}` });
  if (!settings.status.includes(answer.status)) return { right: false, says: status };
  const objection = objectionTo(answer, settings);
  if (objection !== undefined) return no(objection);
  const field = cleanLine(settings.field.text, 60);
  const said = valueAt(parseJson(answer.body), settings.field);
  if (said === undefined) {
    return settings.required ? no(`there is no field ${field}`) : { right: true, says: status };
  }
  const well = settings.values.includes(wordOf(said));
  return well ? { right: true, says: `${status}, ${field} is well` } : no(`${field} is not well`);
}

/** Fields in which a service says by `false` that it is not well. */
const FLAGS: readonly string[] = ['ok', 'healthy', 'success'];
/** Characters of a text that says how the service is and nothing more. */
const SHORT = 200;
const UNWELL =
  /\b(?<!\b(?:no|0) )(?:down|unhealthy|fail(?:ed)?|error|unavailable|not[ _-]?(?:ok|ready|healthy))\b/i;

/** Why an answer is not well whatever its field says; undefined when nothing speaks against it. */
function objectionTo(
  { headers, body }: HttpResponse,
  { contentType }: ReadinessSettings,
): string | undefined {
  const [said = ''] = headers['content-type'] ?? [];
  if (contentType !== undefined && !isWanted(said, contentType)) return 'another content type';
  const type = mediaType(headers['content-type'] ?? []);
  const document = parseJson(body);
  if (document === undefined && body !== '' && isJson(type)) return 'its JSON is broken';
  if (isObject(document)) {
    const flag = FLAGS.find((name) => document[name] === false);
    return flag === undefined ? undefined : `${flag} is false`;
  }
  // An application in the browser answers every path with its one page.
  const page = type === 'text/html' || /^\s*<(?:!doctype|html)\b/i.test(body);
  if (page && contentType === undefined) return 'it is a page, and no content-type is configured';
  return body.length <= SHORT && UNWELL.test(body) ? 'it says itself that it is not well' : undefined;
}

function wordOf(said: Json): string {
  return typeof said === 'string' || typeof said === 'boolean' || typeof said === 'number'
    ? String(said).trim().toLowerCase()
    : '';
}
