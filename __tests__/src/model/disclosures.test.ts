import { expect, it } from '@jest/globals';
import { disclosures } from '../../../src/model/disclosures.js';

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
