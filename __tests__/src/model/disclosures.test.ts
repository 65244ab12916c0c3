import { expect, it } from '@jest/globals';
import { disclosures } from '../../../src/model/disclosures.js';

/** The whole list of the OWASP Secure Headers Project as it is published: ci/headers_remove.json as of 2026-07-19. */
const PUBLISHED = `
  $wsep Host-Header K-Proxy-Request Liferay-Portal OracleCommerceCloud-Version Pega-Host Powered-By Product Server
  SourceMap X-AspNet-Version X-AspNetMvc-Version X-Atmosphere-error X-Atmosphere-first-request
  X-Atmosphere-tracking-id X-B3-ParentSpanId X-B3-Sampled X-B3-SpanId X-B3-TraceId X-BEServer X-Backside-Transport
  X-CF-Powered-By X-CMS X-CalculatedBETarget X-Cocoon-Version X-Content-Encoded-By X-Datadog-Origin
  X-Datadog-Parent-Id X-Datadog-Sampling-Priority X-Datadog-Tags X-Datadog-Trace-Id X-DiagInfo
  X-Envoy-Attempt-Count X-Envoy-External-Address X-Envoy-Internal X-Envoy-Original-Dst-Host
  X-Envoy-Upstream-Service-Time X-FEServer X-Framework X-Generated-By X-Generator X-Gitlab-Meta X-Jitsi-Release
  X-Joomla-Version X-Kong-Admin-Latency X-Kong-Client-Latency X-Kong-Proxy-Latency X-Kong-Request-Id
  X-Kong-Response-Latency X-Kong-Third-Party-Latency X-Kong-Total-Latency X-Kong-Upstream-Latency
  X-Kong-Upstream-Status X-Kubernetes-PF-FlowSchema-UI X-Kubernetes-PF-PriorityLevel-UID X-LiteSpeed-Cache
  X-LiteSpeed-Purge X-LiteSpeed-Tag X-LiteSpeed-Vary X-Litespeed-Cache-Control X-Mod-Pagespeed X-Nextjs-Cache
  X-Nextjs-Matched-Path X-Nextjs-Page X-Nextjs-Redirect X-OWA-Version X-Old-Content-Length X-OneAgent-JS-Injection
  X-Page-Speed X-Php-Version X-Powered-By X-Powered-By-Plesk X-Powered-CMS X-Redirect-By X-Server-Powered-By
  X-SourceFiles X-SourceMap X-Turbo-Charged-By X-Tyk-Trace-Id X-Umbraco-Version X-Varnish-Backend X-Varnish-Server
  X-Woodpecker-Version X-dtAgentId X-dtHealthCheck X-dtInjectedServlet X-ruxit-JS-Agent
`;

/** Of these those that say nothing but which request or trace it is, and the one that is judged by its value. */
const SPARED = /^(?:server|x-(?:b3|datadog|kong-request|tyk-trace|atmosphere-tracking).*)$/;

it('every header that OWASP advises to remove discloses something, apart from ids', () => {
  const names = PUBLISHED.trim().toLowerCase().split(/\s+/);
  const headers = Object.fromEntries(names.map((name) => [name, ['x']]));
  expect(disclosures(headers)).toEqual(names.filter((name) => !SPARED.test(name)).sort());
});

it.each(['Express', ''])('a header that names the framework discloses it, even as %j', (value) => {
  expect(disclosures({ 'x-powered-by': [value], 'x-aspnet-version': ['4.0'], date: ['x'] })).toEqual([
    'x-aspnet-version',
    'x-powered-by',
  ]);
});

it.each([
  'nginx/1.25.3',
  'Apache/2.4.58 (Ubuntu)',
  'Microsoft-IIS/10.0',
  'Kestrel/8',
  'Werkzeug/3.0.1 Python/3.12.1',
  'gunicorn/v21',
  'Jetty(9.4.z-SNAPSHOT 12.0.1)',
  'awselb/2.0 nginx/1.25.3',
])('a server that says %j discloses its version', (server) => {
  expect(disclosures({ server: [server] })).toEqual(['server']);
});

it.each([
  'nginx',
  'awselb/2.0',
  'AmazonS3',
  'CloudFront',
  'cloudflare',
  'Apache',
  'uvicorn',
  'ECS (dcb/7EC7)',
  '',
])('a server that says %j does not', (server) => {
  expect(disclosures({ server: [server] })).toEqual([]);
});

it('the id of a request or a trace is no disclosure', () => {
  expect(
    disclosures({
      'x-b3-traceid': ['1'],
      'x-b3-spanid': ['1'],
      'x-datadog-trace-id': ['1'],
      'x-kong-request-id': ['1'],
      'x-tyk-trace-id': ['1'],
      'x-amzn-trace-id': ['1'],
      'x-request-id': ['1'],
    }),
  ).toEqual([]);
});

it('any line of a header may disclose', () => {
  expect(disclosures({ server: ['nginx', 'PHP/8.3'] })).toEqual(['server']);
});
