import { read, type AwsAccess } from './clients.js';

/** Follows `nextToken` to its end; a token that comes again ends it, too. */
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
    const { items: more, nextToken } = await read(access, action, (signal) => page(token, signal));
    items.push(...more);
    if (!nextToken || used.has(nextToken)) return items;
    token = nextToken;
  }
}
