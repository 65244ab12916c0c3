import type { Cloud } from '../cloud.js';
import { texts, timestamp } from '../ecs/fields.js';
import type { JsonObject } from '../json.js';
import type { Operations } from '../protocol/operation.js';
import { invalidParameter } from './refusals.js';

/** ECR API Reference, GetAuthorizationToken: a token is good for 12 hours. */
const LIFETIME = 12 * 3_600_000;

/** What a registry request's credentials are worth. */
export type Admission = 'good' | 'missing' | 'unknown' | 'expired';

/** ECR's operation that gives out credentials for the registry. */
export const tokenOperations: Operations = {
  GetAuthorizationToken(cloud, input) {
    const registries = texts(input, 'registryIds');
    if (registries.some((one) => !/^\d{12}$/.test(one))) {
      throw invalidParameter('registryIds', "must satisfy regular expression '[0-9]{12}'");
    }
    const asked = registries.length > 0 ? registries : [cloud.account];
    return { authorizationData: asked.map((registry) => authorizationData(cloud, registry)) };
  },
};

/** Whether a request's `Authorization` header lets it in: Basic with the user `AWS` and a password of ours. */
export function admissionOf({ clock, ecr }: Cloud, header: string | undefined): Admission {
  const encoded = /^Basic\s+(\S+)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return 'missing';
  const [, password] = /^AWS:(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? [];
  if (password === undefined || !ecr.passwords.has(password)) return 'unknown';
  return expiryOf(password) <= clock.now() ? 'expired' : 'good';
}

function authorizationData(cloud: Cloud, registry: string): JsonObject {
  const expiresAt = cloud.clock.now() + LIFETIME;
  const password = passwordUntil(cloud, expiresAt);
  cloud.ecr.passwords.add(password);
  return {
    authorizationToken: Buffer.from(`AWS:${password}`).toString('base64'),
    expiresAt: timestamp(expiresAt),
    proxyEndpoint: `https://${cloud.ecr.host.replace(cloud.account, registry)}`,
  };
}

/** As ECR makes them: base64 of JSON that, beside sealed parts, says in the open when it expires. */
function passwordUntil({ ids }: Cloud, expiresAt: number): string {
  const sealed = { payload: ids.hex(96), datakey: ids.hex(64), version: '2', type: 'DATA_KEY' };
  const expiration = Math.floor(expiresAt / 1_000);
  return Buffer.from(JSON.stringify({ ...sealed, expiration })).toString('base64');
}

/** Milliseconds since the epoch; a password that a test chose itself never expires. */
function expiryOf(password: string): number {
  const seconds = /"expiration":(\d+)/.exec(Buffer.from(password, 'base64').toString())?.[1];
  return seconds === undefined ? Infinity : Number(seconds) * 1_000;
}
