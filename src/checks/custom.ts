import { parseJson, type Json } from '../model/json.js';
import { valueAt } from '../model/json-path.js';
import { cleanLine } from '../model/untrusted-text.js';
import type { HttpResponse } from '../world.js';
import { finding, type Check } from './check.js';
import { fits } from './pattern.js';
import type { CustomCheck, JsonExpectation, Wanted } from './settings.js';
import { showStatus, showStatuses } from './show.js';
import { isWanted } from './wanted.js';

/** A check of the user's own: one request, and what its answer has to be. */
export function custom(check: CustomCheck, base: URL): Check {
  const { method, headers, body } = check;
  const question = {
    method,
    url: new URL(check.path, base),
    headers,
    ...(body === undefined ? {} : { body }),
  };
  return async (probe) => {
    const answer = await probe.ask(question, check.status);
    const took = `${String(Math.round(answer.duration))} ms`;
    return finding(judgeCustom(answer, check), `${showStatus(answer)} in ${took}`);
  };
}

/**
 * What in an answer is not as the user wants it; names fields and headers, never their values. Of an answer with another
 * status nothing else is said.
 */
export function judgeCustom(answer: HttpResponse, check: CustomCheck): readonly string[] {
  if (!check.status.includes(answer.status))
    return [`${showStatus(answer)}, not ${showStatuses(check.status)}`];
  const headers = new Map(Object.entries(answer.headers));
  const { json, header, bodyWanted, under } = check;
  return [
    ...judgeJson(parseJson(answer.body), json),
    ...Object.entries(header)
      .filter(([name, wanted]) => !headers.get(name)?.some((value) => isWanted(value, wanted)))
      .map(
        ([name]) =>
          `the header ${cleanLine(name, 80)} is ${headers.has(name) ? 'not as expected' : 'absent'}`,
      ),
    ...(bodyWanted === undefined || contains(answer.body, bodyWanted) ? [] : ['the body is not as expected']),
    ...(under !== undefined && answer.duration >= under
      ? [`it took ${String(Math.round(answer.duration))} ms, not under ${String(under)} ms`]
      : []),
  ];
}

function judgeJson(document: Json | undefined, json: CustomCheck['json']): readonly string[] {
  if (json.length > 0 && document === undefined) return ['the body is no JSON'];
  return json
    .map(({ path, expectation }) => ({ path, expectation, value: valueAt(document, path) }))
    .filter(({ expectation, value }) => !meets(value, expectation))
    .map(
      ({ path, value }) =>
        `${cleanLine(path.text, 80)} is ${value === undefined ? 'absent' : 'not as expected'}`,
    );
}

function contains(body: string, wanted: Wanted): boolean {
  return typeof wanted === 'string' ? body.includes(wanted) : fits(wanted, body);
}

function meets(value: Json | undefined, expectation: JsonExpectation): boolean {
  switch (expectation.kind) {
    case 'equals':
      return value === expectation.value;
    case 'exists':
      return (value !== undefined) === expectation.exists;
    case 'matches':
      return typeof value === 'string' && fits(expectation.pattern, value);
    case 'range':
      return (
        typeof value === 'number' &&
        value >= (expectation.min ?? -Infinity) &&
        value <= (expectation.max ?? Infinity)
      );
  }
}
