import { DeployError } from '../../errors.js';
import { read, type AwsAccess } from './clients.js';

/** A page of a list, and the token of the next one. */
interface Page {
  readonly items: readonly string[];
  readonly nextToken: string | undefined;
}

type AskPage = (nextToken: string | undefined, signal: AbortSignal) => Promise<Page>;

/** So often a list is read from its beginning. */
const ATTEMPTS = 3;

/**
 * Every item of a list. A token that AWS gave and then refuses is a passing fault: a look from the beginning gets
 * another one. Throws what `read` throws.
 */
export async function everyPage(
  access: AwsAccess,
  action: string,
  page: AskPage,
): Promise<readonly string[]> {
  for (let attempt = 1; ; attempt++) {
    const items = await pages(access, action, page);
    if (!(items instanceof DeployError)) return items;
    if (attempt >= ATTEMPTS) throw items;
  }
}

/** Follows `nextToken` to its end; a token that comes again ends it, too. An error when a later page was refused. */
async function pages(
  access: AwsAccess,
  action: string,
  page: AskPage,
): Promise<readonly string[] | DeployError> {
  const items: string[] = [];
  const used = new Set<string>();
  for (let token: string | undefined; ; used.add(token)) {
    try {
      const { items: more, nextToken } = await read(access, action, (signal) => page(token, signal));
      items.push(...more);
      if (!nextToken || used.has(nextToken)) return items;
      token = nextToken;
    } catch (error) {
      const refused = token !== undefined && error instanceof DeployError && error.code === 'aws-unavailable';
      if (refused) return error;
      throw error;
    }
  }
}
