import { unknownFields } from '../model/error-body.js';
import { parseJson } from '../model/json.js';
import type { HttpResponse } from '../world.js';
import { finding, type Check } from './check.js';
import { exposedBy } from './exposure.js';
import type { AuthSettings } from './settings.js';
import { showStatus, showStatuses } from './show.js';

/**
 * Check 5: nobody gets at the protected path without credentials, or with wrong ones; with the right ones there is
 * something. Where no path is known the check is skipped.
 */
export function auth(settings: AuthSettings, base: URL): Check {
  const url = new URL(settings.path ?? '/', base);
  return async (probe) => {
    const bearing = (token: string) => probe.ask({ url, headers: { authorization: `Bearer ${token}` } });
    const without = await probe.ask({ url });
    const wrong = await bearing(probe.chance(32));
    const right = settings.token === undefined ? undefined : await bearing(settings.token);
    return finding(
      [
        ...judgeRefusal(without, settings).map((why) => `without credentials: ${why}`),
        ...judgeRefusal(wrong, settings).map((why) => `with a wrong token: ${why}`),
        ...(right && !isSuccess(right) ? [`with the token: ${showStatus(right)}`] : []),
      ],
      `refused without credentials (${showStatus(without)}) and with a wrong token (${showStatus(wrong)})${right ? ', open with the right one' : ''}`,
      without.status === 401 && !without.headers['www-authenticate'] ? ['no WWW-Authenticate'] : [],
    );
  };
}

/** What is wrong with an answer that should be a refusal (RFC 9110, 15.5.2) and show nothing of what it protects. */
export function judgeRefusal(answer: HttpResponse, { status, fields }: AuthSettings): readonly string[] {
  const document = parseJson(answer.body);
  const data = document === undefined ? 0 : unknownFields(document, fields);
  const meaning = isSuccess(answer) ? ', so that anybody is let in' : (MEANING[answer.status] ?? '');
  return [
    ...(status.includes(answer.status)
      ? []
      : [`${showStatus(answer)}${meaning}, not ${showStatuses(status)}`]),
    ...(data > 0
      ? [`the answer has ${String(data)} fields that no error has (the setting fields allows more)`]
      : []),
    ...exposedBy(answer),
  ];
}

const MEANING: Readonly<Partial<Record<number, string>>> = {
  301: ', a redirect',
  302: ', a redirect to a login page perhaps',
  303: ', a redirect to a login page perhaps',
  307: ', a redirect to a login page perhaps',
  404: ', so that the path may be wrong',
};

function isSuccess({ status }: HttpResponse): boolean {
  return status >= 200 && status < 300;
}
