/*
 * Headers that tell what a service is made of. The names are those of the OWASP Secure Headers Project,
 * www-project-secure-headers, ci/headers_remove.json as of 2026-07-19, without `Server`, which is judged by its value, and
 * without those that carry the id of a request or a trace.
 */

const DISCLOSING: ReadonlySet<string> = new Set([
  ...[
    '$wsep',
    'host-header',
    'k-proxy-request',
    'liferay-portal',
    'oraclecommercecloud-version',
    'pega-host',
  ],
  ...['powered-by', 'product', 'sourcemap', 'x-aspnet-version', 'x-aspnetmvc-version', 'x-atmosphere-error'],
  ...['x-atmosphere-first-request', 'x-backside-transport', 'x-beserver', 'x-calculatedbetarget'],
  ...['x-cf-powered-by', 'x-cms', 'x-cocoon-version', 'x-content-encoded-by', 'x-diaginfo'],
  ...['x-dtagentid', 'x-dthealthcheck', 'x-dtinjectedservlet', 'x-envoy-attempt-count'],
  ...['x-envoy-external-address', 'x-envoy-internal', 'x-envoy-original-dst-host'],
  ...['x-envoy-upstream-service-time', 'x-feserver', 'x-framework', 'x-generated-by', 'x-generator'],
  ...[
    'x-gitlab-meta',
    'x-jitsi-release',
    'x-joomla-version',
    'x-kong-admin-latency',
    'x-kong-client-latency',
  ],
  ...[
    'x-kong-proxy-latency',
    'x-kong-response-latency',
    'x-kong-third-party-latency',
    'x-kong-total-latency',
  ],
  ...['x-kong-upstream-latency', 'x-kong-upstream-status', 'x-kubernetes-pf-flowschema-ui'],
  ...['x-kubernetes-pf-prioritylevel-uid', 'x-litespeed-cache', 'x-litespeed-cache-control'],
  ...['x-litespeed-purge', 'x-litespeed-tag', 'x-litespeed-vary', 'x-mod-pagespeed', 'x-nextjs-cache'],
  ...['x-nextjs-matched-path', 'x-nextjs-page', 'x-nextjs-redirect', 'x-old-content-length'],
  ...['x-oneagent-js-injection', 'x-owa-version', 'x-page-speed', 'x-php-version', 'x-powered-by'],
  ...['x-powered-by-plesk', 'x-powered-cms', 'x-redirect-by', 'x-ruxit-js-agent', 'x-server-powered-by'],
  ...['x-sourcefiles', 'x-sourcemap', 'x-turbo-charged-by', 'x-umbraco-version', 'x-varnish-backend'],
  ...['x-varnish-server', 'x-woodpecker-version'],
]);

/** A product's version (RFC 9110, section 10.2.4), or any number with a dot. */
const VERSION = /\/v?\d+(?![\da-z])|\d\.\d/i;
/** What Application Load Balancers say of themselves in their own answers; a service cannot change it. */
const BALANCER = 'awselb/2.0';

/** Names of the headers that disclose technology, in alphabetical order; `server` only with a version. */
export function disclosures(headers: Readonly<Record<string, readonly string[]>>): readonly string[] {
  const versioned = (headers['server'] ?? []).some((value) => value !== BALANCER && VERSION.test(value));
  return Object.keys(headers)
    .filter((name) => (name === 'server' ? versioned : DISCLOSING.has(name)))
    .sort();
}
