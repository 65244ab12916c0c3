import { isJson } from '../model/media-type.js';
import type { HttpResponse } from '../world.js';

/** The status of an answer, and who gave it when that was not the service. */
export function showStatus(answer: HttpResponse): string {
  const other = inFront(answer);
  return `status ${String(answer.status)}${other === undefined ? '' : ` of ${other} itself`}`;
}

/**
 * What in front of the service gave an answer itself; undefined when the service gave it. Cloudflare puts its name on
 * what it passes on as well, so that only its own pages are known for certain.
 */
export function inFront({ headers, body }: HttpResponse): string | undefined {
  const server = headers['server']?.[0]?.toLowerCase() ?? '';
  if (server.startsWith('awselb/')) return 'the load balancer';
  if (server === 'cloudfront') return 'CloudFront';
  return server === 'cloudflare' && CLOUDFLARE.test(body) ? 'Cloudflare' : undefined;
}

const CLOUDFLARE = /<center>cloudflare<\/center>|\bcf-error-|\bCloudflare Ray ID\b|\b_cf_chl_/;

/** What kind of content a media type is, in our words: a header's value is not ours to show. */
export function showType(type: string): string {
  if (isJson(type)) return 'JSON';
  if (type === 'text/html') return 'HTML';
  return type.startsWith('text/') ? 'text' : 'another type';
}

/** Statuses as a person lists them: `200, 204 or 404`. */
export function showStatuses(all: readonly number[]): string {
  const [last, ...rest] = [...all].reverse();
  return rest.length === 0 ? String(last) : `${rest.reverse().join(', ')} or ${String(last)}`;
}
