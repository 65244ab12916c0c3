import { DeployError } from '../../errors.js';
import { read, type AwsAccess } from './clients.js';

/**
 * Follows `nextToken` to its end; a token that comes again ends it, too. Throws what `read` throws; a token that AWS gave
 * and then refuses is a passing fault, because a look from the beginning gets another one.
 */
export async function everyPage(
  access: AwsAccess,
  action: string,
  page: (
    nextToken: string | undefined,
    signal: AbortSignal,
  ) => Promise<{ items: readonly string[]; nextToken: string | undefined }>,
): Promise<readonly string[]> {
  const items: string[] = [];
  const used = new Set<string>();
  for (let token: string | undefined; ; used.add(token)) {
    const { items: more, nextToken } = await read(access, action, (signal) => page(token, signal)).catch(
      (error: unknown) => {
        const refused =
          token !== undefined && error instanceof DeployError && error.code === 'aws-unavailable';
        throw refused
          ? new DeployError('aws-unavailable', `${action} could not be read to its end: ${error.message}`)
          : error;
      },
    );
    items.push(...more);
    if (!nextToken || used.has(nextToken)) return items;
    token = nextToken;
  }
}
