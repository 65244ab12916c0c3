import { parseJson } from '../model/json.js';
import { defaultPageIn, leaksIn } from '../model/leaks.js';
import { isJson, mediaType } from '../model/media-type.js';
import type { HttpResponse } from '../world.js';
import { finding, type Check } from './check.js';
import { textToScan } from './exposure.js';
import { hostOf, locationOf } from './https.js';
import type { RootSettings } from './settings.js';
import { showStatus, showStatuses, showType } from './show.js';

/** Check 10: the root of the service is the service's own: no default page, no listing, no error, no way off the host. */
export function root({ path, status }: RootSettings, base: URL): Check {
  const url = new URL(path, base);
  return async (probe) => {
    const answer = await probe.ask({ url }, status);
    const type = mediaType(answer.headers['content-type'] ?? []);
    return finding(
      judgeRoot(answer, url, status),
      `${showStatus(answer)}${type === undefined ? '' : `, ${showType(type)}`}`,
    );
  };
}

/** No leak here: the page of an application names its own scripts, such as /build/bundle.js. */
const FILE = 'path of a file';

/** What is wrong with the answer of the root. */
export function judgeRoot(answer: HttpResponse, url: URL, status: readonly number[]): readonly string[] {
  const location = locationOf(answer, url);
  const page = defaultPageIn(answer.body);
  const type = mediaType(answer.headers['content-type'] ?? []);
  return [
    ...(status.includes(answer.status) ? [] : [`${showStatus(answer)}, not ${showStatuses(status)}`]),
    ...(answer.status === 200 && answer.body !== '' && type === undefined
      ? ['there is no content type']
      : []),
    ...(answer.body !== '' && isJson(type) && parseJson(answer.body) === undefined
      ? ['it is no JSON, as its content type says']
      : []),
    ...(location && location.hostname !== url.hostname
      ? [`it leads to another host, ${hostOf(location)}`]
      : []),
    ...(location?.protocol === 'http:' && url.protocol === 'https:' ? ['it leads to plain HTTP'] : []),
    ...(page === undefined ? [] : [`it is a default page (${page})`]),
    ...leaksIn(textToScan(answer))
      .filter(({ kind }) => kind !== FILE)
      .map(({ kind }) => `it shows ${kind}`),
  ];
}
