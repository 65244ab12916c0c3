import { expect, it } from '@jest/globals';
import { withoutPersonalAddresses } from '../../../src/model/web-address.js';

it.each([
  ['see https://example.org/jane.', 'see https://example.org/[path].'],
  ['(https://example.org/jane#x)!', '(https://example.org/[path]?[query])!'],
  ['https://example.org/jane?x=1#y, z', 'https://example.org/[path]?[query], z'],
  ['https://example.org?x=1', 'https://example.org?[query]'],
  ['https://example.org/?x', 'https://example.org/?[query]'],
  [
    '"https://example.org/a","https://example.org/b"',
    '"https://example.org/[path]","https://example.org/[path]"',
  ],
  ['https://registry.example.org/v2/api/blobs', 'https://registry.example.org/v2/api/blobs'],
  ['https://registry.example.org/v2/api?x=1', 'https://registry.example.org/v2/api?[query]'],
  ['https://app:pw@example.org/jane', 'https://[credentials]@example.org/[path]'],
  ['https://app:pw@example.org', 'https://[credentials]@example.org'],
  ['postgres://app:p/ss@w0rd@db:5432/x', 'postgres://[credentials]@db:5432/[path]'],
  ['postgres://app:p/ssw0rd@db', 'postgres://[credentials]@db'],
  ['postgres://app:123456/7@db', 'postgres://[credentials]@db'],
  ['https://example.org:8443/a@b', 'https://example.org:8443/[path]'],
  ['https://example.org/a@b', 'https://example.org/[path]'],
  ['https://a@b?c@d', 'https://[credentials]@b?[query]'],
  ['https://@example.org/jane', 'https://[credentials]@example.org/[path]'],
  ['file:///app/dist/main.js:1:2', 'file:///app/dist/main.js:1:2'],
  ['x ://', 'x ://'],
  ['x://..., y', 'x://..., y'],
  ['https://example.org/', 'https://example.org/'],
  ['https://example.org/@jane', 'https://example.org/[path]'],
  ['postgres://app:p/x?@b', 'postgres://app:p/[path]?[query]'],
  ['postgres://app:p/x@b/y@c/z', 'postgres://[credentials]@c/[path]'],
  ['GET /a/b?x=1 200', 'GET /a/b?[query] 200'],
  ['/a?x /b?y', '/a?[query] /b?[query]'],
  ['/a?[query]., x', '/a?[query]., x'],
  ['/a?[query]"', '/a?[query]"'],
  ['/a?[query]x', '/a?[query]'],
  ['/a? x', '/a? x'],
  ['a?b', 'a?b'],
])('%j is shown as %j', (text, shown) => {
  expect(withoutPersonalAddresses(text)).toBe(shown);
});

it.each([
  'localhost',
  'localhost:3001',
  'LOCALHOST',
  '127.0.0.1',
  '127.10.200.3:80',
  '0.0.0.0:3001',
  '[::1]:3001',
  '[::]',
  'ecs.us-east-1.amazonaws.com',
  'ecs.cn-north-1.amazonaws.com.cn',
  'docs.aws.amazon.com',
  'www.amazon.com:443',
  'a-1.b.c.d.e.amazonaws.com',
])('the path below %s is nobody’s', (host) => {
  expect(withoutPersonalAddresses(`http://${host}/a/b`)).toBe(`http://${host}/a/b`);
});

it.each([
  'localhost.example.org',
  'xlocalhost',
  '127.0.0.1.example.org',
  '127.0.0',
  '10.0.0.0',
  '[::2]',
  'amazonaws.com',
  'xamazon.com',
  'amazon.com.example.org',
  'ecs.amazonaws.comx',
  'a_b.amazonaws.com',
  'localhost:x',
  'x.localhost',
  '0.0.0.0:123456',
  'ec2.internal',
])('the path below %s may be somebody’s', (host) => {
  expect(withoutPersonalAddresses(`http://${host}/a/b`)).toBe(`http://${host}/[path]`);
});
