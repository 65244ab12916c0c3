import type { webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** A server's certificate with its key, both PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority that lives as long as the process. */
export interface Authority {
  /** Its own certificate, PEM: what a client has to trust. */
  readonly cert: string;
  /** Issues a server certificate; without options one that is good for `localhost` and `127.0.0.1`. */
  issue(wish?: CertificateWish): Promise<Certificate>;
}

/** What a server certificate should be like. */
export interface CertificateWish {
  /** DNS names and IP addresses beside `localhost` and `127.0.0.1`. */
  readonly names?: readonly string[];
  /** `expired` ended yesterday; `wrong-name` is for another host alone. */
  readonly flaw?: 'expired' | 'wrong-name';
}

const DAY = 24 * 60 * 60 * 1000;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** Makes a certificate authority that strict verifiers (RFC 5280) accept, valid for thirty days. */
export async function createAuthority(name = 'Local AWS'): Promise<Authority> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${name} certificate authority`,
    ...validity(false),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return {
    cert: certificate.toString('pem'),
    issue: (wish = {}) => issue({ subject: certificate.subject, keys }, wish),
  };
}

async function issue(
  issuer: { readonly subject: string; readonly keys: webcrypto.CryptoKeyPair },
  { names = [], flaw }: CertificateWish,
): Promise<Certificate> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const subjects = flaw === 'wrong-name' ? ['elsewhere.invalid'] : ['localhost', '127.0.0.1', ...names];
  const certificate = await X509CertificateGenerator.create({
    subject: `CN=${flaw === 'wrong-name' ? 'elsewhere.invalid' : 'localhost'}`,
    issuer: issuer.subject,
    ...validity(flaw === 'expired'),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: issuer.keys.privateKey,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(
        subjects.map((value) => ({ type: isIP(value) ? ('ip' as const) : ('dns' as const), value })),
      ),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(issuer.keys.publicKey),
    ],
  });
  const key = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { cert: certificate.toString('pem'), key: PemConverter.encode(key, 'PRIVATE KEY') };
}

/** Thirty days around now, or thirty days that ended yesterday. */
function validity(expired: boolean): { notBefore: Date; notAfter: Date } {
  const end = Date.now() + (expired ? -DAY : 29 * DAY);
  return { notBefore: new Date(end - 30 * DAY), notAfter: new Date(end) };
}
