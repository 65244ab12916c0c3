import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { redact } from '../../../src/model/redact.js';

describe('redaction', () => {
  it.each<[string, string, string]>([
    ['an AWS key', 'key AKIAIOSFODNN7EXAMPLE used', 'AKIAIOSFODNN7EXAMPLE'],
    [
      'a secret key',
      'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY is it',
      'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    ],
    ['a JWT', 'got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl!', 'eyJzdWIiOiIxMjM0In0'],
    ['a GitHub token', 'ghp_0123456789abcdefghijABCDEFGHIJ012345', 'ghp_0123456789'],
    ['a bearer token', 'Authorization: Bearer abc.def-ghi_jkl', 'abc.def-ghi_jkl'],
    ['a connection string', 'postgres://app:hunter2@db.internal:5432/x', 'hunter2'],
    ['a password in JSON', '{"password":"hunter 2","x":1}', 'hunter 2'],
    ['a password in an assignment', 'DB_PASSWORD=hunter2 next', 'hunter2'],
    ['a private key', '-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----', 'MIIabc'],
    ['half a private key', 'x -----BEGIN PRIVATE KEY-----\nMIIabc', 'MIIabc'],
    ['a social security number', 'patient 987-65-4321 seen', '987-65-4321'],
    ['an e-mail address', 'mail to jane.doe@example.org now', 'jane.doe@example.org'],
    ['a telephone number', 'call (555) 123-4567', '123-4567'],
    ['another telephone number', 'call +1 555-123-4567', '555-123'],
    ['a medical record number', 'mrn: 00123456', '00123456'],
    ['a date of birth', '"dateOfBirth":"1980-02-29"', '1980-02-29'],
    ['a name with its key', '"patientName": "Jane Doe"', 'Jane Doe'],
    ['an IP address', 'from 203.0.113.7:443', '203.0.113.7'],
    ['an IPv6 address', 'from 2001:db8::8a2e:370:7334 to', '2001:db8::8a2e'],
    ['an address of a street', 'address: "12 Main Street"', '12 Main'],
    ['an address of a street after a loopback one', '"address":"127.0.0.1, 12 Main Street"', '12 Main'],
    ['an IP address with its key', '{"address":"203.0.113.7","port":3001}', '203.0.113.7'],
    ['an IP address that begins as loopback does', '"address":"127.0.0.1.example.org"', 'example.org'],
    ['an IP address that ends as the unspecified one does', 'from 10.0.0.0', '10.0.0.0'],
    ['a loopback address as something else', 'patient: 127.0.0.1', '127.0.0.1'],
    ['a long number', 'card 4111111111111111 ok', '4111111111111111'],
  ])('removes %s', (_, text, secret) => {
    expect(redact(text)).not.toContain(secret);
    expect(redact(text)).toMatch(/\[[a-z ]+\]/);
  });

  it.each([
    'GET /api/v1/version 200 12ms',
    '{"level":"info","msg":"listening","address":"0.0.0.0","family":"IPv4","port":3001}',
    '{"msg":"listening","address":"127.0.0.1"}',
    "listening { address: '::', family: 'IPv6', port: 3001 }",
    'address=127.64.0.3:3001 and 0.0.0.0:3001, 127.0.0.1',
    'address: ::1',
    'Listening on port 3001 with commit 0123456789abcdef0123456789abcdef01234567',
    'sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
    'CannotPullContainerError: pull image manifest has been retried 5 time(s)',
    '2026-11-24T03:05:45.123Z started in 1.25 s',
    '(service api) has begun draining connections on 2 tasks.',
  ])('leaves %j as it is', (text) => {
    expect(redact(text)).toBe(text);
  });

  it('finds a canary wherever it stands', () => {
    const around = fc
      .string({ maxLength: 30 })
      .map((text) => text.replace(/[\w-]$/, ' ').replace(/^[\w-]/, ' '));
    fc.assert(
      fc.property(
        around,
        around,
        (before, after) => !redact(`${before} 987-65-4321 ${after}`).includes('987-65-4321'),
      ),
    );
  });
});
