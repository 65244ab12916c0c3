import { answer } from '../../sandbox/aws.js';
import type { Cloud } from '../../sandbox/cloud.js';

interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array;
}

/** Settings for a real client of the SDK that reaches a cloud in this process; each request is sent once. */
export function sdkSettings(cloud: Cloud) {
  return {
    region: cloud.region,
    maxAttempts: 1,
    credentials: { accessKeyId: 'AKIALOCAL', secretAccessKey: 'secret' },
    requestHandler: {
      handle: async ({ method, path, headers, body }: SentRequest) => {
        const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
        const request = { method, path, headers: Object.fromEntries(lower) as Record<string, string> };
        const answered = await answer(cloud, { ...request, body: textOf(body) });
        const { status: statusCode, headers: told } = answered;
        return { response: { statusCode, headers: told, body: new TextEncoder().encode(answered.body) } };
      },
    },
  };
}

function textOf(body: string | Uint8Array | undefined): string {
  return typeof body === 'string' ? body : new TextDecoder().decode(body);
}
