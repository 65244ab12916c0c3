import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Cloud } from '../cloud.js';

/** An hour, as in the addresses that GetDownloadUrlForLayer gives. */
const LIFETIME = 3_600_000;

/** Addresses are good for as long as the process that gave them lives. */
const key = randomBytes(32);

/** An address from which a layer can be had without further credentials, for an hour. */
export function downloadUrl({ clock, ecr }: Cloud, repository: string, digest: string): string {
  const path = `/v2/${repository}/blobs/${digest}`;
  const expires = String(clock.now() + LIFETIME);
  const query = new URLSearchParams({ expires, signature: signatureOf(path, expires) });
  return `${ecr.endpoint ?? `http://${ecr.host}`}${path}?${query.toString()}`;
}

/** Whether an address was given by `downloadUrl` and is still good. */
export function isSignedDownload({ clock }: Cloud, { pathname, searchParams }: URL): boolean {
  const [expires, signature] = [searchParams.get('expires'), searchParams.get('signature')];
  if (expires === null || signature === null || Number(expires) <= clock.now()) return false;
  const [told, real] = [Buffer.from(signature), Buffer.from(signatureOf(pathname, expires))];
  return told.length === real.length && timingSafeEqual(told, real);
}

function signatureOf(path: string, expires: string): string {
  return createHmac('sha256', key).update(`${path}\n${expires}`).digest('hex');
}
