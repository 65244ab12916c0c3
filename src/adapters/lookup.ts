import type { LookupAddress, LookupAllOptions } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { BlockList, type LookupFunction } from 'node:net';

/** Finds the addresses of a name; rejects with an error that has a `code`, such as `ENOTFOUND`. */
export type Resolve = (name: string, options: LookupAllOptions) => Promise<readonly LookupAddress[]>;

/**
 * What a machine or a task alone is meant to reach: link-local addresses, among them IPv4 metadata of EC2 and
 * ECS; IPv6 metadata of EC2 and of EKS Pod Identity; metadata of Alibaba Cloud. Covers IPv4-mapped IPv6
 * addresses as well (Node "Net", blockList.check).
 */
const FORBIDDEN = new BlockList();
FORBIDDEN.addSubnet('169.254.0.0', 16);
FORBIDDEN.addSubnet('fe80::', 10, 'ipv6');
FORBIDDEN.addAddress('fd00:ec2::254', 'ipv6');
FORBIDDEN.addAddress('fd00:ec2::23', 'ipv6');
FORBIDDEN.addAddress('100.100.100.200');

/**
 * A lookup for `autoSelectFamily`, which asks for all addresses of a name: gives those that may be asked, or fails
 * with `FORBIDDEN_ADDRESS` when there is none. Node does not look up an address that stands in the URL itself.
 */
export function guardedLookup(resolve: Resolve = lookup): LookupFunction {
  return (name, options, done) => {
    resolve(name, { ...options, all: true })
      .then((addresses) => allowed(name, addresses))
      .then(
        (addresses) => done(null, addresses),
        (error: unknown) => done(error as NodeJS.ErrnoException, []),
      );
  };
}

function allowed(name: string, addresses: readonly LookupAddress[]): LookupAddress[] {
  const left = addresses.filter(
    ({ address, family }) => !FORBIDDEN.check(address, family === 6 ? 'ipv6' : 'ipv4'),
  );
  if (left.length > 0) return left;
  throw Object.assign(new Error(`${name} has only link-local or metadata addresses`), {
    code: 'FORBIDDEN_ADDRESS',
  });
}
