import { STATUS_CODES } from 'node:http';
import type { Action, Listener } from '../elbv2/state.js';
import type { TaskResponse } from '../runtime/runtime.js';
import { type RoutedRequest, hostName } from './route.js';

/** The name under which an application load balancer answers for itself. */
const SERVER = 'awselb/2.0';

/** Reasons that the load balancer words otherwise than Node does. */
const TITLES: Readonly<Record<number, string>> = {
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
};

/** The load balancer's own answer, for an error of a target or of the request, in the HTML that it writes. */
export function ownAnswer(status: number, headers: Readonly<Record<string, string>> = {}): TaskResponse {
  const title = `${status} ${TITLES[status] ?? STATUS_CODES[status] ?? ''}`.trim();
  const lines = [
    '<html>',
    `<head><title>${title}</title></head>`,
    '<body>',
    `<center><h1>${title}</h1></center>`,
    '</body>',
    '</html>',
    '',
  ];
  return answer(status, { 'content-type': 'text/html', ...headers }, lines.join('\r\n'));
}

/** The answer of a fixed-response action. */
export function fixedAnswer({ statusCode, contentType, body }: Extract<Action, { type: 'fixed-response' }>) {
  return answer(statusCode, { 'content-type': contentType }, body);
}

/** The answer of a redirect action ("Redirect actions": components that are not given stay as they were). */
export function redirectAnswer(
  action: Extract<Action, { type: 'redirect' }>,
  protocol: Listener['protocol'],
  request: RoutedRequest,
  portOf: (wanted: string, protocol: string) => string,
): TaskResponse {
  const [path, query] = cut(request.path, '?');
  const parts: Readonly<Record<string, string>> = {
    protocol: protocol.toLowerCase(),
    host: hostName(request.host),
    path: path.replace(/^\//, ''),
    query,
  };
  const fill = (template: string): string =>
    template.replace(/#\{(\w+)\}/g, (whole, name: string) => parts[name] ?? whole);
  const scheme = fill(action.protocol).toLowerCase();
  const port = portOf(action.port, scheme.toUpperCase());
  const asked = fill(action.query ?? '#{query}');
  const location =
    `${scheme}://${fill(action.host ?? '#{host}')}:${port}` +
    `${fill(action.path ?? '/#{path}')}${asked === '' ? '' : `?${asked}`}`;
  return ownAnswer(action.statusCode, { location });
}

function answer(status: number, headers: Readonly<Record<string, string>>, text: string): TaskResponse {
  const body = Buffer.from(text);
  return { status, headers: { server: SERVER, ...headers, 'content-length': String(body.length) }, body };
}

function cut(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
