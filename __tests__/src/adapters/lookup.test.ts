import type { LookupAddress } from 'node:dns';
import { describe, expect, it } from '@jest/globals';
import { guardedLookup } from '../../../src/adapters/lookup.js';

const withFamily = (address: string): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 });

/** What a lookup gives for a name with these addresses. */
const lookUp = (...addresses: string[]): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const lookup = guardedLookup(() => Promise.resolve(addresses.map(withFamily)));
    lookup('service.test', {}, (error, found) => {
      if (error) reject(error);
      else resolve(found);
    });
  });

describe('the lookup of a name', () => {
  it.each([
    '169.254.0.0',
    '169.254.169.254',
    '169.254.170.2',
    '169.254.255.255',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:aa02',
    'fe80::1',
    'fe80::1%eth0',
    'febf:ffff::1',
    'fd00:ec2::254',
    'FD00:0EC2:0:0::0254',
    'fd00:ec2::23',
    '100.100.100.200',
    '::ffff:100.100.100.200',
  ])('refuses %s', async (address) => {
    await expect(lookUp(address)).rejects.toMatchObject({
      code: 'FORBIDDEN_ADDRESS',
      message: 'service.test has only link-local or metadata addresses',
    });
  });

  it.each([
    '169.253.255.255',
    '169.255.0.0',
    '10.0.0.1',
    '127.0.0.1',
    '100.100.100.201',
    '::1',
    'fec0::1',
    'fd00:ec2::1',
  ])('allows %s', async (address) => {
    expect(await lookUp(address)).toEqual([withFamily(address)]);
  });

  it('leaves out what it refuses, and keeps the order', async () => {
    expect(await lookUp('fe80::1', '10.0.0.2', '169.254.169.254', '10.0.0.1')).toEqual([
      withFamily('10.0.0.2'),
      withFamily('10.0.0.1'),
    ]);
  });
});
