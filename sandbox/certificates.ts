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
  /** Days from now for which it stays valid; absent: 29. */
  readonly days?: number;
  /**
   * `expired` ended yesterday; `not-yet-valid` starts tomorrow; `wrong-name` is for another host alone;
   * `self-signed` is signed by its own key instead of the authority's.
   */
  readonly flaw?: 'expired' | 'not-yet-valid' | 'wrong-name' | 'self-signed';
}

const DAY = 24 * 60 * 60 * 1000;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** Makes a certificate authority that strict verifiers (RFC 5280) accept, valid for thirty days. */
export async function createAuthority(name = 'Local AWS'): Promise<Authority> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${name} certificate authority`,
    ...validity({}),
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

/** Who signs a certificate. */
interface Issuer {
  readonly subject: string;
  readonly keys: webcrypto.CryptoKeyPair;
}

async function issue(authority: Issuer, wish: CertificateWish): Promise<Certificate> {
  const { names = [], flaw } = wish;
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const subjects = flaw === 'wrong-name' ? ['elsewhere.invalid'] : ['localhost', '127.0.0.1', ...names];
  const subject = `CN=${flaw === 'wrong-name' ? 'elsewhere.invalid' : 'localhost'}`;
  const issuer: Issuer = flaw === 'self-signed' ? { subject, keys } : authority;
  const certificate = await X509CertificateGenerator.create({
    subject,
    issuer: issuer.subject,
    ...validity(wish),
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

/** From yesterday on, or from tomorrow; `expired` are the thirty days that ended yesterday. */
function validity({ days = 29, flaw }: CertificateWish): { notBefore: Date; notAfter: Date } {
  const [start, end] = flaw === 'expired' ? [-30, -1] : [flaw === 'not-yet-valid' ? 1 : -1, days];
  const now = Date.now();
  return { notBefore: new Date(now + start * DAY), notAfter: new Date(now + end * DAY) };
}
